// The flags of `warmhello fleet`.
import type { Command } from "commander"
import { WarmhelloError } from "../base/errors.js"
import { MOST_DEVICES } from "../fleet/fleet.js"
import { brokerUrl } from "../fleet/mqtt.js"
import { Pattern, STANDARD_PATH, STANDARD_TOPIC } from "../fleet/pattern.js"
import { type FleetFlags, fleetCommand } from "./fleet.js"
import { addressAndPort, count, duration, httpUrl, option, optionWithDefault } from "./options.js"

const pattern = (text: string) => new Pattern(text)
const pathPattern = (text: string) => new Pattern(text.startsWith("/") ? text : `/${text}`)

/** Whoever sets one of these means the other as well. */
const companions = { topic: "mqtt", path: "http", otlpEvery: "otlp" } as const

function checkCompanions(command: Command): void {
    for (const [one, other] of Object.entries(companions)) {
        if (command.getOptionValueSource(one) !== "cli" || command.getOptionValue(other) !== undefined) continue
        const flag = command.options.find((option) => option.attributeName() === one)?.long ?? one
        throw new WarmhelloError("bad-option", `${flag} goes with --${other}`)
    }
}

export function addFleetCommand(root: Command, signal: AbortSignal): void {
    root.command("fleet")
        .description("which wakes of many devices resume and why not: a page, metrics for Prometheus and OpenTelemetry")
        .argument("[files...]", "outcomes as lines of JSON, a board's log, or a file of wakes; - for standard input")
        .option("--mqtt <url>", "take reports from this broker: mqtt://host:port or mqtts://", option(brokerUrl))
        .addOption(
            optionWithDefault(
                "--topic <pattern>",
                "of the reports, {device} being the level with its name; {server} may be another",
                pattern,
                STANDARD_TOPIC,
            ),
        )
        .option("--ca <file>", "CA certificates of the broker as PEM (default: Node's public roots)")
        .option("--cert <file>", "a certificate for a broker that asks for one, as PEM")
        .option("--key <file>", "the private key of that certificate as PEM")
        .option("--http <[host:]port>", "take reports by POST here; without a host from this machine", addressAndPort)
        .addOption(optionWithDefault("--path <pattern>", "of the reports, as --topic", pathPattern, STANDARD_PATH))
        .option(
            "--page <[host:]port>",
            "page and metrics; it names devices (default: 9464, from this machine)",
            addressAndPort,
        )
        .option("--otlp <url>", "push metrics to this receiver by OTLP over HTTP", httpUrl)
        .addOption(optionWithDefault("--otlp-every <time>", "as often as that", duration, "30s"))
        .option("--state <folder>", "keep what is counted there, so that a restart loses nothing; made if missing")
        .option("--hash-names", "know devices by a keyed hash of their names alone", false)
        .option("--devices <n>", "devices to remember one by one", count(1, 1_000_000), MOST_DEVICES)
        .option("--json <file>", "write what was found as JSON in the end; - for standard output")
        .action((files: string[], flags: FleetFlags, command: Command) => {
            checkCompanions(command)
            return fleetCommand(files, flags, signal)
        })
}
