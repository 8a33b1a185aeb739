// `npm run bench:packets`: what a full and a resumed connect are on the wire, by each kind of session and server. The
// device is the simulator's socket over the kernel's TCP, and every packet passes a link that counts it.
import { setTimeout as wait } from "node:timers/promises"
import type { Outcome } from "../../ts/base/outcome.js"
import { losePower } from "../../ts/core/platform.js"
import { visit } from "../interop/visit.js"
import { gnutls } from "../servers/gnutls.js"
import { createIdentity } from "../servers/identities.js"
import { mosquitto } from "../servers/mosquitto.js"
import { nginx } from "../servers/nginx.js"
import { node } from "../servers/node.js"
import { rustlsStateful, rustlsStateless } from "../servers/rust.js"
import type { Server, ServerKind } from "../servers/server.js"
import { echo } from "./echo.js"
import { type Journey, journeyOf } from "./journey.js"
import { BEHIND_THE_LINK, Link } from "./link.js"
import { reportOf } from "./report.js"
import { titles, type Way, type WayName, ways } from "./ways.js"

/** Those of the interop matrix that differ in how they send; the first one answers a line and no more. */
const servers: readonly ServerKind[] = [echo, nginx, mosquitto, gnutls, rustlsStateless, rustlsStateful, node]

export interface PacketCase extends Journey {
    server: string
    version: string
    /** Of the way to connect. */
    way: WayName
    result: "full" | "resumed"
    /** What became of early data; null for none. */
    earlyData: Outcome["earlyData"]
    /** Bytes of the app's report, and of the answer that it waits for. */
    reportBytes: number
    answerBytes: number
}

export interface PacketFigures {
    cases: PacketCase[]
    /** Why there is none of a server and a way. */
    missing: string[]
}

/** Longer than the way of the last packets. */
const SETTLING_MS = 500

/** One connect of the device. */
async function connect(
    link: Link,
    ca: string,
    server: Server,
    way: Way,
): Promise<Omit<PacketCase, "server" | "version">> {
    link.take()
    const exchange = reportOf(server.exchange)
    const client = { host: "localhost", port: server.port, ca: Buffer.from(ca), ...way.client }
    const seen = await visit(client, { tcpHost: BEHIND_THE_LINK, tcpPort: server.port, exchange })
    const overNs = Number(process.hrtime.bigint())
    await wait(SETTLING_MS)
    const { outcome, error, reply } = seen
    if (outcome === undefined || error !== null || !server.isAnswer(reply)) {
        throw new Error(`the connect has failed: ${error ?? outcome?.error}`)
    }
    const { result, bytesTx, earlyData } = outcome
    if (result !== "full" && result !== "resumed") throw new Error(`the connect is ${result}`)
    return {
        ...{ way: way.name, result, earlyData, answerBytes: reply.length },
        reportBytes: exchange.reduce((sum, { send }) => sum + send.length, 0),
        // Early data leave with the hello.
        ...journeyOf(link.take(), {
            ...{ serverPort: server.port, overNs },
            handshakeBytes: earlyData === "accepted" ? 0 : bytesTx,
        }),
    }
}

/** The connects of a way, one after another, from a device that has never connected. */
async function connects(link: Link, kind: ServerKind, way: Way): Promise<PacketCase[]> {
    const { ca, server: certificate } = await createIdentity("an ECDSA chain of two")
    using server = await kind.start({ identity: certificate, group: "x25519", ...way.server })
    losePower()
    const made: PacketCase[] = []
    for (const expected of way.results) {
        const one = await connect(link, ca, server, way)
        if (one.result !== expected) throw new Error(`${kind.name}, ${way.name}: ${one.result} instead of ${expected}`)
        const wantsEarly = way.name === "early" && expected === "resumed"
        if (wantsEarly !== (one.earlyData === "accepted")) throw new Error(`${kind.name}: early data ${one.earlyData}`)
        made.push({ server: kind.name, version: await kind.version(), ...one })
    }
    return made.filter((_, n) => n === 0 || n === made.length - 1)
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
        for (const way of ways) {
            signal?.throwIfAborted()
            const why = server.missing() ?? way.whyNot(server)
            if (why === undefined) {
                onStep?.(`${server.name}, ${titles[way.name]}`)
                figures.cases.push(...(await connects(link, server, way)))
            } else {
                figures.missing.push(`${server.name}, ${titles[way.name]}: ${why}`)
            }
        }
    }
    return figures
}
