// `warmhello monitor --port P`: a board's log, with the outcome of each wake's connect.
import ms from "ms"
import pc from "picocolors"
import { monitor } from "../firmware/monitor.js"
import type { LogEvent } from "../firmware/serial-log.js"
import type { WakeLine } from "../run/wake-line.js"
import { Output } from "./output.js"

export interface MonitorFlags {
    port: string
    baud: number
    wakes?: number
    awayTimeout: number
    json?: string
}

const portStates = { open: "is open; Ctrl-C ends", away: "went away, as in sleep", back: "is back" }

function connectText({ connect }: WakeLine): string {
    if (connect === null) return pc.yellow("no TLS connection")
    const { result, reason, error, protocol, kind, handshakeUs, bytesTx, bytesRx } = connect
    if (result === "pending") return pc.yellow("cut off by sleep before its handshake was over")
    if (result === "failed") return pc.red(`failed (${error ?? "no TLS"})`)
    const how = [protocol, kind].filter((word) => word !== null).join(" ")
    const text = `${result} (${reason})  ${how}  handshake ${(handshakeUs / 1000).toFixed(2)} ms`
    return `${result === "resumed" ? pc.green(text) : text}  sent ${bytesTx} B  received ${bytesRx} B`
}

const endTexts: Record<WakeLine["endedBy"], string> = {
    app: "",
    deadline: pc.yellow("  ended by its deadline"),
    crashes: pc.red("  the app was not started, after crashes in a row"),
}

export function wakeText(wake: WakeLine): string {
    const { wake: number, cause, sleptMs, forcedFull, endedBy, marksUs } = wake
    const slept = sleptMs > 0 ? ` after ${ms(sleptMs)}` : ""
    const awakeUs = Math.max(0, ...Object.values(marksUs))
    const forced = forcedFull ? "  (told to make a full handshake)" : ""
    const awake = `awake ${(awakeUs / 1000).toFixed(0)} ms`
    return `wake ${number}  ${cause}${slept}  ${connectText(wake)}  ${awake}${forced}${endTexts[endedBy]}`
}

export async function monitorCommand(flags: MonitorFlags, interrupted: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    const wakes: WakeLine[] = []
    const enough = new AbortController()
    const write = () => output.json({ port: flags.port, wakes })
    const onWake = (wake: WakeLine) => {
        if (enough.signal.aborted) return
        wakes.push(wake)
        if (flags.json !== "-") write() // the file is whole at any moment
        output.line(wakeText(wake))
        if (wakes.length === flags.wakes) enough.abort()
    }
    const onEvent = (event: LogEvent) => {
        if (event.kind === "wake") onWake(event.wake)
        else output.line(event.kind === "text" ? pc.dim(event.text) : pc.yellow(event.message))
    }
    if (flags.json === "-") interrupted.addEventListener("abort", write)
    await monitor({
        path: flags.port,
        baudRate: flags.baud,
        awayMs: flags.awayTimeout,
        onEvent,
        onPort: (state) => output.line(pc.dim(`${flags.port} ${portStates[state]}`)),
        signal: AbortSignal.any([interrupted, enough.signal]),
    })
    if (flags.json === "-") write()
}
