// What to do about this server, for this sleep.
import { time } from "../run/units.js"
import type { ChainFacts } from "./certificates.js"
import { lifetimeOf, singleUse, ticketsTaken, toldBy } from "./curves.js"
import { retryCostOf, retryText } from "./groups.js"
import { type Recognised, recognise } from "./recognise.js"
import { deviceWay, type ProbeRecord, type WayFacts } from "./record.js"
import { type ServerSettings, servers } from "./servers.js"
import { endsInSleep, endText, hasShortIds, hasTooLongTickets, lateOf, type Verdict } from "./verdict.js"
import { deviceGroups, protocolOf } from "./ways.js"

export interface Setting {
    server: string
    /** Lines to paste. */
    set: string
    where: string
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
        | "hosted"
        | "find-out"
        | "share-keys"
        | "some-tickets"
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

/** What all servers have that are not told otherwise. */
const OWN_KEYS = "keys of its own"

/** For a session that no resumption prolongs: of twice as many wakes one is full. */
const MANY_SLEEPS = 5

const only = (code: Advice["code"], text: string): Advice => ({ code, text, settings: [] })

const OTHER_WAYS =
    "keep one connection for longer and send several readings in it, sleep for as long as pays a full handshake, use another endpoint that resumes (a gateway or a proxy of your own in front), or a PSK where it takes one. npx warmhello estimate --compare says what each is worth"

/** Programs that have this library's TLS. */
function usersOf(library: string): string {
    const names = servers.filter((one) => one.library === library && one.name !== library).map(({ name }) => name)
    return names.length === 0 ? "" : `, as ${names.join(", ")} have it`
}

/** Where the program is not known: what shows of it, and how to find out. */
function findOut(record: ProbeRecord, found: Recognised): Advice {
    const { port } = record.target
    const by = found.kind === "library" ? `, but its TLS is that of ${found.name}${usersOf(found.name)}` : ""
    return only(
        "find-out",
        `Which program it is does not show${by}: on its machine, sudo ss -ltnp 'sport = :${port}' names it. Then, for nginx: npx warmhello probe --settings nginx --sleep ${shortTime(record.sleepMs)}. docs/PROBE.md has all settings.`,
    )
}

/** What is to be set in the server that it is, and what helps where nobody can set anything. */
function forServer(
    record: ProbeRecord,
    code: Advice["code"],
    text: string,
    set: (server: ServerSettings) => Omit<Setting, "server">,
): Advice[] {
    const found = recognise(record)
    const settingsOf = (servers: readonly ServerSettings[]): Setting[] =>
        servers.map((server) => ({ server: server.name, ...set(server) }))
    if (found.kind === "hosted") {
        const note = found.note === "" ? "" : ` ${found.note}`
        return [
            only("hosted", `${found.name} is hosted: whoever uses it cannot set that.${note} Instead ${OTHER_WAYS}.`),
        ]
    }
    if (found.kind === "server") return [{ code, text: `${text}:`, settings: settingsOf([found.server]) }]
    const likely = found.kind === "library" ? found.servers : []
    const most = likely.length === 0 ? `${text}.` : `${text}. By its TLS it is likely one of these:`
    return [{ code, text: most, settings: settingsOf(likely) }, findOut(record, found)]
}

/** What keeps sessions for long enough. */
export const lifetimeIn = (server: ServerSettings, sleepMs: number): Omit<Setting, "server"> => ({
    ...{ set: server.lifetime(lifetimeFor(sleepMs)), where: server.where, standard: server.lifetimeDefault },
})

/** What has several machines know each other's sessions. */
export const sharingIn = ({ shared: set, sharedWhere: where }: ServerSettings): Omit<Setting, "server"> => ({
    ...{ set, where, standard: OWN_KEYS },
})

/** As the flag takes it. */
const shortTime = (durationMs: number): string => `${Math.ceil(durationMs / 1000)}s`

/** Sessions that no lifetime would help. */
function forUnkept(own: WayFacts): Advice[] {
    if (hasTooLongTickets(own)) {
        const text =
            "The tickets hold the device's certificate: give devices a shorter one, or have the server keep the sessions itself."
        return [only("long-ticket", text)]
    }
    if (hasShortIds(own)) return [only("short-id", "Have the server speak TLS 1.3, or let its TLS 1.2 give tickets.")]
    return []
}

/** Who is not trusted may be resumed only to be sent away, or never. */
function forClient(record: ProbeRecord, hasCertificate: boolean): Advice[] {
    const own = deviceWay(record)
    if (own?.asksForCertificate !== true || (hasCertificate && own.sessions.length > 0)) return []
    const text = hasCertificate
        ? "The server asks for a client certificate, and may give sessions only to whom it trusts: this one may be nobody's that it knows."
        : "The server asks for a client certificate, and may treat devices that have one otherwise: probe it with a device's own, --cert FILE --key FILE."
    return [only("client-certificate", text)]
}

function forLifetime(record: ProbeRecord, verdict: Verdict, isStranger: boolean): Advice[] {
    const own = deviceWay(record)
    if (own === undefined || verdict.answer !== "does-not-resume") return []
    const { sleepMs } = record
    if (protocolOf(own.way) === "TLS1.2" && sleepMs > DAY_MS)
        return [only("sleep-limit", "No TLS 1.2 session outlives a day: have the server speak TLS 1.3.")]
    if (sleepMs > WEEK_MS) return [only("sleep-limit", "No session outlives a week: TLS allows none that does.")]
    const unkept = forUnkept(own)
    // A server may give sessions only to whom it trusts.
    if (unkept.length > 0 || (isStranger && own.sessions.length === 0)) return unkept
    const { atLeastMs, belowMs, advertisedMs } = lifetimeOf(record, own.way)
    const set = (server: ServerSettings): Omit<Setting, "server"> => lifetimeIn(server, sleepMs)
    if (atLeastMs === null) {
        const text = "Let the server resume sessions, and keep them for longer than the sleep"
        return forServer(record, "turn-on", text, set)
    }
    const promised = belowMs === null && advertisedMs !== null ? time(advertisedMs) : undefined
    const most = promised ?? `${time(atLeastMs)} or somewhat more`
    return forServer(record, "longer", `Let the server keep sessions for longer than the sleep (now ${most})`, set)
}

function forMasterSecret(record: ProbeRecord): Advice[] {
    const own = deviceWay(record)
    if (own === undefined || protocolOf(own.way) === "TLS1.3" || own.extendedMasterSecret) return []
    const text =
        "The device keeps no TLS 1.2 session without the extended master secret (RFC 7627): update the server's TLS library, or let it speak TLS 1.3."
    return [only("extended-master-secret", text)]
}

function forPool(record: ProbeRecord, verdict: Verdict): Advice[] {
    const way = deviceWay(record)?.way
    if (way === undefined) return []
    const refusedElsewhere = toldBy(record, way, ["cross"]).some(({ outcome }) => outcome !== "resumed")
    const isOfSome = verdict.answer === "sometimes" && verdict.resumed < verdict.offered
    if (!refusedElsewhere && !isOfSome) return []
    const taken = refusedElsewhere ? null : ticketsTaken(record, way)
    if (taken !== null) {
        const which = taken.map((ticket) => ticket + 1).join(", ")
        const text = `Of the tickets of a handshake the server takes number ${which} only, and a device keeps them all: let it give one (SSL_CTX_set_num_tickets of OpenSSL), or tickets that it need not keep itself.`
        return [only("some-tickets", text)]
    }
    const where = refusedElsewhere
        ? "A session of one address is refused at another"
        : "Behind the address are several machines, and one does not know the sessions of the other"
    const text = `${where}: give all the same ticket keys, and change them together`
    return forServer(record, "share-keys", text, sharingIn)
}

function forRenewal(record: ProbeRecord, { answer, resumed, offered, wakes }: Verdict): Advice[] {
    const way = deviceWay(record)?.way
    if (way === undefined || wakes === null || answer !== "sometimes" || resumed < offered) return []
    if (wakes.end === "life") {
        return forServer(record, "longer", "Let the server keep sessions for many sleeps", (server) =>
            lifetimeIn(server, MANY_SLEEPS * record.sleepMs),
        )
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
    const [first] = deviceGroups
    const cost = retryText(retryCostOf(record, own))
    const text = `The server answers ${first}, which a device offers first, with a HelloRetryRequest: ${cost}. Allow ${first} in its list of groups.`
    return [only("first-group", text)]
}

const renewals = {
    server: "renew it",
    issuer: "have the server send a newer one",
    ca: "give devices a newer one, before they need it",
} as const

/** All else is of no use until that is done. */
function forEnd(record: ProbeRecord, chain: ChainFacts): Advice[] {
    const todo = renewals[chain.endsFirst?.whose ?? "server"]
    return [only("chain-ends", `${capital(endText(chain))}, before a sleep of ${time(record.sleepMs)} does: ${todo}.`)]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

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
        found.push(only("chain-ends", `Soon ${endText(chain)}: ${renewals[chain.endsFirst?.whose ?? "server"]}.`))
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

export interface AdviceOptions {
    chain: ChainFacts | undefined
    /** The probe had a client certificate. */
    hasCertificate: boolean
    now: number
}

export function adviceFor(record: ProbeRecord, verdict: Verdict, options: AdviceOptions): Advice[] {
    const { chain, hasCertificate, now } = options
    if (chain !== undefined && endsInSleep(record, chain, now)) return forEnd(record, chain)
    const isMasterSecret = forMasterSecret(record)
    const client = forClient(record, hasCertificate)
    const all = [
        ...client,
        ...forLate(record, verdict),
        ...(isMasterSecret.length > 0 ? isMasterSecret : forLifetime(record, verdict, client.length > 0)),
        ...forPool(record, verdict),
        ...forRenewal(record, verdict),
        ...forVersion(record, verdict),
        ...forGroup(record),
        ...forTickets(record),
        ...forChain(chain, now),
    ]
    return all.filter((one, index) => all.findIndex(({ text }) => text === one.text) === index)
}
