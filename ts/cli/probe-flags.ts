// The flags of `warmhello probe`.
import type { Command } from "commander"
import { Option } from "commander"
import { languages } from "../probe/target.js"
import { count, duration, durations, optionWithDefault, versionRange } from "./options.js"
import { type ProbeFlags, probeCommand } from "./probe.js"

export function addProbeCommand(root: Command, signal: AbortSignal): void {
    root.command("probe")
        .description("whether a server still resumes after your sleep, on all its addresses, and what to set if not")
        .argument(
            "[host[:port]]",
            "the server (default port: 443, and 8883 where nobody is there or with --speak mqtt)",
        )
        .option("--ca <file>", "CA certificates as PEM or DER (default: Node's public roots)")
        .option("--sleep <time>", "asleep between two wakes (default: the longest of --ages, else 10m)", duration)
        .option("--ages <times>", "redeem sessions at these ages as well: 0,1m,5m,30m,8h", durations)
        .option("--servername <name>", "ask for this name (SNI), and expect it in the certificate (default: the host)")
        .addOption(
            new Option(
                "--speak <protocol>",
                "over TLS (default: https on 443 and 8443, mqtt on 8883, else tls alone)",
            ).choices([...languages]),
        )
        .option("--cert <file>", "the device's certificate as PEM, for a server that asks for one")
        .option("--key <file>", "the private key of that certificate as PEM")
        .option("--alpn <protocols>", "application protocols to ask for, comma-separated, best first")
        .addOption(optionWithDefault("--tls <version>", "1.2, 1.3 or auto", versionRange, "auto"))
        .option("--as-device", "ask with a board's own TLS as well, and say where it differs; takes the native core")
        .option("--runs <n>", "handshakes for the figures, full and resumed each", count(1, 100), 5)
        .option("--wait", "wait for the sleep also where the answer is known without, for all ages and versions")
        .option("--state <file>", "keep what is known there, and go on from it; it holds secrets")
        .addOption(optionWithDefault("--connect-timeout <time>", "deadline for each connect", duration, "10s"))
        .option("--board <id>", "whose energy is estimated, as warmhello estimate does", "esp32c3_bare")
        .option("--cell <name>", "its cell", "18650")
        .option("--regulator <name>", "between cell and board", "ldo")
        .option("--settings <server>", "print what to set in nginx, HAProxy and so on for --sleep, and ask nobody")
        .option("--json <file>", "write what was found as JSON; - for standard output")
        .action((server: string | undefined, flags: ProbeFlags) => probeCommand(server, flags, signal))
}
