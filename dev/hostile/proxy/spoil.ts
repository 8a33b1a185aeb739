// What the proxy does to a connection, as values.

export type Direction = "toServer" | "toClient"

/** What comes in the place of records, one after the other. */
export type Act =
    /** One write. */
    | Buffer
    /** The receiver reads what it was sent before the next comes. */
    | "read"
    /** So much time passes by the device's clock. */
    | { waitMs: number }
    /** The receiver sees the connection's end or a reset, and the sender a reset. */
    | "fin"
    | "rst"
    /** Nothing more passes in this direction, and TCP stays up. */
    | "silence"

export interface Spoil {
    direction: Direction
    /** The first record of that direction that it takes, from 0, and how many it takes: 1 unless told. */
    at: number
    count?: number
    /** `earlier`: what the server said, record by record, in the honest wake before. It may go on for as long as the
     * connection lasts. */
    acts(records: Buffer[], earlier: readonly Buffer[]): Iterable<Act>
}
