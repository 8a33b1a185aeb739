// The bodies that run in this process, on this machine's core or, after RemoteCore.start(), on the emulated one.
import { losePower } from "#warmhello/core/platform.js"
import { runApp } from "../ts/support/simulate.js"
import { clientOptions, REQUEST, visit } from "../ts/support/visit.js"
import type { Body, Ended } from "./hostile-table.js"

/** "host:port: problem" */
const problemOf = (message: string) => message.replace(/^[^ ]+:\d+: /, "")

/** TlsSocket. */
export function nodeBody(limits: Pick<Body, "deadlineMs" | "slackMs">): Body {
    return {
        ...limits,
        async connects(server, count) {
            losePower()
            const ended: Ended[] = []
            while (ended.length < count) {
                const started = performance.now()
                const { outcome, error } = await visit(clientOptions(server), REQUEST, limits.deadlineMs)
                const durationMs = performance.now() - started
                const problem = error === undefined ? null : problemOf(error.message)
                ended.push({ problem, result: outcome?.result, durationMs })
            }
            return ended
        },
    }
}

/** An app in the simulator. */
export function simulatorBody(limits: Pick<Body, "deadlineMs" | "slackMs">): Body {
    return {
        ...limits,
        async connects({ port, ca }, count) {
            losePower()
            const { deadlineMs } = limits
            const server = { host: "127.0.0.1", port, ca }
            const { wakes } = await runApp("reports", { server, cycles: count, connectTimeoutMs: deadlineMs })
            return wakes.map(({ error, result, connectMs, wallMs, bootMs }) => ({
                problem: error === null ? null : problemOf(error.message),
                result,
                durationMs: connectMs ?? wallMs - bootMs,
            }))
        },
    }
}
