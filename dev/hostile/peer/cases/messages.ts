// Each message of each handshake said wrongly, with a transcript that has what was said: nothing but the message is wrong.
import type { Edit, Message, PeerCase } from "../case.js"
import { all, type Condition, type Effect, is13, makeCase } from "../make-case.js"

type Change = Omit<Edit, "at">

interface Way {
    what: string
    change: Change
    /** Which needs a body. */
    ofBody?: boolean
    effect?: Effect
}

const HANDSHAKE_TYPES = { HelloRequest: 0, ClientHello: 1, message_hash: 254, unknown: 99 }
const RECORD_TYPES = { change_cipher_spec: 20, alert: 21, application_data: 23, heartbeat: 24, unknown: 99 }

const ways: readonly Way[] = [
    { what: "is left out", change: { omit: true } },
    { what: "comes twice", change: { repeat: 1 } },
    { what: "comes a hundred times", change: { repeat: 99 } },
    { what: "comes after the next message", change: { swap: true } },
    { what: "lacks its last byte", change: { cut: 1 }, ofBody: true },
    { what: "lacks its last two bytes", change: { cut: 2 }, ofBody: true },
    { what: "has no body", change: { size: 0 }, ofBody: true },
    { what: "is one byte long", change: { size: 1 } },
    { what: "is 16 KB of zeros", change: { size: 16_384 } },
    { what: "is 100 KB of zeros", change: { size: 100_000 } },
    { what: "has one byte more", change: { add: 1 } },
    { what: "has 20,000 bytes more", change: { add: 20_000 } },
    { what: "says that it has no body", change: { length: 0 }, ofBody: true },
    { what: "says that it has one byte", change: { length: 1 } },
    { what: "says that it has 65,536 bytes", change: { length: 0x10000 } },
    { what: "says that it has 16 MB", change: { length: 0xffffff } },
    { what: "has another first byte", change: { flip: 0, mask: 0xff }, ofBody: true },
    { what: "has another last bit", change: { flip: -1 }, ofBody: true },
    ...Object.entries(HANDSHAKE_TYPES).map(([name, type]) => ({ what: `is said to be a ${name}`, change: { type } })),
    ...Object.entries(RECORD_TYPES).map(([name, record]) => ({
        what: `is in a record of ${name}`,
        change: { record },
    })),
    { what: "is in records of 100 bytes", change: { split: 100 }, effect: "harmless" },
    { what: "is in records of 5 bytes", change: { split: 5 }, effect: "harmless" },
]

/** Whose next message goes under the same keys, in the same flight. */
const mergeable: readonly Message[] = ["Certificate", "ServerKeyExchange", "EncryptedExtensions", "CertificateVerify"]

/** What a stack may bear, as nobody is harmed: the lifetime of a ticket is the server's to say, and so are its bytes. */
const isFreeText = (at: Message, { change }: Way): boolean => at === "NewSessionTicket" && "flip" in change

/** wolfSSL takes no notice of what follows in a message that came in several records, where it does in a short one. The
 * transcript has it, so that nobody else has put it there. */
const isLongTail = (condition: Condition, at: Message, { change }: Way): boolean =>
    is13(condition) && (at === "ServerHello" || at === "CertificateVerify") && (change.add ?? 0) > 16_384

/** A ticket may be that long, so that it is read before it is judged. */
const isKeptWhole = (at: Message, { change }: Way): boolean => at === "NewSessionTicket" && (change.size ?? 0) > 65_536

/** Which is what the app is told then. */
const isData = (at: Message, { change }: Way): boolean => at === "NewSessionTicket" && change.record === 23

const hasBody = (at: Message) => at !== "ServerHelloDone"

function caseOf(condition: Condition, at: Message, way: Way, effect: Effect): PeerCase {
    const script = { edits: [{ at, ...way.change }] }
    const bound = isKeptWhole(at, way) ? { memoryBound: 192 * 1024 } : {}
    return makeCase(condition, {
        group: "a message is said wrongly",
        what: `${at} ${way.what}`,
        effect,
        script,
        ...bound,
    })
}

function effectOf(condition: Condition, at: Message, way: Way): Effect {
    if (at === "NewSessionTicket" && is13(condition)) return way.effect ?? "late"
    if (isFreeText(at, way)) return "harmless"
    // The first one opens the connection.
    if (at === "Finished" && "repeat" in way.change) return "late"
    if (isLongTail(condition, at, way)) return "any"
    return way.effect ?? "breaks"
}

const spoken = (messages: readonly Message[]): Message[] =>
    messages.filter((at) => !["CCS", "Answer", "CloseNotify"].includes(at))

function ofMessage(condition: Condition, at: Message): PeerCase[] {
    const cases = ways
        .filter(({ ofBody }) => ofBody !== true || hasBody(at))
        .filter((way) => !(is13(condition) && isData(at, way)))
        .map((way) => caseOf(condition, at, way, effectOf(condition, at, way)))
    const merged: Way = { what: "is in one record with the next", change: { merge: true } }
    return mergeable.includes(at) ? [...cases, caseOf(condition, at, merged, "harmless")] : cases
}

export const messageCases: readonly PeerCase[] = all.flatMap((condition) =>
    spoken([...condition.messages, ...condition.later]).flatMap((at) => ofMessage(condition, at)),
)
