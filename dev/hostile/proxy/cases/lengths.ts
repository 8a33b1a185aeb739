// Headers that lie: about the length of what follows, and about the version.
import { RECORD_HEADER } from "../../../servers/wire.js"
import type { ProxyCase } from "../case.js"
import { type Condition, conditions, type FlowRecord, is13 } from "../flows.js"
import { type Effect, makeCase } from "../make-case.js"
import { record, withLength, withVersion } from "../records.js"

const group = "a header lies"

/** What TLS 1.2 allows at most, with all that encryption may add, and one more. */
const TOO_LONG = 16384 + 2048 + 1
const TOO_LONG_13 = 16384 + 256 + 1
const MAX = 65535

const versions = [
    { what: "0.0", version: 0 },
    { what: "SSL 3.0's", version: 0x0300 },
    { what: "TLS 1.0's", version: 0x0301 },
    { what: "TLS 1.3's", version: 0x0304 },
    { what: "DTLS 1.2's", version: 0xfefd },
    { what: "255.255", version: 0xffff },
]

function casesOf(condition: Condition, flow: FlowRecord): ProxyCase[] {
    const one = (what: string, effect: Effect, change: (bytes: Buffer) => Buffer[]) =>
        makeCase(condition, {
            group,
            what,
            effect,
            spoils: [{ ...flow, acts: ([bytes]) => (bytes ? change(bytes) : []) }],
        })
    const broken: Effect = flow.isLate ? "late" : flow.isChangeCipherSpec && is13(condition) ? "any" : "breaks"
    const type = (bytes: Buffer) => bytes.readUInt8(0)
    const { what } = flow
    return [
        one(`the ${what} says that it has no bytes`, broken, (bytes) => [withLength(bytes, 0)]),
        one(`the ${what} says that it has 65535 bytes`, broken, (bytes) => [withLength(bytes, MAX)]),
        one(`the ${what} is followed by noise up to ${TOO_LONG_13} bytes`, broken, (bytes) => [
            record(
                type(bytes),
                Buffer.concat([bytes.subarray(RECORD_HEADER), Buffer.alloc(TOO_LONG_13, 0x5a)]).subarray(
                    0,
                    TOO_LONG_13,
                ),
            ),
        ]),
        one(`the ${what} is a record of ${TOO_LONG} zeros`, broken, (bytes) => [
            record(type(bytes), Buffer.alloc(TOO_LONG)),
        ]),
        one(`the ${what} is a record of 65535 zeros`, broken, (bytes) => [record(type(bytes), Buffer.alloc(MAX))]),
        one(`an empty record of its type stands before the ${what}`, flow.isLate ? "late" : "any", (bytes) => [
            record(type(bytes), Buffer.alloc(0)),
            bytes,
        ]),
        ...versions.map(({ what: name, version }) =>
            one(
                `the ${what} has the version ${name}`,
                flow.isLate ? "late" : flow.isSealed ? "breaks" : "any",
                (bytes) => [withVersion(bytes, version)],
            ),
        ),
    ]
}

export const lengthCases: ProxyCase[] = conditions.flatMap((condition) =>
    condition.records.flatMap((flow) => casesOf(condition, flow)),
)
