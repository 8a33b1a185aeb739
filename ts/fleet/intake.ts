// Where all ways in meet: what came is read, given its device's name and its time, and kept.
import { createHmac } from "node:crypto"
import { crc32 } from "node:zlib"
import type { Place } from "./pattern.js"
import { nameSchema, type Read, type Refusal, type Report, reportSchema, type Told } from "./report.js"
import type { Store } from "./store.js"
import { readMessage, reportsIn } from "./told.js"

/** Undefined once the report is on its way; else why it is none. */
export type Taken = Refusal | undefined

/** As far ahead as time zones may go wrong. */
const MOST_AHEAD_MS = 24 * 3600 * 1000

/** 64 bits: with a key that only the state's folder has, nobody can find a name by trying all. */
const hashedName = (name: string, key: Buffer): string =>
    createHmac("sha256", key).update(name).digest("hex").slice(0, 16)

/** What of a report is taken as it says. The topic or the path that a device's own message came by is what a broker or a
 * proxy has checked, if anybody has; a gateway's batch and a file name many devices. */
interface Believed {
    isDated: boolean
    tellsWho: boolean
}

interface Packet {
    messageId?: number | undefined
    dup?: boolean
}

export class Intake {
    readonly store: Store
    readonly #nameKey: Buffer | undefined

    /** With a key, devices are known by a keyed hash of their names, and nothing keeps the names. */
    constructor(store: Store, nameKey?: Buffer) {
        this.store = store
        this.#nameKey = nameKey
    }

    /** One message, by MQTT or HTTP. `kept` is called for a report that is kept, and only then. `packet`: of MQTT, whose
     * number is the same when it is sent again (MQTT 3.1.1, 2.3.1), and not that of another with the same bytes. */
    message(bytes: Uint8Array, place: Place, kept: () => void, packet: Packet = {}): Taken {
        const read = readMessage(bytes)
        const digest = crc32(bytes, crc32(`${packet.messageId ?? ""} ${place.device ?? ""}`))
        return this.#take(read, place, { digest, ...(packet.dup === true ? { again: true } : {}) }, kept)
    }

    /** Each report of a line of a file or of a batch. `isDated`: the times in it are believed. */
    json(value: unknown, place: Place, isDated: boolean, kept: () => void): Taken[] {
        return [...reportsIn(value)].map((read) => this.#take(read, place, {}, kept, { isDated, tellsWho: true }))
    }

    refuse(why: Refusal): Refusal {
        this.store.fleet.refuse(why)
        return why
    }

    #take(
        read: Read,
        place: Place,
        more: Partial<Report>,
        kept: () => void,
        { isDated, tellsWho }: Believed = { isDated: false, tellsWho: false },
    ): Taken {
        if ("refused" in read) return this.refuse(read.refused)
        const { told } = read
        const device = tellsWho ? (told.device ?? place.device) : (place.device ?? told.device)
        if (device === undefined || !nameSchema.safeParse(device).success) return this.refuse("no-device")
        const report = reportSchema.safeParse({
            ...told,
            ...more,
            device,
            server: place.server ?? told.server ?? null,
            atMs: this.#time(told, isDated),
        })
        if (!report.success) return this.refuse("not-an-outcome")
        const name = this.#nameKey === undefined ? device : hashedName(device, this.#nameKey)
        this.store.keep({ ...report.data, device: name }, kept)
        return undefined
    }

    /** A device's clock proves nothing; a file's times are taken, unless they lie ahead. */
    #time({ atMs }: Told, isDated: boolean): number {
        const now = Date.now()
        return isDated && atMs !== undefined && atMs < now + MOST_AHEAD_MS ? atMs : now
    }
}
