// A link with a latency and a largest packet, and what passes it: packets as the kernel's TCP makes them.
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { z } from "zod"
import { WarmhelloError } from "../../ts/base/errors.js"
import { checkoutPath } from "../../ts/base/paths.js"

/** Where a server of 127.0.0.1 is reached through the link. */
export const BEHIND_THE_LINK = "127.0.0.2"

/** One way. Long beside what a busy machine takes to answer, since what answers what is seen by it. */
const LATENCY_MS = 100

/** ESP-IDF's lwIP asks for segments of 1440 bytes; IP and TCP take 40. */
const MTU = 1480

const packetSchema = z.object({
    sentNs: z.number(),
    arrivedNs: z.number(),
    /** Ports. */
    from: z.number(),
    to: z.number(),
    sequence: z.number(),
    /** With the headers of IP and TCP, and what of it is TLS. */
    bytes: z.number(),
    payload: z.number(),
    flags: z.array(z.enum(["fin", "syn", "rst", "ack"])),
})
export type Packet = z.infer<typeof packetSchema>

const INSIDE = "WARMHELLO_OWN_NETWORK"

/** True in a process with a network of its own; elsewhere the same command has been run in one, and is over. */
export async function inOwnNetwork(signal: AbortSignal): Promise<boolean> {
    if (process.env[INSIDE] !== undefined) return true
    const why = whyNoOwnNetwork()
    if (why !== undefined) throw new WarmhelloError("bench-not-ready", why)
    const command = ["--net", process.execPath, ...process.execArgv, ...process.argv.slice(1)]
    const child = spawn("unshare", command, { stdio: "inherit", env: { ...process.env, [INSIDE]: "1" }, signal })
    const [code] = await once(child, "exit")
    process.exitCode = typeof code === "number" ? code : 1
    return false
}

/** Undefined if there can be one. */
export function whyNoOwnNetwork(): string | undefined {
    if (process.platform !== "linux") return "packets are counted in a network namespace of Linux"
    if (process.getuid?.() !== 0) return "packets are counted in a network of its own, which only root can make"
    if (spawnSync("unshare", ["--net", "ip", "link"]).status !== 0) return "here is no unshare that makes a network"
    if (spawnSync("test", ["-c", "/dev/net/tun"]).status !== 0) return "here is no /dev/net/tun"
    return spawnSync("python3", ["--version"]).status === 0 ? undefined : "here is no python3"
}

export class Link implements Disposable {
    readonly #program: ChildProcess
    #packets: Packet[] = []

    private constructor(program: ChildProcess) {
        this.#program = program
    }

    static async start(): Promise<Link> {
        const program = spawn("python3", [checkoutPath("dev/packets/link.py"), String(LATENCY_MS), String(MTU)], {
            stdio: ["pipe", "pipe", "inherit"],
        })
        const link = new Link(program)
        const lines = createInterface({ input: program.stdout })
        await new Promise<void>((ready, failed) => {
            program.once("exit", () => failed(new WarmhelloError("bench-not-ready", "the link has ended at once")))
            lines.on("line", (line) => {
                if (line === "ready") ready()
                else link.#packets.push(packetSchema.parse(JSON.parse(line)))
            })
        })
        program.removeAllListeners("exit")
        return link
    }

    /** All that has passed since the last time. */
    take(): Packet[] {
        const packets = this.#packets
        this.#packets = []
        return packets
    }

    [Symbol.dispose](): void {
        this.#program.stdin?.end()
    }
}
