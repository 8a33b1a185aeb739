// The commands about energy without a meter, and their flags.
import { type Command, Option } from "commander"
import { kinds } from "../base/outcome.js"
import { certificates, mcuBuilds } from "../energy/handshakes.js"
import { wifiModes } from "../energy/model.js"
import { powerSaves } from "../energy/radio.js"
import { addBudgetFlags } from "./budget.js"
import { type EstimateFlags, estimateCommand } from "./estimate.js"
import { count, duration, durationRange, number, numberRange, optionWithDefault } from "./options.js"
import { type ReportFlags, reportCommand } from "./report.js"

const choice = (flags: string, text: string, choices: readonly string[], standard?: string): Option => {
    const option = new Option(flags, text).choices([...choices])
    return standard === undefined ? option : option.default(standard)
}

function addHandshakeFlags(command: Command): Command {
    return command
        .option(
            "--from <file>",
            "handshakes from the JSON of warmhello simulate --mcu rv32, instead of the benchmark's",
        )
        .addOption(choice("--protocol <version>", "the benchmark's handshake: protocol", ["1.2", "1.3"], "1.3"))
        .addOption(choice("--kind <kind>", "kind of session (default: psk by 1.3, ticket by 1.2)", kinds))
        .addOption(choice("--certificate <kind>", "kind of the server's certificate", certificates, "ecdsa"))
        .addOption(choice("--build <build>", "the build that was counted", mcuBuilds, "size"))
}

function addSurroundingFlags(command: Command): Command {
    const range = (flags: string, text: string, standard: string) =>
        optionWithDefault(flags, text, durationRange, standard)
    return command
        .option("--cpu-mhz <n>", "clock of the processor (default: the board's)", count(1, 1000))
        .addOption(
            choice("--wifi <mode>", "access point known, scanned for, or address by DHCP as well", wifiModes, "fast"),
        )
        .addOption(range("--rtt <range>", "round trip to the server", "20ms..40ms..120ms"))
        .addOption(range("--dns <range>", "looking up the server's name", "1ms..20ms..60ms"))
        .addOption(range("--server-time <range>", "until the server answers the app", "2ms..20ms..100ms"))
        .addOption(range("--app-time <range>", "the app's own work, sensors included", "2ms..10ms..30ms"))
        .addOption(range("--closing-time <range>", "from the connection's end to deep sleep", "2ms..4ms..30ms"))
        .option("--payload <bytes>", "application data each way", count(0, 1_000_000), 300)
        .addOption(
            optionWithDefault("--server-forgets <time>", "how long the server remembers a session", duration, "2h"),
        )
}

/** The radio's rules, and how often a wake does not go as planned. */
function addRadioFlags(command: Command): Command {
    const range = (flags: string, text: string, standard: string, most: number) =>
        optionWithDefault(flags, text, numberRange(0, most), standard)
    return command
        .addOption(choice("--power-save <mode>", "the Wi-Fi's modem sleep, as the firmware sets it", powerSaves, "min"))
        .addOption(range("--dtim <range>", "the access point's DTIM period, in beacons", "1..1..3", 255))
        .option("--listen-interval <n>", "with --power-save max: beacons from one heard to the next", count(1, 100), 3)
        .option(
            "--dhcp-share <range>",
            "wakes that ask DHCP anew, with --wifi fast (default: by a lease of a day)",
            numberRange(0, 1),
        )
        .addOption(range("--retry-share <range>", "wakes that must try the access point again", "0..0.01..0.08", 1))
        .addOption(range("--loss-share <range>", "wakes whose connect is lost and sent again", "0..0.005..0.03", 1))
}

function addSupplyFlags(command: Command): Command {
    return command
        .option("--supply-v <volts>", "voltage at the board", number(1, 6), 3.3)
        .option("--regulator <name>", "between cell and board: none, ldo, devkit, switching, switching-usb", "ldo")
        .option("--cell <name>", "18650, lipo, lifepo4, cr123a, 2xaa-alkaline, 2xaa-lithium, ls14500", "18650")
        .option("--temperature <celsius>", "where the cell is: the cold takes of its capacity", number(-40, 85), 20)
}

export function addEnergyCommands(root: Command): void {
    const command = root
        .command("estimate")
        .description("energy of full and resumed wakes, from instruction counts and data sheets, with ranges")
        .requiredOption("--board <id>", "a board of boards/, or the path of a .power.json")
        .addOption(optionWithDefault("--sleep <time>", "asleep between two wakes", duration, "10m"))
    addBudgetFlags(addSupplyFlags(addRadioFlags(addSurroundingFlags(addHandshakeFlags(command)))))
        .option("--compare", "beside other ways: full handshakes, early data, a kept connection, DTLS, ESP-NOW")
        .option("--draws <n>", "how often the inputs are drawn from their ranges", count(20, 100_000), 1000)
        .option("--seed <n>", "draw the same again", count(0, 2 ** 31), 1)
        .option("--json <file>", "write the figures as JSON; - for standard output")
        .option("--out <file>", "write a run.json, for warmhello report")
        .action((flags: EstimateFlags) => estimateCommand(flags, process.argv.slice(2)))
    root.command("report")
        .description("runs as one page that works offline, as tables, and as CSV")
        .argument(
            "<run.json...>",
            "what warmhello measure or warmhello estimate wrote, or the JSON of a storm (docs/FLEET.md)",
        )
        .option("--out <file>", "write the page, a single HTML file")
        .option("--cell <name>", "draw battery life for this cell: 18650, lipo, lifepo4, cr123a, 2xaa-alkaline, ...")
        .option("--regulator <name>", "between cell and board: none, ldo, devkit, switching, switching-usb", "ldo")
        .option("--temperature <celsius>", "where the cell is", number(-40, 85), 20)
        .option("--csv <file>", "write a row for each wake; - for standard output")
        .action((files: string[], flags: ReportFlags) => reportCommand(files, flags))
}
