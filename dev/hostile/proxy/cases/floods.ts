// Records without end: as many as the device reads, or one after the other for as long as it stays. Only what has no key can
// be made up: padding, empty records and key updates under a key cannot, see the scripted peer for those.
import type { ProxyCase } from "../case.js"
import { type Condition, conditions, type FlowRecord, handshakeOf, is13 } from "../flows.js"
import { type Effect, makeCase } from "../make-case.js"
import { alert, message, record, types } from "../records.js"
import type { Act } from "../spoil.js"

const group = "records without end"

const floods: readonly { what: string; bytes: Buffer }[] = [
    { what: "empty handshake records", bytes: record(types.handshake, Buffer.alloc(0)) },
    { what: "empty records of data", bytes: record(types.data, Buffer.alloc(0)) },
    { what: "empty alerts", bytes: record(types.alert, Buffer.alloc(0)) },
    { what: "changes of cipher spec", bytes: record(types.changeCipherSpec, Buffer.from([1])) },
    { what: "empty changes of cipher spec", bytes: record(types.changeCipherSpec, Buffer.alloc(0)) },
    { what: "warnings no_renegotiation", bytes: alert(1, 100) },
    { what: "warnings user_canceled", bytes: alert(1, 90) },
    { what: "warnings unrecognized_name", bytes: alert(1, 112) },
    { what: "records of zeros", bytes: record(types.handshake, Buffer.alloc(16384)) },
    { what: "heartbeats", bytes: record(24, Buffer.alloc(19)) },
    { what: "records of type 99", bytes: record(99, Buffer.alloc(100)) },
    { what: "hello requests", bytes: message(0, Buffer.alloc(0)) },
    { what: "key updates in clear", bytes: message(24, Buffer.from([1])) },
    { what: "tickets in clear", bytes: message(4, Buffer.alloc(64)) },
    { what: "one message of 16 MB", bytes: record(types.handshake, Buffer.alloc(16384, 0xff)) },
]

const FEW = 40
const AT_ONCE_BYTES = 300_000

function* atOnce(bytes: Buffer): Iterable<Act> {
    const many = Buffer.concat(Array.from({ length: Math.ceil(16384 / bytes.length) }, () => bytes))
    for (let sent = 0; sent < AT_ONCE_BYTES; sent += many.length) yield many
    yield "silence"
}

function* forEver(bytes: Buffer): Iterable<Act> {
    for (;;) {
        yield bytes
        yield { waitMs: 1000 }
    }
}

function casesOf(condition: Condition, flow: FlowRecord): ProxyCase[] {
    const borne: Effect = is13(condition) || !flow.isSealed ? "any" : "breaks"
    return floods.flatMap(({ what, bytes }) => {
        const before = (how: string, effect: Effect, acts: (own: Buffer[]) => Iterable<Act>) =>
            makeCase(condition, {
                group,
                what: `${what} ${how} the ${flow.what}`,
                effect: flow.isLate ? "late" : effect,
                spoils: [{ ...flow, acts }],
            })
        return [
            before(`without end, as fast as it reads, in the place of`, "breaks", () => atOnce(bytes)),
            before(`without end, one each second, in the place of`, "breaks", () => forEver(bytes)),
            before(`(${FEW} of them) before`, borne, (own) => [...Array.from({ length: FEW }, () => bytes), ...own]),
        ]
    })
}

/** The first record, the first one under a key, and the answer. */
function placesIn(condition: Condition): FlowRecord[] {
    const toClient = handshakeOf(condition).filter(({ direction }) => direction === "toClient")
    const answer = condition.records.find(({ what }) => what === "answer")
    return [toClient[0], toClient.find(({ isSealed }) => isSealed), answer].filter((flow) => flow !== undefined)
}

export const floodCases: ProxyCase[] = conditions.flatMap((condition) =>
    placesIn(condition).flatMap((flow) => casesOf(condition, flow)),
)
