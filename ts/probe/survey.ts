// What the server speaks: each way once at the address in front, each address once, each group once.
import { WarmhelloError } from "../base/errors.js"
import type { Handshake, Request } from "./connect.js"
import { type Address, deviceWay, frontFor, openWays, type ProbeRecord, reached, type WayFacts } from "./record.js"
import { deviceGroups, type Way } from "./ways.js"

/** A connect that keeps to the pace, and is counted. */
export type Ask = (
    request: Pick<Request, "address" | "way" | "session" | "variant" | "group" | "isAsked">,
) => Promise<Handshake>

/** Those that say that this way is not spoken, and not that nothing is. */
const REFUSALS = new Set(["no-common-version", "alert", "protocol", "closed"])

const closed: Omit<WayFacts, "way" | "refusal"> = {
    ...{ cipher: "", group: null, hasRetry: false, extendedMasterSecret: false, asksForCertificate: false },
    ...{ helloExtensions: [], sessions: [], takesPskKe: null },
}

const factsOf = (handshake: Handshake): WayFacts => ({
    ...{ way: handshake.way, refusal: null, cipher: handshake.cipher, group: handshake.group ?? null },
    hasRetry: handshake.hasRetry,
    extendedMasterSecret: handshake.extendedMasterSecret,
    asksForCertificate: handshake.asksForCertificate,
    helloExtensions: handshake.helloExtensions,
    sessions: handshake.sessions.map(({ sessionIdBytes, ticketBytes, lifetimeS, maxEarlyData }) => ({
        ...{ sessionIdBytes, ticketBytes, maxEarlyData },
        // OpenSSL leaves a lifetime of 0 out, which TLS 1.3 knows as the end of a session, and TLS 1.2 as no promise.
        lifetimeS: lifetimeS ?? (handshake.way === "TLS1.3 psk" ? 0 : null),
    })),
    takesPskKe: null,
})

/** A connection that breaks off may do so once. */
async function askTwice(one: Address, way: Way, ask: Ask): Promise<Handshake> {
    const request = { address: one.address, way, isAsked: true }
    try {
        return await ask(request)
    } catch (error) {
        if (!(error instanceof WarmhelloError) || error.code !== "closed") throw error
        return await ask(request)
    }
}

/** Asks one address this way. What one of them does not do says nothing about the others, and of one that speaks
 * otherwise it says nothing but that it does not do this. */
async function askOne(one: Address, way: Way, ask: Ask): Promise<Handshake | WarmhelloError> {
    try {
        const handshake = await askTwice(one, way, ask)
        one.speaks.push(way)
        return handshake
    } catch (error) {
        if (!(error instanceof WarmhelloError)) throw error
        if (REFUSALS.has(error.code) || one.speaks.length > 0) one.lacks.push({ way, why: error.message })
        else one.error = error.message
        return error
    }
}

/** Finds the first address that speaks this way. */
async function surveyWay(record: ProbeRecord, way: Way, ask: Ask): Promise<WarmhelloError | undefined> {
    let first: WarmhelloError | undefined
    for (const one of reached(record)) {
        const handshake = await askOne(one, way, ask)
        if (handshake instanceof WarmhelloError) {
            first ??= handshake
            continue
        }
        record.ways.push(factsOf(handshake))
        if (record.certificates.length === 0)
            record.certificates = handshake.certificates.map((der) => der.toString("base64"))
        record.software ??= handshake.answer.software ?? null
        return undefined
    }
    if (first !== undefined) record.ways.push({ ...closed, way, refusal: first.message })
    return first
}

/** Each address speaks one of the ways, or has its error. A device's own way is asked of all. */
async function surveyAddresses(record: ProbeRecord, own: Way, ask: Ask): Promise<void> {
    const all = [own, ...openWays(record).map(({ way }) => way)]
    for (const one of reached(record)) {
        for (const way of all) {
            const isKnown = one.lacks.some((lack) => lack.way === way)
            const isEnough = one.speaks.includes(own) || (one.speaks.length > 0 && way !== own)
            if (isKnown || isEnough || one.error !== null) continue
            await askOne(one, way, ask)
        }
        if (one.speaks.length === 0) one.error ??= one.lacks.at(-1)?.why ?? null
    }
}

/** A group is taken as well where it fails for another reason, such as a client certificate that is missing. */
async function surveyGroups(record: ProbeRecord, way: Way, ask: Ask): Promise<void> {
    const first = frontFor(record, way)
    if (first === undefined) return
    for (const group of deviceGroups) {
        const [taken, flights] = await ask({ address: first.address, way, group }).then(
            (handshake) => [true, handshake.flights] as const,
            (error: unknown) => {
                if (error instanceof WarmhelloError) return [!REFUSALS.has(error.code), null] as const
                throw error
            },
        )
        record.groups.push({ group, taken, flights })
    }
}

/** Throws where no address speaks anything of it: the first error. */
export async function survey(record: ProbeRecord, asked: readonly Way[], ask: Ask): Promise<void> {
    const refusals: WarmhelloError[] = []
    for (const way of asked) {
        const refusal = await surveyWay(record, way, ask)
        if (refusal !== undefined) refusals.push(refusal)
    }
    const own = deviceWay(record)
    if (openWays(record).length === 0 || own === undefined) throw refusals[0]
    await surveyAddresses(record, own.way, ask)
    await surveyGroups(record, own.way, ask)
    record.isSurveyed = true
}
