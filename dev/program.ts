// The commands of the workshop, which only those run who work on warmhello itself, and their flags.
import { availableParallelism } from "node:os"
import { Command, Option } from "commander"
import { listenForInterrupts } from "../ts/cli/interrupt.js"
import { count, duration, optionWithDefault } from "../ts/cli/options.js"
import { packageVersion } from "../ts/cli/version.js"
import { mcuStacks } from "../ts/energy/handshakes.js"
import {
    benchCommand,
    benchMcuCommand,
    benchServiceCommand,
    benchStoreCommand,
    recordMcuCommand,
} from "./commands/bench.js"
import { benchFleetCommand } from "./commands/bench-fleet.js"
import { benchMeasureCommand } from "./commands/bench-measure.js"
import { benchPacketsCommand } from "./commands/bench-packets.js"
import { benchWakesCommand } from "./commands/bench-wakes.js"
import { calendarCommand } from "./commands/calendar.js"
import { fieldCommand } from "./commands/field.js"
import { hostileCommand } from "./commands/hostile.js"
import { interopCommand } from "./commands/interop.js"
import { soakCommand } from "./commands/soak.js"
import { stormCommand } from "./commands/storm.js"
import { validateEnergyCommand } from "./commands/validate-energy.js"

/** These compute without a pause. */
const computing = new Set(["validate-energy", "bench-measure"])

const writes = (page: string) => new Option("--write", `put the tables into docs/${page}`).default(false)
const json = () => new Option("--json <file>", "write the figures as JSON; - for standard output")

