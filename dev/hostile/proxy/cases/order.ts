// Records come twice, not at all, in another order, late, in pieces or in one; what they say is left alone.

import { RECORD_HEADER } from "../../../servers/wire.js"
import type { ProxyCase } from "../case.js"
import { type Condition, conditions, type FlowRecord, is13, recordsOf } from "../flows.js"
import { type Effect, makeCase } from "../make-case.js"
import { record } from "../records.js"
import type { Act, Spoil } from "../spoil.js"

const group = "records in another order or shape"

/** In TLS 1.3 a change of cipher spec means nothing. */
const meansNothing = (condition: Condition, flow: FlowRecord) => flow.isChangeCipherSpec && is13(condition)

function ofOne(
    condition: Condition,
    flow: FlowRecord,
    what: string,
    effect: Effect,
    acts: (bytes: Buffer) => Iterable<Act>,
) {
    const spoil: Spoil = { ...flow, acts: ([bytes]) => (bytes ? acts(bytes) : []) }
    return makeCase(condition, { group, what, effect, spoils: [spoil] })
}

const breaking = (condition: Condition, flow: FlowRecord): Effect => {
    if (flow.isLate) return "late"
    return meansNothing(condition, flow) ? "any" : "breaks"
}

/** The second one may come when the device has opened; of the hello, when the server has sent all that it must. */
function twice(condition: Condition, flow: FlowRecord): Effect {
    if (/finished/.test(flow.what)) return "late"
    const endsWithServer = condition.holds !== "none" || is13(condition)
    return flow.what === "client hello" && endsWithServer ? "any" : breaking(condition, flow)
}

const pieces = (bytes: Buffer, size: number): Buffer[] =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
    )

/** One TLS record in many. */
function fragments(bytes: Buffer, size: number): Buffer[] {
    return pieces(bytes.subarray(RECORD_HEADER), size).map((piece) => record(bytes.readUInt8(0), piece))
}

const drip = (bytes: Buffer, waitMs: number): Act[] => pieces(bytes, 1).flatMap((piece): Act[] => [piece, { waitMs }])

/** So long that the device's limit for a handshake passes within each record of a handshake but the shortest. */
const SLOW_MS = 400
const HANDSHAKE_LIMIT_MS = 10_000

function casesOf(condition: Condition, flow: FlowRecord): ProxyCase[] {
    const one = (what: string, effect: Effect, acts: (bytes: Buffer) => Iterable<Act>) =>
        ofOne(condition, flow, what, effect, acts)
    const { what } = flow
    const inPieces: Effect = flow.isSealed && !flow.isLate ? "breaks" : flow.isLate ? "late" : "any"
    const eightLate = makeCase(condition, {
        ...{ group, what: `the ${what} is eight seconds late`, effect: flow.isLate ? "late" : "any" },
        // With a session the second attempt has joined by then.
        ...(!flow.isLate && { expect: condition.holds === "none" ? "opens-full" : "opens" }),
        spoils: [{ ...flow, acts: (records) => [{ waitMs: 8000 }, ...records] }],
    })
    return [
        eightLate,
        one(`the ${what} comes twice`, twice(condition, flow), (bytes) => [bytes, bytes]),
        one(`the ${what} is left out`, breaking(condition, flow), () => []),
        one(`the ${what} comes byte by byte`, "harmless", (bytes) =>
            pieces(bytes, 1).flatMap((piece): Act[] => [piece, "read"]),
        ),
        one(`the ${what} is two seconds late`, "harmless", (bytes) => [{ waitMs: 2000 }, bytes]),
        one(`the ${what} is a minute late`, flow.isLate ? "late" : "breaks", (bytes) => [{ waitMs: 60_000 }, bytes]),
        ...(flow.isChangeCipherSpec
            ? []
            : [
                  one(`the ${what} is cut into records of one byte`, inPieces, (bytes) => fragments(bytes, 1)),
                  one(`the ${what} is cut into records of three bytes`, inPieces, (bytes) => fragments(bytes, 3)),
                  one(
                      `the ${what} comes byte by byte, each ${SLOW_MS} ms late`,
                      flow.isLate ? "late" : "breaks",
                      (bytes) => drip(bytes, Math.max(SLOW_MS, (2 * HANDSHAKE_LIMIT_MS) / bytes.length)),
                  ),
              ]),
    ]
}

/** Two that follow each other. */
function pairCasesOf(condition: Condition, flow: FlowRecord, next: FlowRecord): ProxyCase[] {
    const both = (what: string, effect: Effect, acts: Spoil["acts"]) =>
        makeCase(condition, { group, what, effect, spoils: [{ ...flow, count: 2, acts }] })
    const isHarmful = !meansNothing(condition, flow) && !meansNothing(condition, next)
    const swapped: Effect = flow.isLate ? "late" : isHarmful ? "breaks" : "any"
    const names = `the ${flow.what} and the ${next.what}`
    return [
        both(`${names} change places`, swapped, (records) => records.toReversed()),
        both(`${names} come in one write`, "harmless", (records) => [Buffer.concat(records)]),
        ...(flow.isMergeable
            ? [
                  both(`${names} come in one record`, "harmless", (records) => [
                      record(
                          records[0]?.readUInt8(0) ?? 0,
                          Buffer.concat(records.map((bytes) => bytes.subarray(RECORD_HEADER))),
                      ),
                  ]),
              ]
            : []),
    ]
}

/** Whether the next record of its direction comes before it is answered. */
const inOneFlight = ({ holds }: Condition, { what, direction }: FlowRecord): boolean =>
    !/client hello|server hello done/.test(what) &&
    !(direction === "toServer" && holds === "none" && /finished/.test(what))

function pairsOf(condition: Condition): [FlowRecord, FlowRecord][] {
    return (["toClient", "toServer"] as const).flatMap((direction) => {
        const flows = recordsOf(condition, direction)
        return flows.slice(1).flatMap((next, index): [FlowRecord, FlowRecord][] => {
            const flow = flows[index]
            return flow !== undefined && inOneFlight(condition, flow) && flow.isLate === next.isLate
                ? [[flow, next]]
                : []
        })
    })
}

export const orderCases: ProxyCase[] = conditions.flatMap((condition) => [
    ...condition.records.flatMap((flow) => casesOf(condition, flow)),
    ...pairsOf(condition).flatMap(([flow, next]) => pairCasesOf(condition, flow, next)),
])
