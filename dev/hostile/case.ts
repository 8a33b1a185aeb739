// A case: one wake of a device at a peer that does it no good, and what may come of that. Two families of peers: an honest
// server behind a proxy that spoils what passes ("proxy"), and a TLS stack that does what its script says ("peer").
import type { ErrorCode } from "../../ts/base/errors.js"
import type { Kind } from "../interop/board.js"
import type { Exchange } from "../servers/exchange.js"

/** How the wake ends. A case names what must be, and the strictest that holds each time. */
export type Expectation =
    /** No connection opens. */
    | "fails"
    | "opens-full"
    | "opens-resumed"
    /** By either. */
    | "opens"
    /** It may open or not, on a connection that is proven. */
    | "any"

export interface CaseOf<Family extends string> {
    family: Family
    /** It is this case's alone, and says in words what happens. */
    name: string
    group: string
    /** Which session the device holds when it meets the peer. */
    holds: Kind | "none"
    /** It has an external pre-shared key as well, which no server here knows. */
    psk?: true
    /** What the device speaks. A session by ID or ticket wants 1.2, a PSK wants 1.3. */
    versions: "1.2" | "1.3" | "both"
    expect: Expectation
    /** If it does not open, the app hears one of these; any unless told. */
    errors?: readonly ErrorCode[]
    /** The app has the whole answer when it opens; otherwise a part will do, also none. */
    getsAnswer?: boolean
    /** An honest wake comes before it, with the same session, which the peer may listen to. */
    rehearses?: boolean
    /** Bytes that wolfSSL may hold at a time while it meets the peer, where more than elsewhere is right. */
    memoryBound?: number
    /** Why the second honest wake may be a full handshake: it must resume without this. */
    mayNotResume?: string
}

/** What is on a port for one wake. Disposing of it ends its connections. */
export interface Encounter extends AsyncDisposable {
    port: number
    /** Whoever could still say something waits for the device, and has done so since the last call. Asked every few
     * milliseconds; the device's clock then moves on to what it waits for. */
    isSilent(): boolean
    /** Asked once, when the device has closed. */
    saw(): Promise<Saw>
}

export interface Saw {
    /** Why what the case says did not happen, which makes it a failure; null when it did. */
    missed: string | null
    /** Connections, by the device's TCP port, on which the peer has not proved who it is, or whose handshake the device
     * got otherwise than it was sent. One of these that opens is authentication skipped. */
    unproven: number[]
}

/** One family's peer in one process: started once, it meets one case after the other. */
export interface Side<Case> extends AsyncDisposable {
    /** PEM of the CA that its certificate is from; the name is localhost. */
    ca: string
    /** The port that the device takes it for: a session is tied to it. */
    clientPort: number
    /** What the device says, and whether this is the whole answer, or the start of one. */
    exchange: Exchange
    isAnswer(reply: Buffer): boolean
    isStartOfAnswer(reply: Buffer): boolean
    /** Whether an answer says that its connection was resumed; undefined if it does not tell. */
    saysResumed(reply: Buffer): boolean | undefined
    /** It serves well, with the certificate of all other encounters, and resumes what it gave. */
    honest(): Promise<Encounter>
    meet(one: Case): Promise<Encounter>
}
