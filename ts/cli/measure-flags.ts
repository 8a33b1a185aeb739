// The flags of `warmhello measure`.
import { type Command, Option } from "commander"
import { CONSOLE_BAUD } from "../firmware/monitor.js"
import { SUPPLY_MV } from "../measure/doubts.js"
import { LEAST_MV, MOST_MV } from "../measure/ppk2/protocol.js"
import { standardThresholds } from "../measure/segment/segmenter.js"
import { addBudgetFlags } from "./budget.js"
import { type MeasureFlags, measureCommand } from "./measure.js"
import { count, duration, optionWithDefault, timeRange, wakeResults } from "./options.js"

const MOST_UA = 1_000_000

export function addMeasureCommand(root: Command, signal: AbortSignal): void {
    const command = root
        .command("measure")
        .description("energy per wake, full against resumed: from a PPK2, from a recording, or from a pipe")
        .argument(
            "[source]",
            "a PPK2's port, a .csv, .csv.gz, .jls, .ppk2, .ppk or raw trace, or - (default: the PPK2 plugged in)",
        )
        .option("--from <file>", "analyse this recording again")
        .addOption(
            new Option("--mode <mode>", "ampere: the device has its own supply; source: the PPK2 supplies it")
                .choices(["ampere", "source"])
                .default("ampere"),
        )
        .option(
            "--voltage-mv <mV>",
            `the supply: set in source mode (${LEAST_MV} to ${MOST_MV}), else believed`,
            count(...SUPPLY_MV),
        )
        .option("--instrument <name>", "which one, where a .jls has several: without it they are listed")
        .option("--pins <file>", "what a logic analyser recorded of D0 to D7 beside a recording, as CSV")
        .option("--log-port <port>", "the device's own serial port, for the lines that its firmware logs")
        .option("--log-baud <rate>", "the log port's speed", count(300, 4_000_000), CONSOLE_BAUD)
        .addOption(
            new Option("--segment <by>", "what tells the wakes and phases")
                .choices(["auto", "channels", "log", "current"])
                .default("auto"),
        )
        .option(
            "--awake-ua <uA>",
            "a wake begins when the current, averaged over 0.5 ms, reaches this",
            count(1, MOST_UA),
            standardThresholds.awakeUa,
        )
        .addOption(optionWithDefault("--awake-for <time>", "a shorter rise of the current is no wake", duration, "5ms"))
        .option(
            "--asleep-ua <uA>",
            "sleep begins when that average stays below this",
            count(1, MOST_UA),
            standardThresholds.asleepUa,
        )
        .addOption(
            optionWithDefault("--asleep-for <time>", "how long the current must stay below it", duration, "20ms"),
        )
        .option("--results <list>", "what the wakes are in turn, where nothing tells: full,resumed", wakeResults, [])
        .option("--wakes <n>", "end after so many wakes", count(1))
        .option("--duration <time>", "end after this time", duration)
        .option("--between <times>", "only wakes that begin in this part of a recording: 10s..60s", timeRange)
        .option("--raw <file>", "write what the meter delivers there, to analyse it again")
        .option("--continue", "go on with the trace of --raw", false)
        .option("--out <file>", "write run.json there, anew after each wake")
        .option("--device <name>", "what run.json calls the device", "unnamed")
        .option("--board <id>", "the device's board; one of boards/ has its sleep current to compare with", "unknown")
        .option("--firmware <name>", "the device's firmware", "unknown")
        .option("--server <name>", "the server that the device connects to", "unknown")
        .option("--seed <n>", "of what is chosen by chance for the intervals", count(0, 2 ** 31), 1)
        .option("--precision <percent>", "how well the difference should be known", count(1, 100), 5)
    addBudgetFlags(command)
        .option("--json <file>", "write run.json there at the end; - for standard output")
        .action((source: string | undefined, flags: MeasureFlags) => measureCommand(source, flags, signal))
}
