// warmhello fleet as a user starts it, and what tests ask it.
import { afterAll } from "vitest"
import { freePort } from "#dev/servers/free-port.js"
import type { FleetSummary } from "#warmhello/fleet/page-data.js"
import { type RunningCommand, startCommand } from "../ts/support/command.js"

/** Again and again until it holds, as what is waited for comes from other processes; the test's own limit ends it. */
export async function until<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
    for (;;) {
        const value = await ask()
        if (holds(value)) return value
        await new Promise((done) => setTimeout(done, 20))
    }
}

const started: RunningCommand[] = []

/** A test that failed has not ended its own. */
afterAll(() => {
    for (const { process } of started) process.kill("SIGKILL")
})

export class RunningFleet {
    readonly command: RunningCommand
    readonly pagePort: number
    readonly httpPort: number

    private constructor(command: RunningCommand, pagePort: number, httpPort: number) {
        this.command = command
        this.pagePort = pagePort
        this.httpPort = httpPort
    }

    static async start(args: string[] = [], environment: Record<string, string> = {}): Promise<RunningFleet> {
        const [page, http] = [await freePort(), await freePort()]
        const command = startCommand(["fleet", "--page", String(page), "--http", String(http), ...args], environment)
        started.push(command)
        await command.shows("POST reports to")
        return new RunningFleet(command, page, http)
    }

    get page(): string {
        return `http://127.0.0.1:${this.pagePort}`
    }

    async summary(): Promise<FleetSummary> {
        return (await (await fetch(`${this.page}/summary.json`)).json()) as FleetSummary
    }

    async metrics(): Promise<string> {
        return await (await fetch(`${this.page}/metrics`)).text()
    }

    /** The summary once so many reports are counted. */
    async counted(reports: number): Promise<FleetSummary> {
        return await until(
            () => this.summary(),
            (summary) => summary.reports >= reports,
        )
    }

    async post(device: string, body: string | Uint8Array, contentType = "application/json"): Promise<Response> {
        return await fetch(`http://127.0.0.1:${this.httpPort}/outcomes/${encodeURIComponent(device)}`, {
            ...{ method: "POST", headers: { "content-type": contentType } },
            body: typeof body === "string" ? body : Buffer.from(body),
        })
    }

    async end(signal: NodeJS.Signals = "SIGINT") {
        this.command.process.kill(signal)
        return await this.command.ended
    }
}

export const resumed = { result: "resumed", reason: "accepted", protocol: "TLS1.3", kind: "psk", handshakeMs: 62 }
export const full = { result: "full", reason: "refused", protocol: "TLS1.3", handshakeMs: 610 }
export const failed = { result: "failed", error: "connection-refused" }
