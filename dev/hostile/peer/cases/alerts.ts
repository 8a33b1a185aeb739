// Alerts under the handshake's own keys, and ends, before each message of each handshake.
import { alertName } from "../../../../ts/core/alerts.js"
import type { Act, Message, PeerCase } from "../case.js"
import { all, type Condition, type Effect, is13, makeCase } from "../make-case.js"

const [CLOSE_NOTIFY, HANDSHAKE_FAILURE, USER_CANCELED] = [0, 40, 90]

/** All of IANA's registry, and one that nobody has. */
const descriptions = [
    ...[
        CLOSE_NOTIFY,
        10,
        20,
        21,
        22,
        30,
        40,
        41,
        42,
        43,
        44,
        45,
        46,
        47,
        48,
        49,
        50,
        51,
        60,
        70,
        71,
        80,
        86,
        USER_CANCELED,
    ],
    ...[100, 109, 110, 111, 112, 113, 114, 115, 116, 120, 121, 255],
]
const atEach = [CLOSE_NOTIFY, 20, 40, 80, USER_CANCELED, 100]
const levels = { warning: 1, fatal: 2, "level 0": 0, "level 255": 255 }
type Level = keyof typeof levels

const nameOf = (description: number) => (description === CLOSE_NOTIFY ? "close_notify (0)" : alertName(description))

const isLate = (condition: Condition, at: Message): boolean => condition.later.includes(at)

/** The last message of the handshake that is under keys, and the first: what is said before it is sealed. */
const sealedAt = (condition: Condition): Message => (is13(condition) ? "EncryptedExtensions" : "Finished")

function effectOf(condition: Condition, at: Message, level: Level, description: number): Effect {
    if (isLate(condition, at)) return "late"
    // In TLS 1.3 the level says nothing (RFC 8446 6), and user_canceled is no error, whatever its level.
    if (is13(condition) && (at !== "ServerHello" || level !== "fatal") && description === USER_CANCELED) return "any"
    if (at === "ServerHello" && level === "fatal" && description === HANDSHAKE_FAILURE) return "retried"
    if (level === "fatal" || description === CLOSE_NOTIFY) return "breaks"
    // In TLS 1.2 a warning may be passed over.
    return is13(condition) && level === "warning" ? "breaks" : "any"
}

function alertCase(condition: Condition, at: Message, level: Level, description: number): PeerCase {
    return makeCase(condition, {
        group: "an alert is said",
        what: `${level} ${nameOf(description)} before ${at}`,
        effect: effectOf(condition, at, level, description),
        script: { edits: [{ at, before: [{ alert: [levels[level], description] }] }] },
    })
}

const alerts = all.flatMap((condition) => {
    const others = [...condition.messages, ...condition.later].filter((at) => at !== sealedAt(condition))
    const words = ["warning", "fatal"] as const
    return [
        ...descriptions.flatMap((description) =>
            words.map((level) => alertCase(condition, sealedAt(condition), level, description)),
        ),
        ...(["level 0", "level 255"] as const).map((level) => alertCase(condition, sealedAt(condition), level, 40)),
        ...others.flatMap((at) =>
            atEach.flatMap((description) => words.map((level) => alertCase(condition, at, level, description))),
        ),
    ]
})

const ends: { what: string; acts: Act[] }[] = [
    { what: "it closes (FIN)", acts: [{ do: "fin" }] },
    { what: "it resets (RST)", acts: [{ do: "rst" }] },
    { what: "it says close_notify and closes", acts: [{ do: "close" }, { do: "fin" }] },
    { what: "it says no more, and TCP stays", acts: [{ do: "stall" }] },
]

const endings = all.flatMap((condition) =>
    [...condition.messages, ...condition.later].flatMap((at) =>
        ends.map(({ what, acts }) =>
            makeCase(condition, {
                group: "it ends early",
                what: `before ${at} ${what}`,
                effect: isLate(condition, at) ? "late" : "breaks",
                script: { edits: [{ at, before: acts }] },
            }),
        ),
    ),
)

const goesOn = all.flatMap((condition) =>
    [...condition.messages, ...condition.later].map((at) =>
        makeCase(condition, {
            group: "it ends early",
            what: `before ${at} it says close_notify, and goes on`,
            effect: isLate(condition, at) ? "late" : "breaks",
            script: { edits: [{ at, before: [{ do: "close" }] }] },
        }),
    ),
)

export const alertCases: readonly PeerCase[] = [...alerts, ...endings, ...goesOn]
