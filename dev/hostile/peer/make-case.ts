// A case from what the peer does, and what that must come to.
import type { Expectation } from "../case.js"
import type { Message, PeerCase, Script } from "./case.js"

/** A handshake of each kind, and what the peer says in it. */
export interface Condition extends Pick<PeerCase, "holds" | "versions"> {
    title: string
    /** Until the device's connection is open. */
    messages: readonly Message[]
    /** And after it. */
    later: readonly Message[]
}

const full12 = ["ServerHello", "Certificate", "ServerKeyExchange", "ServerHelloDone", "NewSessionTicket"] as const

export const conditions = {
    full12: {
        ...{ title: "TLS 1.2 in full", holds: "none", versions: "1.2" },
        ...{ messages: [...full12, "CCS", "Finished"], later: ["Answer", "CloseNotify"] },
    },
    id: {
        ...{ title: "TLS 1.2 by ID", holds: "id", versions: "1.2" },
        ...{ messages: ["ServerHello", "CCS", "Finished"], later: ["Answer", "CloseNotify"] },
    },
    ticket: {
        ...{ title: "TLS 1.2 by ticket", holds: "ticket", versions: "1.2" },
        ...{ messages: ["ServerHello", "CCS", "Finished"], later: ["Answer", "CloseNotify"] },
    },
    full13: {
        ...{ title: "TLS 1.3 in full", holds: "none", versions: "1.3" },
        messages: ["ServerHello", "EncryptedExtensions", "Certificate", "CertificateVerify", "Finished"],
        later: ["NewSessionTicket", "Answer", "CloseNotify"],
    },
    psk: {
        ...{ title: "TLS 1.3 by PSK", holds: "psk", versions: "1.3" },
        messages: ["ServerHello", "EncryptedExtensions", "Finished"],
        later: ["NewSessionTicket", "Answer", "CloseNotify"],
    },
} as const satisfies Record<string, Condition>

export const all: readonly Condition[] = Object.values(conditions)
export const those12: readonly Condition[] = all.filter(({ versions }) => versions === "1.2")
export const those13: readonly Condition[] = all.filter(({ versions }) => versions === "1.3")
export const inFull: readonly Condition[] = all.filter(({ holds }) => holds === "none")
export const resumptions: readonly Condition[] = all.filter(({ holds }) => holds !== "none")

export const is13 = ({ versions }: Condition): boolean => versions === "1.3"
export const isFull = ({ holds }: Condition): boolean => holds === "none"

/** What comes of a connection on which that is done. */
export type Effect =
    /** It does not open. With a session the device tries once more, in full. */
    | "breaks"
    /** It does not open, and nothing is tried after it: the server's certificate has been judged. */
    | "verdict"
    /** It opens as if nothing had happened, and the app gets its answer. */
    | "harmless"
    /** No common cipher suite is found; the device offers more on a second connection, without a session. */
    | "retried"
    /** The session is refused, and the app gets its answer on the same connection. */
    | "refused"
    /** It opens as if nothing had happened, and may break then. */
    | "late"
    /** A stack may bear it or not. */
    | "any"

export interface Doing {
    group: string
    what: string
    effect: Effect
    script: Script
    /** On the first connection, unless told. */
    on?: "first" | "each"
    mayNotResume?: string
    memoryBound?: number
}

function expectationOf(condition: Condition, { effect, on }: Doing): Expectation {
    if (effect === "any") return "any"
    if (effect === "verdict") return "fails"
    if (effect === "refused" || effect === "retried") return "opens-full"
    if (effect === "breaks") return isFull(condition) || on === "each" ? "fails" : "opens-full"
    return isFull(condition) ? "opens-full" : "opens-resumed"
}

export function makeCase(condition: Condition, doing: Doing): PeerCase {
    const { group, what, effect, script, on = "first" } = doing
    const expect = expectationOf(condition, doing)
    return {
        ...{
            family: "peer",
            name: `${condition.title}, scripted: ${what}${on === "each" ? ", each time" : ""}`,
            group,
        },
        ...{ holds: condition.holds, versions: condition.versions, expect },
        getsAnswer: expect !== "any" && expect !== "fails" && effect !== "late",
        script: on === "each" ? { ...script, times: 99 } : script,
        ...(doing.memoryBound === undefined ? {} : { memoryBound: doing.memoryBound }),
        ...(doing.mayNotResume === undefined ? {} : { mayNotResume: doing.mayNotResume }),
    }
}
