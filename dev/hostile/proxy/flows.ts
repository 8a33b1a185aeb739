// What passes in an honest wake, record by record, as nginx sends it. A spoil that meets no such record is found out, since
// it does not happen.
import type { CaseOf } from "../case.js"
import type { Direction } from "./spoil.js"

export interface FlowRecord {
    direction: Direction
    /** In its direction. */
    at: number
    what: string
    /** Under a key, so that nobody can change it unseen. */
    isSealed: boolean
    /** The device opens without it: what is wrong with it comes too late to keep it from that. */
    isLate: boolean
    isChangeCipherSpec: boolean
    /** A record of the same type follows in the same write, in clear both. */
    isMergeable: boolean
}

/** What the device holds when it comes, and what it speaks. */
export interface Condition extends Pick<CaseOf<"proxy">, "holds" | "versions"> {
    title: string
    records: FlowRecord[]
}

/** "*": sealed; ">": late; "+": the next one has the same type and is in clear as this one. */
function flow(direction: Direction, marked: string): FlowRecord[] {
    return marked.split(", ").map((words, at) => ({
        ...{ direction, at, what: words.replace(/[*>+]/g, "") },
        ...{ isSealed: words.includes("*"), isLate: words.includes(">"), isMergeable: words.includes("+") },
        isChangeCipherSpec: words.includes("change cipher spec"),
    }))
}

const full12 = [
    ...flow(
        "toServer",
        "client hello, client's key exchange, client's change cipher spec, client's finished*, question*>",
    ),
    ...flow(
        "toClient",
        "server hello+, certificate+, server's key exchange+, server hello done, ticket, server's change cipher spec, " +
            "server's finished*, answer*>, goodbye*>",
    ),
]
const resumed12 = [
    ...flow("toServer", "client hello, client's change cipher spec>, client's finished*>, question*>"),
    ...flow("toClient", "server hello, server's change cipher spec, server's finished*, answer*>, goodbye*>"),
]
const full13 = [
    ...flow("toServer", "client hello, client's finished*>, question*>"),
    ...flow(
        "toClient",
        "server hello, server's change cipher spec, encrypted extensions*, certificate*, certificate verify*, " +
            "server's finished*, first ticket*>, second ticket*>, answer*>, goodbye*>",
    ),
]
const resumed13 = [
    ...flow("toServer", "client hello, client's finished*>, question*>"),
    ...flow(
        "toClient",
        "server hello, server's change cipher spec, encrypted extensions*, server's finished*, ticket*>, answer*>, goodbye*>",
    ),
]

export const conditions: readonly Condition[] = [
    { title: "TLS 1.2 without a session", holds: "none", versions: "1.2", records: full12 },
    { title: "TLS 1.2 with a session ID", holds: "id", versions: "1.2", records: resumed12 },
    { title: "TLS 1.2 with a ticket", holds: "ticket", versions: "1.2", records: resumed12 },
    { title: "TLS 1.3 without a session", holds: "none", versions: "1.3", records: full13 },
    { title: "TLS 1.3 with a PSK", holds: "psk", versions: "1.3", records: resumed13 },
]

export const is13 = ({ versions }: Condition): boolean => versions === "1.3"

export const recordsOf = ({ records }: Condition, direction: Direction): FlowRecord[] =>
    records.filter((record) => record.direction === direction)

/** Those that the device must have, or the server, before the device opens. */
export const handshakeOf = ({ records }: Condition): FlowRecord[] => records.filter(({ isLate }) => !isLate)
