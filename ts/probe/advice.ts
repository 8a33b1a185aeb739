// What to do about this server, for this sleep.
import { time } from "../run/units.js"
import type { ChainFacts } from "./certificates.js"
import { lifetimeOf, singleUse, toldBy } from "./curves.js"
import { deviceWay, type ProbeRecord } from "./record.js"
import { type ServerSettings, serversFor } from "./servers.js"
import { hasShortIds, hasTooLongTickets, lateOf, type Verdict } from "./verdict.js"
import { protocolOf } from "./ways.js"

interface Setting {
    server: string
    set: string
    /** What holds without it. */
    standard: string
}

export interface Advice {
    code:
        | "turn-on"
        | "client-certificate"
        | "long-ticket"
        | "short-id"
        | "longer"
        | "share-keys"
        | "renew"
        | "other-version"
        | "extended-master-secret"
        | "sleep-limit"
        | "first-group"
        | "chain-path"
        | "chain-extra"
        | "chain-ends"
        | "late"
        | "ecdsa"
        | "fewer-tickets"
        | "tls13"
    text: string
    settings: Setting[]
}

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
const CERTIFICATE_ENDS_MS = 30 * DAY_MS

/** Twice the sleep, as a wake may fail and a device's clock is inexact; in whole minutes above one. No more than TLS
 * allows: Erlang and Java fall back to their defaults there. */
function lifetimeFor(sleepMs: number): number {
    const seconds = Math.ceil(Math.min(2 * sleepMs, WEEK_MS) / 1000)
    return seconds <= 60 ? seconds : Math.ceil(seconds / 60) * 60
}

/** For a session that no resumption prolongs: of twice as many wakes one is full. */
const MANY_SLEEPS = 5

const settings = (record: ProbeRecord, of: (server: ServerSettings) => Omit<Setting, "server">): Setting[] =>
    serversFor(record.target.language, record.software).map((server) => ({ server: server.name, ...of(server) }))

const only = (code: Advice["code"], text: string): Advice => ({ code, text, settings: [] })

function forLifetime(record: ProbeRecord, verdict: Verdict): Advice[] {
    const way = deviceWay(record)?.way
    if (way === undefined || verdict.answer !== "does-not-resume") return []
    const { sleepMs } = record
    const { atLeastMs, belowMs, advertisedMs } = lifetimeOf(record, way)
    const seconds = lifetimeFor(sleepMs)
    const set = settings(record, ({ lifetime, lifetimeDefault: standard }) => ({ set: lifetime(seconds), standard }))
    if (protocolOf(way) === "TLS1.2" && sleepMs > DAY_MS)
        return [only("sleep-limit", "No TLS 1.2 session outlives a day: have the server speak TLS 1.3.")]
    if (sleepMs > WEEK_MS) return [only("sleep-limit", "No session outlives a week: TLS allows none that does.")]
    const own = deviceWay(record)
    if (own !== undefined && hasTooLongTickets(own)) {
        const text =
            "The tickets hold the device's certificate: give devices a shorter one, or have the server keep the sessions itself."
        return [only("long-ticket", text)]
    }
    if (own !== undefined && hasShortIds(own))
        return [only("short-id", "Have the server speak TLS 1.3, or let its TLS 1.2 give tickets.")]
    if (own?.asksForCertificate === true && own.sessions.length === 0) {
        const text =
            "The server asks for a client certificate, and may give sessions only to whom it trusts: probe it with the device's own."
        return [only("client-certificate", text)]
    }
    if (atLeastMs === null)
        return [
            {
                code: "turn-on",
                text: "Let the server resume sessions, and keep them for longer than the sleep:",
                settings: set,
            },
        ]
    const promised = belowMs === null && advertisedMs !== null ? time(advertisedMs) : undefined
    const most = promised ?? `${time(atLeastMs)} or somewhat more`
    return [
        {
            code: "longer",
            text: `Let the server keep sessions for longer than the sleep (now ${most}):`,
            settings: set,
        },
    ]
}

function forMasterSecret(record: ProbeRecord): Advice[] {
    const own = deviceWay(record)
    if (own === undefined || protocolOf(own.way) === "TLS1.3" || own.extendedMasterSecret) return []
    const text =
        "The device keeps no TLS 1.2 session without the extended master secret (RFC 7627): update the server's TLS library, or let it speak TLS 1.3."
    return [only("extended-master-secret", text)]
}

/** What all servers have that are not told otherwise. */
const OWN_KEYS = "keys of its own"

function forPool(record: ProbeRecord, verdict: Verdict): Advice[] {
    const way = deviceWay(record)?.way
    if (way === undefined) return []
    const refusedElsewhere = toldBy(record, way, ["cross"]).some(({ outcome }) => outcome !== "resumed")
    const isOfSome = verdict.answer === "sometimes" && verdict.resumed < verdict.offered
    if (!refusedElsewhere && !isOfSome) return []
    const where = refusedElsewhere
        ? "A session of one address is refused at another"
        : "Behind the address are several machines, and one does not know the sessions of the other"
    const text = `${where}: give all the same ticket keys, and change them together.`
    return [
        { code: "share-keys", text, settings: settings(record, ({ shared: set }) => ({ set, standard: OWN_KEYS })) },
    ]
}

