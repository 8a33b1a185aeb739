// What the server speaks: each way once at the address in front, each address once, each group once.
import { WarmhelloError } from "../base/errors.js"
import type { Handshake, Request } from "./connect.js"
import { deviceWay, openWays, type ProbeRecord, reached, type WayFacts } from "./record.js"
import { deviceGroups, type Way } from "./ways.js"

/** A connect that keeps to the pace, and is counted. */
export type Ask = (request: Pick<Request, "address" | "way" | "session" | "variant" | "group">) => Promise<Handshake>

/** Those that say that this way is not spoken, and not that nothing is. */
const REFUSALS = new Set(["no-common-version", "alert", "protocol", "closed"])

const closed: Omit<WayFacts, "way" | "refusal"> = {
    ...{ cipher: "", group: null, hasRetry: false, extendedMasterSecret: false, asksForCertificate: false },
    ...{ sessions: [], takesPskKe: null },
}

const factsOf = (handshake: Handshake): WayFacts => ({
    ...{ way: handshake.way, refusal: null, cipher: handshake.cipher, group: handshake.group ?? null },
    hasRetry: handshake.hasRetry,
    extendedMasterSecret: handshake.extendedMasterSecret,
    asksForCertificate: handshake.asksForCertificate,
    sessions: handshake.sessions.map(({ sessionIdBytes, ticketBytes, lifetimeS, maxEarlyData }) => ({
        ...{ sessionIdBytes, ticketBytes, maxEarlyData },
        // OpenSSL leaves a lifetime of 0 out, which TLS 1.3 knows as the end of a session, and TLS 1.2 as no promise.
        lifetimeS: lifetimeS ?? (handshake.way === "TLS1.3 psk" ? 0 : null),
    })),
    takesPskKe: null,
})

/** Finds the first address that is reached. Throws the first error where none is. */
async function firstOf(record: ProbeRecord, way: Way, ask: Ask): Promise<Handshake> {
    let first: WarmhelloError | undefined
    for (const one of reached(record)) {
        try {
            return await ask({ address: one.address, way })
        } catch (error) {
            if (!(error instanceof WarmhelloError) || REFUSALS.has(error.code)) throw error
            first ??= error
            one.error = error.message
            if (error.class !== "network") throw error
        }
    }
    throw first ?? new WarmhelloError("unknown-host", "the name has no address")
}

async function surveyWay(record: ProbeRecord, way: Way, ask: Ask): Promise<WarmhelloError | undefined> {
    try {
        const handshake = await firstOf(record, way, ask)
        record.ways.push(factsOf(handshake))
        if (record.certificates.length === 0)
            record.certificates = handshake.certificates.map((der) => der.toString("base64"))
        record.software ??= handshake.answer.software ?? null
        return undefined
    } catch (error) {
        if (!(error instanceof WarmhelloError) || !REFUSALS.has(error.code)) throw error
        record.ways.push({ ...closed, way, refusal: error.message })
        return error
    }
}

async function surveyAddresses(record: ProbeRecord, way: Way, ask: Ask): Promise<void> {
    const [, ...others] = reached(record)
    for (const one of others) {
        try {
            await ask({ address: one.address, way })
        } catch (error) {
            if (!(error instanceof WarmhelloError)) throw error
            one.error = error.message
        }
    }
}

async function surveyGroups(record: ProbeRecord, way: Way, ask: Ask): Promise<void> {
    const [first] = reached(record)
    if (first === undefined) return
    for (const group of deviceGroups) {
        const taken = await ask({ address: first.address, way, group }).then(
            () => true,
            (error: unknown) => {
                if (error instanceof WarmhelloError) return false
                throw error
            },
        )
        record.groups.push({ group, taken })
    }
}

/** Throws where the server speaks nothing of it, and whatever else keeps it from being asked. */
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
