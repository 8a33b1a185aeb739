// A case of the scripted peer: what its process is told. The words are read by main.py, connection.py, tls12.py, tls13.py.
import type { CaseOf } from "../case.js"

/** Messages that the peer says, by their names in RFC 5246 and RFC 8446. */
export type Message =
    | "ServerHello"
    | "HelloRetryRequest"
    | "EncryptedExtensions"
    | "CertificateRequest"
    | "Certificate"
    | "CertificateVerify"
    | "ServerKeyExchange"
    | "ServerHelloDone"
    | "NewSessionTicket"
    | "CCS"
    | "Finished"
    | "Answer"
    | "CloseNotify"

/** Something that is said or done between two messages. */
export type Act = { times?: number } & (
    | { alert: [level: number, description: number] }
    | { ccs: string }
    /** An empty record of that type. */
    | { empty: number }
    | { data: number }
    /** A handshake message of that type; `body` is hex, length field included. */
    | { message: number; body?: string }
    /** A record without keys. */
    | { plain: number; hex?: string; size?: number; version?: [number, number]; length?: number }
    /** One with the keys of the moment. */
    | { sealed: number; hex?: string; size?: number }
    | { keyUpdate: number }
    /** So much padding in all records from here on. */
    | { pad: number }
    | { do: "hold" | "release" | "close" | "garble" | "fin" | "rst" | "stall" }
)

/** What becomes of a message. */
export interface Edit {
    at: Message
    /** Which of that name; the first unless told. */
    nth?: number
    before?: Act[]
    after?: Act[]
    omit?: boolean
    repeat?: number
    /** It goes out after the next one. */
    swap?: boolean
    /** In records of so many bytes. */
    split?: number
    /** In one record with the next one. */
    merge?: boolean
    /** In a record of this type. */
    record?: number
    cut?: number
    add?: number
    flip?: number
    mask?: number
    /** Hex instead of its body. */
    body?: string
    /** So many zeros instead of its body. */
    size?: number
    type?: number
    /** What its length field says. */
    length?: number
}

type Extensions = [type: number, hexOrSize: string | number][]

interface Hello {
    version?: [number, number]
    selected?: number[]
    session_id?: "empty" | "short" | "long" | "flipped" | "another" | "random" | "16" | "1"
    cipher?: number
    compression?: number
    /** The last eight bytes of its random number, as hex. */
    sentinel?: string
    with?: Extensions
    without?: number[]
    no_extensions?: boolean
}

interface Ticket {
    times?: number
    size?: number
    lifetime?: number
    nonce?: number
    age_add?: number
    early?: number
    extensions?: Extensions
    no_extensions?: boolean
    extensions_length?: number
    ticket_length?: number
}

type Retry = Hello & { group?: number; cookie?: number; ccs?: boolean }

/** As JSON, one line on the process's standard input: {"case": name, "script": script}. */
export interface Script {
    /** So many connections are spoiled, one unless told; those after them are honest. */
    times?: number
    edits?: Edit[]
    speaks?: "1.2" | "1.3"
    resume?: "refuse" | "pretend"
    cipher?: number
    group?: number
    version?: [number, number]
    server_hello?: Hello
    retry?: Retry[]
    /** Which PSK it says it has taken. */
    index?: number
    share?: "none" | "other-group" | "p384" | "unknown" | "ffdhe" | "short" | "long" | "empty" | "zero" | "one" | "huge"
    no_ccs?: boolean
    /** EncryptedExtensions. */
    parameters?: Extensions
    request?: boolean
    certificate_anyway?: boolean
    identity?: string
    signer?: string
    scheme?: number
    context?: string
    curve_type?: number
    finished?: string
    plain_finished?: boolean
    skip_client?: boolean
    /** TLS 1.2: it has chosen a suite with the external pre-shared key, and goes on with such a master secret. */
    external?: "random" | "zero"
    extended?: boolean
    tickets12?: boolean
    no_ticket_extension?: boolean
    tickets?: Ticket[]
    tickets_early?: boolean
    /** Bytes of each write. */
    drip?: number
    /** Bytes of its answer's body. */
    answer?: number
    at_once?: Act[]
    after_hello?: Act[]
    before_client_finished?: Act[]
    opened?: Act[]
    closed?: Act[]
}

export interface PeerCase extends CaseOf<"peer"> {
    script: Script
}