function forRenewal(record: ProbeRecord, { answer, resumed, offered, wakes }: Verdict): Advice[] {
    const way = deviceWay(record)?.way
    if (way === undefined || wakes === null || answer !== "sometimes" || resumed < offered) return []
    if (wakes.end === "life") {
        const set = settings(record, ({ lifetime, lifetimeDefault: standard }) => ({
            set: lifetime(lifetimeFor(MANY_SLEEPS * record.sleepMs)),
            standard,
        }))
        return [{ code: "longer", text: "Let the server keep sessions for many sleeps:", settings: set }]
    }
    if (wakes.end === "week") return []
    if (protocolOf(way) === "TLS1.2")
        return [only("renew", "Have the server take a session more than once, or give another in its place.")]
    const isTakenAgain = singleUse(record, way) === false
    const device = isTakenAgain ? " Or set the device's policy.reuse to when-not-renewed: docs/SECURITY.md." : ""
    return [only("renew", `Have the server send a ticket in each handshake, also in one that resumes.${device}`)]
}

/** The machine was off when the session was due. */
function forLate(record: ProbeRecord, { answer }: Verdict): Advice[] {
    const way = deviceWay(record)?.way
    if (way === undefined || answer !== "could-not-tell" || lateOf(record, way) === undefined) return []
    const text =
        "Ask anew, with another --state file, and let this machine run until the sleep is over: a session that is refused late may have been good in time."
    return [only("late", text)]
}

function forVersion(record: ProbeRecord, { otherWays, answer, wakes }: Verdict): Advice[] {
    const [other] = otherWays
    if (other !== undefined) {
        const text = `By ${other.replace("TLS", "TLS ")} it does resume: set the device to that version until the server is set right.`
        return [only("other-version", text)]
    }
    const own = deviceWay(record)
    if (own === undefined || protocolOf(own.way) === "TLS1.3" || answer !== "resumes") return []
    const share = wakes?.end === "life" ? "No resumption prolongs this session. " : ""
    const text = `${share}With TLS 1.3 most servers give a new one in each resumption, so that full handshakes become rare.`
    return [only("tls13", text)]
}

function forGroup(record: ProbeRecord): Advice[] {
    const own = deviceWay(record)
    if (own?.hasRetry !== true) return []
    const text =
        "The server does not take x25519, which a device offers first: each full handshake takes a round trip more. Allow it in the server's list of groups."
    return [only("first-group", text)]
}

function forChain(chain: ChainFacts | undefined, now: number): Advice[] {
    if (chain === undefined) return []
    const found: Advice[] = []
    if (chain.needsAlternativePath) {
        const bad =
            chain.expired.length > 0 ? "it holds an expired certificate" : "it leads elsewhere or is out of order"
        found.push(
            only(
                "chain-path",
                `The chain does not lead to the CA as it is sent (${bad}): some clients cannot follow it.`,
            ),
        )
    }
    if (chain.superfluous.length > 0) {
        const names = chain.superfluous.map((name) => name.replaceAll("\n", ", ")).join("; ")
        found.push(only("chain-extra", `Leave out of the chain what no client needs: ${names}.`))
    }
    if (chain.endsAt !== null && Date.parse(chain.endsAt) - now < CERTIFICATE_ENDS_MS)
        found.push(only("chain-ends", `The chain ends on ${chain.endsAt.slice(0, 10)}.`))
    if (chain.key.startsWith("RSA"))
        found.push(only("ecdsa", "An ECDSA certificate makes full handshakes shorter than this one with RSA."))
    return found
}

const MANY_TICKETS = 2

function forTickets(record: ProbeRecord): Advice[] {
    const own = deviceWay(record)
    const tickets = own?.way === "TLS1.3 psk" ? own.sessions.length : 0
    if (tickets <= MANY_TICKETS) return []
    const bytes = own?.sessions.reduce((sum, { ticketBytes }) => sum + ticketBytes, 0)
    return [
        only("fewer-tickets", `Each handshake brings ${tickets} tickets, ${bytes} bytes; a device uses one or two.`),
    ]
}

export function adviceFor(record: ProbeRecord, verdict: Verdict, chain: ChainFacts | undefined, now: number): Advice[] {
    const isMasterSecret = forMasterSecret(record)
    return [
        ...forLate(record, verdict),
        ...(isMasterSecret.length > 0 ? isMasterSecret : forLifetime(record, verdict)),
        ...forPool(record, verdict),
        ...forRenewal(record, verdict),
        ...forVersion(record, verdict),
        ...forGroup(record),
        ...forTickets(record),
        ...forChain(chain, now),
    ]
}
