// The commands of `warmhello` and their flags.
import { Command, Option } from "commander"
import { fieldNames, hintsFor, type SettingNames } from "../base/hints.js"
import { profiles } from "../core/kinds.js"
import { CONSOLE_BAUD } from "../firmware/monitor.js"
import { reportUrl } from "../fleet/send.js"
import { mcuKinds } from "../mcu/remote-core.js"
import { burnChips } from "../provision/burn.js"
import { addBudgetFlag } from "./budget.js"
import { buildCommand } from "./build.js"
import { addEnergyCommands } from "./energy-commands.js"
import { addExamples } from "./examples.js"
import { type FlashFlags, flashCommand } from "./flash.js"
import { addFleetCommand } from "./fleet-flags.js"
import { inspectCommand } from "./inspect.js"
import { listenForInterrupts } from "./interrupt.js"
import { addMeasureCommand } from "./measure-flags.js"
import { type MonitorFlags, monitorCommand } from "./monitor.js"
import { count, duration, hostAndPort, option, optionWithDefault, psk, versionRange } from "./options.js"
import { addProbeCommand } from "./probe-flags.js"
import { provisionCommand } from "./provision.js"
import { SAMPLE_APP, type SimulateFlags, simulateCommand, startCommand } from "./simulate.js"
import { packageVersion } from "./version.js"

function addRunFlags(command: Command, cycles: number, leastCycles: number): Command {
    return command
        .option("--cycles <n>", "wakes to run", count(leastCycles), cycles)
        .option("--sleep <time>", "sleep this long, whatever the app asks for (10m, 2h)", duration)
        .addOption(
            optionWithDefault("--connect-timeout <time>", "deadline for a connect with all it tries", duration, "10s"),
        )
        .addOption(optionWithDefault("--wake-timeout <time>", "how long the app may stay awake", duration, "30s"))
        .addOption(
            optionWithDefault(
                "--server-forgets <time>",
                "how long the built-in server remembers a session",
                duration,
                "2h",
            ),
        )
        .option("--power-loss-every <n>", "let the power fail in every nth sleep; 0 for never", count(0), 0)
        .option("--flash <file>", "keep the session in this file as well, as in a board's flash; made if missing")
        .option("--real-time", "really sleep", false)
        .option("--verbose", "show the app's debug lines as well", false)
        .option("--json <file>", "write the figures as JSON; - for standard output")
}

function addTryCommands(root: Command, signal: AbortSignal): void {
    root.commandsGroup("Try it on this machine:")
    const simulate = addRunFlags(
        root
            .command("simulate")
            .description("run a DeviceScript app through wakes and deep sleeps, over real TLS")
            .argument("[app]", `the app, .ts or compiled .devs (default: the sample, ${SAMPLE_APP})`)
            .option(
                "--server <host:port>",
                "connect there, whatever host the app names (default: a built-in server)",
                hostAndPort,
            )
            .option("--ca <file>", "CA certificates as PEM or DER for --server (default: Node's public roots)")
            .option("--cert <file>", "this device's certificate as PEM, for a server that asks for one")
            .option("--key <file>", "the private key of that certificate as PEM")
            .addOption(
                new Option("--profile <name>", "balanced, strict or frugal, see docs/SECURITY.md").choices(profiles),
            )
            .option("--psk <identity:key>", "this device's pre-shared key, in hexadecimal digits", psk)
            .addOption(
                new Option(
                    "--provision <file>",
                    "server, CA, identity, TLS and policy from a provisioning file, as a board takes them",
                ).conflicts(["server", "ca", "cert", "key", "psk", "profile", "alpn", "tls", "tickets", "earlyData"]),
            )
            .option("--alpn <protocols>", "application protocols to ask for, comma-separated, best first")
            .addOption(optionWithDefault("--tls <version>", "1.2, 1.3 or auto", versionRange, "auto"))
            .addOption(
                new Option(
                    "--mcu <kind>",
                    "run the native part on an emulated microcontroller instead of this machine",
                ).choices(mcuKinds),
            )
            .option("--no-tickets", "take no tickets: only TLS 1.2 session IDs can resume")
            .option(
                "--early-data",
                "what the app writes first may leave with the hello; docs/EARLY-DATA.md says for which apps",
            )
            .option(
                "--report <url>",
                "send each wake's outcome to warmhello fleet: mqtt://host:port/topic or http://host:port/path",
                option(reportUrl),
            )
            .option("--no-service", "as firmware without the TLS session service")
            .option(
                "--explain",
                "tell below each wake what was asked, refused and learned, and why a ticket was waited for",
            ),
        10,
        1,
    )
    addBudgetFlag(simulate, "tls.resumed<=900B").action((app: string | undefined, flags: SimulateFlags) =>
        simulateCommand(app, flags, signal),
    )
    addRunFlags(
        root.command("start").description("the sample app with all three kinds of session, as `npm start` runs it"),
        5,
        2, // one that is full and one that resumes
    ).action((flags: SimulateFlags) => startCommand(flags, signal))
}

