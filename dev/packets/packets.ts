// `npm run bench:packets`: what a full and a resumed connect are on the wire, by each kind of session and server. The
// device is the simulator's socket over the kernel's TCP, and every packet passes a link that counts it.
import { setTimeout as wait } from "node:timers/promises"
import { losePower } from "../../ts/core/platform.js"
import { kinds as kindOptions } from "../interop/board.js"
import { visit } from "../interop/visit.js"
import { gnutls } from "../servers/gnutls.js"
import { createIdentity } from "../servers/identities.js"
import { mosquitto } from "../servers/mosquitto.js"
import { nginx } from "../servers/nginx.js"
import { node } from "../servers/node.js"
import { rustlsStateless } from "../servers/rust.js"
import type { Server, ServerKind } from "../servers/server.js"
import { echo } from "./echo.js"
import { type Journey, journeyOf } from "./journey.js"
import { BEHIND_THE_LINK, Link } from "./link.js"
import { reportOf } from "./report.js"

/** Those of the interop matrix that differ in how they send; the first one answers a line and no more. */
const servers: readonly ServerKind[] = [echo, nginx, mosquitto, gnutls, rustlsStateless, node]

const kinds = ["id", "ticket", "psk"] as const
type Kind = (typeof kinds)[number]

export interface PacketCase extends Journey {
    server: string
    version: string
    kind: Kind
    result: "full" | "resumed"
    /** Bytes of the app's report, and of the answer that it waits for. */
    reportBytes: number
    answerBytes: number
}

export interface PacketFigures {
    cases: PacketCase[]
    /** Why there is none of a server and kind. */
    missing: string[]
}

/** Longer than the way of the last packets. */
const SETTLING_MS = 500

type CaseIdentity = Pick<PacketCase, "server" | "version" | "kind">

/** One connect of the device. */
async function connect(link: Link, ca: string, server: Server, one: CaseIdentity): Promise<PacketCase> {
    link.take()
    const exchange = reportOf(server.exchange)
    const client = { host: "localhost", port: server.port, ca: Buffer.from(ca), ...kindOptions[one.kind] }
    const seen = await visit(client, { tcpHost: BEHIND_THE_LINK, tcpPort: server.port, exchange })
    const overNs = Number(process.hrtime.bigint())
    await wait(SETTLING_MS)
    const { outcome, error, reply } = seen
    if (outcome === undefined || error !== null || !server.isAnswer(reply)) {
        throw new Error(`${one.server}, ${one.kind}: ${error ?? outcome?.error}`)
    }
    if (outcome.result !== "full" && outcome.result !== "resumed") throw new Error(`the connect is ${outcome.result}`)
    const moments = { serverPort: server.port, overNs, handshakeBytes: outcome.bytesTx }
    return {
        ...one,
        result: outcome.result,
        reportBytes: exchange.reduce((sum, { send }) => sum + send.length, 0),
        answerBytes: reply.length,
        ...journeyOf(link.take(), moments),
    }
}

/** A full connect and one that resumes. */
async function both(link: Link, kind: ServerKind, identity: CaseIdentity): Promise<PacketCase[]> {
    const { ca, server: certificate } = await createIdentity("an ECDSA chain of two")
    using server = await kind.start({ identity: certificate, group: "x25519", tickets: identity.kind !== "id" })
    losePower()
    const [full, resumed] = [await connect(link, ca, server, identity), await connect(link, ca, server, identity)]
    if (full.result !== "full" || resumed.result !== "resumed") {
        throw new Error(`${identity.server}, ${identity.kind}: ${full.result}, then ${resumed.result}`)
    }
    return [full, resumed]
}

export interface PacketOptions {
    /** Servers whose name contains this, in any case. */
    only?: string
    onStep?: (what: string) => void
    signal?: AbortSignal
}

export async function countPackets({ only = "", onStep, signal }: PacketOptions): Promise<PacketFigures> {
    const figures: PacketFigures = { cases: [], missing: [] }
    using link = await Link.start()
    for (const server of servers.filter(({ name }) => name.toLowerCase().includes(only.toLowerCase()))) {
        for (const kind of kinds) {
            signal?.throwIfAborted()
            const why = server.missing() ?? (kind === "psk" ? server.cannot.psk : server.cannot[kind])
            if (why !== undefined) {
                figures.missing.push(`${server.name}, ${kind}: ${why}`)
                continue
            }
            onStep?.(`${server.name}, ${kind}`)
            const identity = { server: server.name, version: await server.version(), kind }
            figures.cases.push(...(await both(link, server, identity)))
        }
    }
    return figures
}
