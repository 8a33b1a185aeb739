// nginx, unmodified, behind the proxy.
import { createIdentity } from "../../servers/identities.js"
import { startNginx } from "../../servers/nginx.js"
import type { Encounter, Side } from "../case.js"
import { sleeps } from "../sleeping.js"
import type { ProxyCase } from "./case.js"
import { RecordProxy } from "./record-proxy.js"

/** Its whole answer; the date is its own affair. */
const ANSWER =
    /^HTTP\/1\.1 200 OK\r\nServer: [^\r]+\r\nDate: [^\r]{29}\r\nContent-Type: text\/plain\r\nContent-Length: 11\r\nConnection: close\r\n\r\nresumed: ([r.])\n$/

/** One whole answer: a start of any other goes on as this one does, from somewhere. */
const SAMPLE =
    "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: text/plain\r\n" +
    "Content-Length: 11\r\nConnection: close\r\n\r\nresumed: .\n"

const isWhole = (reply: string): boolean => ANSWER.test(reply)
const isStart = (reply: string): boolean =>
    isWhole(reply) || [...SAMPLE].some((_, from) => isWhole(reply + SAMPLE.slice(from)))

const HONEST = { spoils: [], on: "first", forges: false, rehearses: false } as const

export async function startProxied(): Promise<Side<ProxyCase>> {
    const identity = await createIdentity("an RSA certificate")
    const server = await startNginx({ identity: identity.server })
    /** The last honest wake's. */
    let earlier: readonly Buffer[] = []

    async function encounter(one: Pick<ProxyCase, "spoils" | "on" | "forges">): Promise<Encounter> {
        const isTouched = (connection: number) => connection === 0 || one.on === "each"
        const spoilsOf = (connection: number) => (isTouched(connection) ? one.spoils : [])
        const proxy = await RecordProxy.start(server.port, spoilsOf, earlier)
        let seen = { moves: 0, slept: false }
        return {
            port: proxy.port,
            isSilent() {
                const now = { moves: proxy.moves, slept: sleeps(server.processId) }
                const isSilent = now.slept && seen.slept && now.moves === seen.moves
                seen = now
                return isSilent
            },
            async saw() {
                if (one === HONEST) earlier = proxy.lines.at(-1)?.fromServer ?? []
                const spoiled = proxy.lines.filter((line) => line.spoiled > 0)
                const most = Math.max(0, ...proxy.lines.map((line) => line.spoiled))
                const missed = most < one.spoils.length ? `${most} of ${one.spoils.length} things happened` : null
                return { missed, unproven: one.forges ? spoiled.map(({ clientPort }) => clientPort) : [] }
            },
            async [Symbol.asyncDispose]() {
                proxy[Symbol.dispose]()
            },
        }
    }

    return {
        ca: identity.ca,
        clientPort: server.port,
        exchange: server.exchange,
        isAnswer: (reply) => isWhole(reply.toString("latin1")),
        isStartOfAnswer: (reply) => isStart(reply.toString("latin1")),
        saysResumed(reply) {
            const said = ANSWER.exec(reply.toString("latin1"))?.[1]
            return said === undefined ? undefined : said === "r"
        },
        honest: () => encounter(HONEST),
        meet: encounter,
        async [Symbol.asyncDispose]() {
            server[Symbol.dispose]()
        },
    }
}
