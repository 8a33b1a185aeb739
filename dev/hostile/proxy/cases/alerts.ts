// An alert in clear that the other side has not sent: each that there is at the start, and some at each record.
import { alertName } from "../../../../ts/core/alerts.js"
import type { ProxyCase } from "../case.js"
import { type Condition, conditions, type FlowRecord, is13 } from "../flows.js"
import { type Effect, makeCase } from "../make-case.js"
import { alert, record, types } from "../records.js"

const CLOSE_NOTIFY = 0
const levels = [
    { word: "warning", level: 1 },
    { word: "fatal", level: 2 },
] as const
type Level = (typeof levels)[number]

/** All of IANA's registry (RFC 8446 6 and those of its predecessors), and one that nobody has. */
const descriptions = [
    ...[CLOSE_NOTIFY, 10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60, 70, 71, 80, 86, 90, 100],
    ...[109, 110, 111, 112, 113, 114, 115, 116, 120, 121, 255],
]
/** To these the device says another hello, with all of its suites. */
const asksAgain = [40, 71]
const atEachRecord = [CLOSE_NOTIFY, 40, 90]

const nameOf = (description: number): string =>
    description === CLOSE_NOTIFY ? "close_notify (0)" : alertName(description)

function effectOf(
    condition: Condition,
    { isLate, isSealed, direction }: FlowRecord,
    { level }: Level,
    description: number,
) {
    const effect = (): Effect => {
        if (isLate) return "late"
        if (level === 2 || description === CLOSE_NOTIFY || isSealed) return "breaks"
        // In TLS 1.2 a warning may be passed over; in TLS 1.3 each alert ends the connection, but user_canceled (RFC 8446 6.1).
        return "any"
    }
    // nginx takes no notice of a level that does not go with the description, and may bear some warnings in TLS 1.3 too.
    return direction === "toServer" && is13(condition) && !isLate && level === 1 ? "any" : effect()
}

function alertCase(
    condition: Condition,
    flow: FlowRecord,
    level: Level,
    description: number,
    on: ProxyCase["on"],
): ProxyCase {
    const said = alert(level.level, description)
    return makeCase(condition, {
        group: "an alert is slipped in",
        what: `a ${level.word} ${nameOf(description)} stands before the ${flow.what}`,
        effect: effectOf(condition, flow, level, description),
        on,
        ...(level.level === 2 && isFirst(flow) && on === "first" && asksAgain.includes(description)
            ? { expect: "opens-full" }
            : {}),
        spoils: [{ ...flow, acts: ([bytes]) => (bytes ? [said, bytes] : []) }],
    })
}

const isFirst = ({ direction, at }: FlowRecord): boolean => direction === "toClient" && at === 0

function casesOf(condition: Condition): ProxyCase[] {
    const first = condition.records.filter(isFirst)
    const others = condition.records.filter((flow) => !isFirst(flow))
    const onEach = (flows: FlowRecord[], which: readonly number[], on: ProxyCase["on"]) =>
        flows.flatMap((flow) =>
            which.flatMap((description) => levels.map((level) => alertCase(condition, flow, level, description, on))),
        )
    return [
        ...onEach(first, descriptions, "first"),
        ...(condition.holds === "none"
            ? []
            : onEach(
                  first,
                  descriptions.filter((one) => one >= 40 && one <= 51),
                  "each",
              )),
        ...onEach(others, atEachRecord, "first"),
    ]
}

/** Alerts that are none. */
const misshapen = [
    { what: "an alert of no bytes", bytes: record(types.alert, Buffer.alloc(0)) },
    { what: "an alert of one byte", bytes: record(types.alert, Buffer.from([2])) },
    { what: "an alert of three bytes", bytes: record(types.alert, Buffer.from([2, 40, 0])) },
    { what: "two alerts in one record", bytes: record(types.alert, Buffer.from([2, 40, 2, 80])) },
    { what: "an alert of level 0", bytes: alert(0, 40) },
    { what: "an alert of level 255", bytes: alert(255, 255) },
    { what: "an alert of 16384 bytes", bytes: record(types.alert, Buffer.alloc(16384, 2)) },
]

const misshapenCases = conditions.flatMap((condition) =>
    condition.records.filter(isFirst).flatMap((flow) =>
        misshapen.map(({ what, bytes }) =>
            makeCase(condition, {
                group: "an alert is slipped in",
                what: `${what} stands before the ${flow.what}`,
                effect: "any",
                spoils: [{ ...flow, acts: (records) => [bytes, ...records] }],
            }),
        ),
    ),
)

export const alertCases: ProxyCase[] = [...conditions.flatMap(casesOf), ...misshapenCases]