function addBoardCommands(root: Command, signal: AbortSignal): void {
    root.commandsGroup("Put it on a board:")
    root.command("build")
        .description("an app as C sources for the firmware: bytecode, service constants, the board's configuration")
        .argument("<app>", "the app, .ts or compiled .devs")
        .requiredOption("--board <id>", "the board, as in boards/<chip>/<id>.board.json")
        .option("--out <folder>", "write them there (default: build/program/<chip>, where the firmware's build looks)")
        .option("--json <file>", "write what was built as JSON; - for standard output")
        .action(buildCommand)
    root.command("provision")
        .description("check a provisioning file, and write it to a board or an image")
        .argument("[file]", "the file, see docs/PROVISIONING.md")
        .option("--check", "check it and write nothing, which is what happens without any other flag")
        .option("--out <image>", "write an image of the board's partition")
        .option("--image <image>", "with --out: put the new contents beside those of this image")
        .option("--slot <file>", "write the one slot that a device is sent to rotate by itself")
        .option("--port <port>", "write the slot that is not in use on the board there, through esptool")
        .option("--psk <identity>", "make a pre-shared key of that name, and tell what the device and its server need")
        .option("--burn", "burn the device key into an eFuse of the board, once and for good")
        .addOption(new Option("--chip <chip>", "with --burn: the chip").choices(burnChips))
        .option("--json <file>", "write what was found as JSON; - for standard output")
        .action(provisionCommand)
    root.command("flash")
        .description("build the firmware with an app in it, by PlatformIO, and write it to a board")
        .requiredOption("--board <id>", "the board, as in boards/<chip>/<id>.board.json")
        .requiredOption("--app <file>", "the app, .ts or compiled .devs")
        .requiredOption("--port <port>", "the board's serial port, such as /dev/ttyACM0")
        .option("--provision <file>", "a provisioning file to write as well, see docs/PROVISIONING.md")
        .action((flags: FlashFlags) => flashCommand(flags))
    root.command("monitor")
        .description("follow a board's serial log: the outcome of each wake's connect")
        .requiredOption("--port <port>", "the board's serial port, such as /dev/ttyACM0")
        .option("--baud <rate>", "the port's speed, if it is a UART", count(300, 4_000_000), CONSOLE_BAUD)
        .option("--wakes <n>", "end after so many wakes", count(1))
        .addOption(
            optionWithDefault("--away-timeout <time>", "how long the port may be away, as in sleep", duration, "1h"),
        )
        .option("--json <file>", "write the wakes as JSON; - for standard output")
        .action((flags: MonitorFlags) => monitorCommand(flags, signal))
    root.command("inspect")
        .description("what the journal in a flash image holds; never a secret")
        .argument("<file>", "the image: the file of --flash, or the partition read from a board")
        .option("--json <file>", "write what was found as JSON; - for standard output")
        .action(inspectCommand)
}

/** What hints may name: the flags of this command, and the fields of a provisioning file where one is given. */
export function namesFor(command: Command): SettingNames {
    const isProvisioned = command.name() === "provision" || command.opts().provision !== undefined
    return (setting) => {
        if (setting === "help") return `warmhello ${command.name()} --help`
        const field = isProvisioned ? fieldNames(setting) : undefined
        return field ?? command.options.find(({ long }) => long === `--${setting}`)?.long
    }
}

/** These compute without a pause. */
const computing = new Set(["estimate", "report", "inspect"])

export function program(signal: AbortSignal): Command {
    const root = new Command("warmhello")
        .description("Keeps one TLS session across deep sleep, so that a device's next hello is warm.")
        .version(packageVersion())
        .hook("preAction", (_, command) => {
            hintsFor(namesFor(command))
            if (!computing.has(command.name())) listenForInterrupts()
        })
        .exitOverride()
        // Names alone, and narrow columns of text, stay readable in a narrow terminal.
        .configureHelp({ subcommandTerm: (command) => command.name(), minWidthToWrap: 20 })
        .configureOutput({ outputError: (text, write) => write(text) })
    addTryCommands(root, signal)
    addBoardCommands(root, signal)
    root.commandsGroup("Ask your server:")
    addProbeCommand(root, signal)
    root.commandsGroup("Measure it:")
    addMeasureCommand(root, signal)
    addEnergyCommands(root)
    root.commandsGroup("Watch a fleet:")
    addFleetCommand(root, signal)
    root.commandsGroup("Help:")
    root.helpCommand("help [command]", "the flags of one command, and an example")
    addExamples(root)
    return root
}
