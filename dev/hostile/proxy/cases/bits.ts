// One bit is flipped: in each part of each record, whoever sent it.
import { RECORD_HEADER } from "../../../servers/wire.js"
import type { ProxyCase } from "../case.js"
import { type Condition, conditions, type FlowRecord, is13 } from "../flows.js"
import { type Effect, makeCase } from "../make-case.js"

interface Spot {
    where: string
    /** In a record of this size. */
    at: (size: number) => number
    bit: number
    part: "type" | "version" | "length" | "body"
}

const spots: readonly Spot[] = [
    { where: "the lowest bit of its type", at: () => 0, bit: 0, part: "type" },
    { where: "the highest bit of its type", at: () => 0, bit: 7, part: "type" },
    { where: "a bit of its major version", at: () => 1, bit: 0, part: "version" },
    { where: "a bit of its minor version", at: () => 2, bit: 1, part: "version" },
    { where: "the highest bit of its length", at: () => 3, bit: 7, part: "length" },
    { where: "the lowest bit of its length", at: () => 4, bit: 0, part: "length" },
    { where: "a bit of its first byte", at: () => RECORD_HEADER, bit: 0, part: "body" },
    { where: "a bit of its middle", at: (size) => Math.floor((RECORD_HEADER + size) / 2), bit: 4, part: "body" },
    { where: "the highest bit of its last byte", at: (size) => size - 1, bit: 7, part: "body" },
]

function effectOf(condition: Condition, { isLate, isSealed, isChangeCipherSpec }: FlowRecord, { part }: Spot): Effect {
    if (isLate) return "late"
    // Nothing hangs on the version of a record in clear (RFC 8446 5.1), nor in TLS 1.3 on a change of cipher spec.
    if (part === "version" && !isSealed) return "any"
    if (isChangeCipherSpec && is13(condition)) return "any"
    return "breaks"
}

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at)
    return changed
}

/** One byte has no middle. */
const fits = ({ isChangeCipherSpec }: FlowRecord, { where }: Spot) => !isChangeCipherSpec || !/middle|last/.test(where)

export const bitCases: ProxyCase[] = conditions.flatMap((condition) =>
    condition.records.flatMap((record) =>
        spots
            .filter((spot) => fits(record, spot))
            .map((spot) =>
                makeCase(condition, {
                    group: "a bit is flipped",
                    what: `${spot.where} is flipped in the ${record.what}`,
                    effect: effectOf(condition, record, spot),
                    spoils: [
                        {
                            ...record,
                            acts: ([bytes]) => (bytes ? [flipped(bytes, spot.at(bytes.length), spot.bit)] : []),
                        },
                    ],
                }),
            ),
    ),
)