export function program(signal: AbortSignal): Command {
    const root = new Command("warmhello-dev")
        .description("Benches, long tests and recordings: what only those run who work on warmhello itself.")
        .version(packageVersion())
        .hook("preAction", (_, command) => {
            if (!computing.has(command.name())) listenForInterrupts()
        })
        .exitOverride()
        .configureOutput({ outputError: (text, write) => write(text) })
    root.command("bench")
        .description("instructions, bytes and memory of a full and a resumed handshake, beside other TLS stacks")
        .option("--repeats <n>", "counted handshakes of each sort", count(1), 3)
        .addOption(writes("PERFORMANCE-TABLES.md"))
        .addOption(json())
        .action((flags) => benchCommand(flags, signal))
    root.command("bench-store")
        .description("what keeping the session costs: instructions, operations on flash and years")
        .addOption(writes("PERFORMANCE-TABLES.md"))
        .addOption(json())
        .action((flags) => benchStoreCommand(flags, signal))
    root.command("bench-mcu")
        .description("exact costs of full and resumed handshakes on an emulated microcontroller")
        .addOption(writes("PERFORMANCE-TABLES.md, and the figures where CI looks for them"))
        .addOption(json())
        .action(benchMcuCommand)
    root.command("record-mcu")
        .description("make the recordings for bench-mcu anew, against OpenSSL")
        .addOption(new Option("--only <stack>", "of one TLS stack alone, by a server of its own").choices(mcuStacks))
        .action(recordMcuCommand)
    root.command("bench-packets")
        .description("packets, bytes and round trips of a connect, counted on a link with a latency")
        .addOption(new Option("--only <text>", "only servers whose name contains it").default("").conflicts("write"))
        .addOption(writes("PERFORMANCE-TABLES.md"))
        .addOption(json())
        .action((flags) => benchPacketsCommand(flags, signal))
    root.command("bench-service")
        .description("what the TLS session service costs an app in the simulator: time, memory, bytecode")
        .addOption(writes("PERFORMANCE-TABLES.md"))
        .addOption(json())
        .action(benchServiceCommand)
    root.command("bench-measure")
        .description("how many samples a second are read, converted and cut into wakes, as JSON")
        .option("--samples <n>", "samples of each kind", count(100_000, 1_000_000_000), 20_000_000)
        .addOption(json().default("-"))
        .action(benchMeasureCommand)
    root.command("bench-fleet")
        .description("how many reports a second warmhello fleet takes, by each way in, as JSON")
        .option("--reports <n>", "reports by each way", count(500, 10_000_000), 100_000)
        .addOption(json().default("-"))
        .action(benchFleetCommand)
    root.command("validate-energy")
        .description("the estimate against what others measured and published")
        .addOption(writes("MEASURING.md"))
        .addOption(json())
        .action(validateEnergyCommand)
    root.command("soak")
        .description("many wakes under random faults: none may fail because of resumption")
        .option("--cycles <n>", "wakes to run", count(1), 1000)
        .option("--jobs <n>", "processes at a time", count(1, 64), 1)
        .option("--seed <n>", "replay the run with this seed", count(0, 2 ** 31))
        .addOption(json())
        .action((flags) => soakCommand(flags, signal))
    root.command("field")
        .description("what servers and networks do, by what a device's session is: connects, handshakes, flash")
        .addOption(new Option("--only <text>", "only rows whose name contains it").default("").conflicts("write"))
        .addOption(writes("FIELD.md"))
        .addOption(json())
        .action((flags) => fieldCommand(flags, signal))
    root.command("interop")
        .description("real servers, each kind of session, and what happens between two connects, beside OpenSSL")
        .addOption(new Option("--only <text>", "only servers whose name contains it").default("").conflicts("write"))
        .addOption(writes("INTEROP.md"))
        .addOption(json())
        .action((flags) => interopCommand(flags, signal))
    root.command("hostile")
        .description(
            "what peers and networks may do to a device, case by case, under AddressSanitizer: it must bear all",
        )
        .option("--only <text>", "only cases whose name or group contains it", "")
        .option("--jobs <n>", "processes at a time", count(1, 64), 2)
        .option("--list", "name the cases, and run none", false)
        .addOption(json())
        .action((flags) => hostileCommand(flags, signal))
    root.command("storm")
        .description("a reconnect storm: thousands of devices at one server, on Locust; docs/FLEET.md")
        .argument("[locust...]", "options of Locust's own, after --, as --csv PREFIX or --html FILE")
        .option("--devices <n>", "how many", count(1), 1000)
        .option("--scenario <name or file>", "what happens: one of dev/storm/scenarios, or a file of yours", "restart")
        .addOption(
            new Option("--server <name>", "which to start here").choices(["nginx", "mosquitto"]).default("mosquitto"),
        )
        .addOption(new Option("--certificate <keys>", "its keys").choices(["ecdsa", "rsa"]).default("ecdsa"))
        .option("--pool <n>", "how many nginx behind one name", count(1, 16), 1)
        .option("--shared-keys", "the pool's servers open each other's tickets", false)
        .option("--ticket-keys", "nginx has its ticket keys from a file, so that they outlive a restart", false)
        .addOption(optionWithDefault("--lifetime <duration>", "for how long nginx resumes a session", duration, "2h"))
        .option("--host <url>", "a server of yours instead: mqtts://NAME:PORT or https://NAME:PORT; with --ca")
        .option("--ca <file>", "the CA that its certificate leads to")
        .addOption(new Option("--tls <version>", "the only version that devices speak").choices(["1.2", "1.3"]))
        .option("--sleep <duration>", "between two wakes, instead of the scenario's", duration)
        .option("--workers <n>", "processes that have the devices", count(1, 256), availableParallelism())
        .option("--at-once <n>", "devices of each worker that are awake at a time, at most", count(1, 4096), 32)
        .option(
            "--s-time <seconds>",
            "measure the same server by openssl s_time, so long for each line",
            count(0, 600),
            0,
        )
        .option("--web <port>", "with Locust's own page, on this machine", count(1, 65535))
        .addOption(writes("FLEET.md, of a restart of both servers").conflicts(["scenario", "json"]))
        .addOption(json())
        .action((locust, flags) => stormCommand(locust, flags, signal))
    root.command("calendar")
        .description("try the product on other days: years ahead, after 2038 and 2106, and with a clock of 1970")
        .option("--only <text>", "only days and cases whose name contains it", "")
        .addOption(json())
        .action((flags) => calendarCommand(flags, signal))
    root.command("bench-wakes")
        .description("time simulated wakes of the sample app, as JSON")
        .option("--cycles <n>", "wakes to run", count(2), 100)
        .addOption(json().default("-"))
        .action((flags) => benchWakesCommand(flags, signal))
    return root
}
