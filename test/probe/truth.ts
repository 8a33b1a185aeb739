// What the probe says of a server beside what OpenSSL's own client finds there: a session of each kind that is as old as
// the sleep is offered by both.
import { OpensslClient } from "#dev/interop/openssl-client.js"
import { createIdentity, type Identity } from "#dev/servers/identities.js"
import type { Server, ServerKind } from "#dev/servers/server.js"
import { TemporaryFolder } from "#warmhello/base/temporary.js"
import { inOrder } from "#warmhello/probe/ages.js"
import { realClock } from "#warmhello/probe/clock.js"
import type { ProbeReport } from "#warmhello/probe/report.js"
import type { Language } from "#warmhello/probe/target.js"
import { kindOf, type Way, ways } from "#warmhello/probe/ways.js"
import { ask } from "./support.js"

export interface Configuration {
    tickets: boolean
    lifetimeS: number
}

/** Of one kind of session after one sleep. */
export interface Compared {
    sleepMs: number
    way: Way
    /** Undefined where its handshake failed. */
    openssl: boolean | undefined
    probe: boolean | undefined
    /** How the probe came to it, and why OpenSSL's failed. */
    why: string
    /** The oldest session that either of them offered. */
    mostMs: number
    report: ProbeReport
}

const MQTT_CONNECT = 0x10

/** As the server under test expects to be spoken to. s_server answers a GET, and keeps all others waiting meanwhile. */
function languageOf({ exchange }: Server, { name }: ServerKind): Language {
    if (name.startsWith("OpenSSL")) return "tls"
    const said = exchange[0]?.send ?? Buffer.alloc(0)
    if (said[0] === MQTT_CONNECT) return "mqtt"
    return /^(GET|HEAD) /.test(said.toString("latin1")) ? "https" : "tls"
}

async function askOpenssl(server: Server, identity: Identity, way: Way, sleepMs: number) {
    using folder = new TemporaryFolder("truth")
    const client = new OpensslClient(folder, "client", kindOf(way), identity.ca)
    const beganAt = performance.now()
    const first = await client.visit(server)
    if (first.resumed === undefined) return { ...first, mostMs: 0 }
    await realClock.wait(sleepMs, new AbortController().signal)
    return { ...(await client.visit(server)), mostMs: performance.now() - beganAt }
}

function probeOf(
    { ages, versions }: ProbeReport,
    way: Way,
    sleepMs: number,
): Pick<Compared, "probe" | "why" | "mostMs"> {
    const version = versions.find(({ protocol, kind }) => `${protocol} ${kind}` === way)
    const mostMs = Math.max(0, ...ages.map(({ actualMs, nominalMs }) => (nominalMs > sleepMs ? 0 : (actualMs ?? 0))))
    if (version === undefined || !version.spoken) return { probe: undefined, why: version?.why ?? "", mostMs }
    if (version.sessionsPerHandshake === 0) return { probe: false, why: "no session", mostMs }
    // OpenSSL's client keeps the last ticket of a handshake.
    const [age] = ages
        .filter((one) => one.purpose === "once" && `${one.protocol} ${one.kind}` === way && one.nominalMs === sleepMs)
        .toSorted((a, b) => b.ticket - a.ticket)
    // What never resumes at once is not waited for.
    if (age === undefined && version.lifetime.atLeastMs === null)
        return { probe: false, why: "none resumed at once", mostMs }
    const outcome = age?.outcome ?? "none"
    return {
        probe: outcome === "none" || outcome === "failed" ? undefined : outcome === "resumed",
        why: outcome,
        mostMs,
    }
}

async function compareSleep(
    kind: ServerKind,
    server: Server,
    identity: Identity,
    sleepMs: number,
): Promise<Compared[]> {
    const [report, ...found] = await Promise.all([
        ask({
            ...{ server: `localhost:${server.port}`, ca: Buffer.from(identity.ca), language: languageOf(server, kind) },
            options: { sleepMs, agesMs: inOrder([sleepMs]), runs: 1, waits: true },
        }),
        ...ways.map((way) => askOpenssl(server, identity, way, sleepMs)),
    ])
    return ways.map((way, index) => {
        const { probe, why, mostMs } = probeOf(report, way, sleepMs)
        const openssl = found[index]
        // A session of TLS 1.2 that has no ticket was asked for beside one.
        const isOther = way === "TLS1.2 ticket" && openssl?.hasTicket === false
        const said = isOther ? false : openssl?.resumed
        return {
            ...{ sleepMs, way, openssl: said, probe, report, mostMs: Math.max(mostMs, openssl?.mostMs ?? 0) },
            why: `${why}${openssl?.error ? `; ${openssl.error}` : ""}`,
        }
    })
}

/** A server counts in whole seconds, and when it has given a session is known to whoever has got it only. */
const UNSURE_MS = 1000
const ATTEMPTS = 3

/** Starts it so, and asks it for each sleep. On a machine so busy that sessions which were to be younger than the server's
 * memory were not, once more. */
export async function compare(kind: ServerKind, configuration: Configuration, sleepsMs: number[]): Promise<Compared[]> {
    const identity = await createIdentity()
    using server = await kind.start({ identity: identity.server, ...configuration })
    const lifetimeMs = configuration.lifetimeS * 1000
    const isSure = ({ sleepMs, mostMs }: Compared) => sleepMs > lifetimeMs || mostMs < lifetimeMs - UNSURE_MS
    const compared = async (sleepMs: number): Promise<Compared[]> => {
        for (let attempt = 1; ; attempt++) {
            const found = await compareSleep(kind, server, identity, sleepMs)
            if (found.every(isSure) || attempt === ATTEMPTS) return found.filter(isSure)
        }
    }
    return (await Promise.all(sleepsMs.map(compared))).flat()
}
