// The connection ends, or nothing more passes: before each record, in its header and within its body.
import type { ProxyCase } from "../case.js"
import { conditions } from "../flows.js"
import { makeCase } from "../make-case.js"

const places = [
    { where: "before", size: () => 0 },
    { where: "within the header of", size: () => 3 },
    { where: "after the header of", size: () => 5 },
    { where: "halfway through", size: (length: number) => Math.ceil((5 + length) / 2) },
] as const

const ends = [
    { how: "is closed", act: "fin", errors: ["closed"] },
    // Node tells a reset as a plain end when data came along with it.
    { how: "is reset", act: "rst", errors: ["connection-lost", "closed"] },
    { how: "goes silent", act: "silence", errors: ["connect-timeout"] },
] as const

const once: ProxyCase[] = conditions.flatMap((condition) =>
    condition.records.flatMap((record) =>
        places.flatMap(({ where, size }) =>
            ends.map(({ how, act, errors }) =>
                makeCase(condition, {
                    group: "the connection ends",
                    what: `it ${how} ${where} the ${record.what}`,
                    effect: record.isLate ? "late" : "breaks",
                    // Who cuts off what the device says resets its connection.
                    errors: record.direction === "toServer" && act === "fin" ? ["connection-lost", "closed"] : errors,
                    spoils: [
                        { ...record, acts: ([bytes]) => (bytes ? [bytes.subarray(0, size(bytes.length)), act] : []) },
                    ],
                }),
            ),
        ),
    ),
)

const eachTime: ProxyCase[] = conditions
    .filter(({ holds }) => holds !== "none")
    .flatMap((condition) =>
        condition.records
            .filter(({ direction, at }) => direction === "toClient" && at < 2)
            .flatMap((record) =>
                ends.map(({ how, act, errors }) =>
                    makeCase(condition, {
                        group: "the connection ends",
                        what: `it ${how} before the ${record.what}`,
                        effect: "breaks",
                        on: "each",
                        errors,
                        spoils: [{ ...record, acts: () => [act] }],
                    }),
                ),
            ),
    )

export const endCases: ProxyCase[] = [...once, ...eachTime]
