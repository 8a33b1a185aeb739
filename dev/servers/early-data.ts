// Servers that take early data (RFC 8446 2.3), each counting what has arrived and how.
import { type Backend, type BackendRequest, startBackend } from "./backend.js"
import type { Exchange } from "./exchange.js"
import { countingGnutls } from "./gnutls.js"
import { type HaproxyOptions, startHaproxy } from "./haproxy.js"
import { type NginxOptions, startNginx } from "./nginx.js"
import { startOpenssl } from "./openssl.js"
import { startOwn } from "./own.js"
import { missingProgram } from "./program.js"
import { rustls } from "./rust.js"
import type { Server, ServerOptions } from "./server.js"

/** A report that has arrived at a server. */
export interface Arrival {
    report: string
    isEarly: boolean
}

export interface EarlyServer extends Disposable {
    server: Server
    /** What to say to deliver a report, and how long to wait for the answer where there is one. */
    exchange(report: string, size?: number): Exchange
    /** All that have arrived so far, once so many connections are over for the server. */
    arrivals(connections: number): Promise<Arrival[]>
}

interface EarlyKind {
    name: string
    /** It takes a replayed hello with early data for what it is. */
    knowsReplays: boolean
    /** It may answer and close before it gives a ticket (docs/EARLY-DATA.md). */
    outrunsTickets?: boolean
    missing(): string | undefined
    start(options: ServerOptions): Promise<EarlyServer>
}

/** The request that a report is, filled up to a size. */
function reportRequest(report: string, size = 0): Buffer {
    const start = `GET /reports/${report} HTTP/1.0\r\nHost: localhost\r\nFill: `
    return Buffer.from(`${start.padEnd(size - 4, "-")}\r\n\r\n`)
}

const REQUEST = /GET \/reports\/(\S+) /

const reportIn = (text: string): string => REQUEST.exec(text)?.[1] ?? text

const answered = (report: string, size?: number): Exchange => [{ send: reportRequest(report, size), until: "end" }]
const unanswered = (report: string, size?: number): Exchange => [{ send: reportRequest(report, size), until: 0 }]

/** How what stands behind it answers. */
interface Behind {
    statusFor?: (request: BackendRequest) => number
}

/** One that ends TLS before another that counts. What changes in the options counts from its next start on. */
async function inFront<T extends ServerOptions & { backend?: Backend }>(
    start: (options: T) => Promise<Server>,
    options: T & Behind,
): Promise<EarlyServer> {
    const backend = await startBackend(options.statusFor)
    const server = await start(Object.assign(options, { backend }))
    return {
        server,
        exchange: answered,
        arrivals: async () =>
            backend.requests.map(({ path, isEarly }) => ({ report: reportIn(`GET ${path} `), isEarly })),
        [Symbol.dispose]: () => server[Symbol.dispose](),
    }
}

/** One that prints what comes. */
function printing(
    server: Server,
    exchange: EarlyServer["exchange"],
    ends: RegExp,
    read: (lines: readonly string[]) => Arrival[],
): EarlyServer {
    return {
        server,
        exchange,
        arrivals: (connections) =>
            server.find(`the end of ${connections} connections`, (lines) =>
                lines.filter((line) => ends.test(line)).length >= connections ? read(lines) : undefined,
            ),
        [Symbol.dispose]: () => server[Symbol.dispose](),
    }
}

/** What stands between these marks was early. */
function readSServer(lines: readonly string[]): Arrival[] {
    let isEarly = false
    return lines.flatMap((line) => {
        if (/^(Early data received:|End of early data|CONNECTION CLOSED)$/.test(line))
            isEarly = line.startsWith("Early")
        return REQUEST.test(line) ? [{ report: reportIn(line), isEarly }] : []
    })
}

/** A request that was answered, or why there was none. */
const OWN_END = /^(?!listening$)/

/** Of servers of ours. */
const readOwn = (lines: readonly string[]): Arrival[] =>
    lines
        .filter((line) => REQUEST.test(line))
        .map((line) => ({ report: reportIn(line), isEarly: !line.endsWith(" 0 early") }))

export const earlyNginx = (options: NginxOptions & Behind): Promise<EarlyServer> => inFront(startNginx, options)
export const earlyHaproxy = (options: HaproxyOptions & Behind): Promise<EarlyServer> => inFront(startHaproxy, options)

export const earlyKinds: readonly EarlyKind[] = [
    {
        name: "OpenSSL s_server",
        knowsReplays: true,
        missing: () => missingProgram("openssl"),
        start: async (options) =>
            printing(await startOpenssl({ ...options, prints: true }), unanswered, /^CONNECTION CLOSED$/, readSServer),
    },
    {
        name: "nginx",
        knowsReplays: false,
        outrunsTickets: true,
        missing: () => missingProgram("nginx"),
        start: earlyNginx,
    },
    {
        name: "HAProxy",
        knowsReplays: true,
        missing: () => missingProgram("haproxy"),
        start: earlyHaproxy,
    },
    {
        name: "GnuTLS",
        knowsReplays: true,
        missing: countingGnutls.missing,
        start: async (options) => printing(await countingGnutls.start(options), answered, OWN_END, readOwn),
    },
    {
        name: "rustls",
        knowsReplays: true,
        missing: rustls.missing,
        start: async (options) =>
            printing(
                await startOwn({ program: rustls.program }, { ...options, tickets: false }),
                answered,
                OWN_END,
                readOwn,
            ),
    },
]
