// The device of this process, which wakes at whoever it meets. Nobody waits for what will not come: when the peer sleeps,
// the device's clock moves on to what it waits for.
import { setTimeout } from "node:timers/promises"
import type { ClientOptions } from "../../ts/core/client.js"
import { native } from "../../ts/core/library.js"
import { loadState, losePower, saveState } from "../../ts/core/platform.js"
import { openMoved, openPorts, skipWait } from "../../ts/core/waiting.js"
import { kinds } from "../interop/board.js"
import { visit } from "../interop/visit.js"
import { receiverReads } from "../network/fault-proxy.js"
import type { Exchange, Visit } from "../servers/exchange.js"
import type { CaseOf, Encounter, Side } from "./case.js"
import { isUnderWay } from "./sleeping.js"

/** Both by the device's clock. The scripted peer encrypts some megabytes a minute on a busy machine. */
const CONNECT_TIMEOUT_MS = 10_000
const ANSWER_WITHIN_MS = 60_000
/** What the close of a connection may take on top (docs/DESIGN.md). */
const CLOSE_MS = 6000

/** A part of the five minutes for which nginx knows a session. */
const FRESH_MS = 60_000

/** How long both sides have to be still. */
const STILL_MS = 3
/** So much may be under way in the kernel, with both sides asleep: it is looked for there, which takes a while. */
const MUCH_BYTES = 64 * 1024

export interface Woken {
    visit: Visit
    /** Bytes that wolfSSL held after it and not before, and the most at a time. */
    leakedBytes: number
    peakBytes: number
    /** By how much it was waited longer than its deadlines allow; 0 or less if it was not. */
    lateMs: number
}

const versions = {
    "1.2": { minVersion: "1.2", maxVersion: "1.2" },
    "1.3": { minVersion: "1.3", maxVersion: "1.3" },
    both: { minVersion: "1.2", maxVersion: "1.3" },
} as const satisfies Record<CaseOf<string>["versions"], Partial<ClientOptions>>

type Device = Pick<CaseOf<string>, "holds" | "versions" | "psk">

/** Which none of those whom it meets knows. */
const psk = { identity: "hostile-17", key: Buffer.alloc(32, 17) }

/** What the device has open, and what went over it. */
const activity = (): string => `${openPorts().join()} ${openMoved()}`

/** Whether nothing moves any more. The event loop goes around meanwhile, so that what has arrived is read. */
async function isStill({ isSilent }: Encounter): Promise<boolean> {
    isSilent()
    const before = activity()
    await setTimeout(STILL_MS)
    await receiverReads()
    const ports = openPorts()
    const seemsStill = isSilent() && activity() === before && ports.length > 0 && !ports.includes(undefined)
    return seemsStill && (openMoved() < MUCH_BYTES || !isUnderWay(ports))
}

/** While nothing moves, the clock of the device and of those that its peer goes by moves on to the next moment. Resolves
 * to the sum, in milliseconds, when that is over. */
async function skipWhile(met: Encounter, isOver: () => boolean): Promise<number> {
    let skippedMs = 0
    while (!isOver()) if ((await isStill(met)) && !isOver()) skippedMs += skipWait()
    return skippedMs
}

/** One wake of a device with this configuration. */
export async function wake(client: ClientOptions, exchange: Exchange, met: Encounter): Promise<Woken> {
    const { live_bytes: before } = native().hostMemory()
    let isOver = false
    const skipped = skipWhile(met, () => isOver)
    const made = await visit(client, {
        ...{ tcpPort: met.port, exchange },
        ...{ connectTimeoutMs: CONNECT_TIMEOUT_MS, answerWithinMs: ANSWER_WITHIN_MS },
    })
    isOver = true
    const { live_bytes: after, peak_bytes: peakBytes } = native().hostMemory()
    // Of the time that passes by the device's clock this is all that is waited for, also on a busy machine.
    const lateMs = (await skipped) - CONNECT_TIMEOUT_MS - (made.opened ? ANSWER_WITHIN_MS + CLOSE_MS : 0)
    return { visit: made, leakedBytes: after - before, peakBytes, lateMs }
}

export function clientFor({ holds, versions: spoken, psk: hasPsk }: Device, side: Side<never>): ClientOptions {
    return {
        ...{ host: "localhost", port: side.clientPort, ca: Buffer.from(side.ca) },
        ...{ ...versions[spoken], tickets: holds === "none" || kinds[holds].tickets },
        psk: hasPsk === true ? psk : undefined,
    }
}

/** What devices have slept with, by what they hold and speak. */
export class Sleepers {
    readonly #states = new Map<string, { state: Buffer; sinceMs: number }>()

    constructor(readonly side: Side<never>) {}

    /** Makes the device of this process one that holds what the case says. The session is the same one for a minute, and
     * no case stands on another; but an ID is always new, as servers forget one whose connection breaks (RFC 5246
     * 7.2.2). */
    async become(device: Device): Promise<void> {
        losePower()
        if (device.holds === "none") return
        const key = `${device.holds} ${device.versions}`
        const known = this.#states.get(key)
        const nowMs = performance.now()
        const isFresh = known !== undefined && nowMs < known.sinceMs + FRESH_MS
        if (isFresh && device.holds !== "id") loadState(known.state)
        else this.#states.set(key, { state: await this.#sleepAfterFirst(device), sinceMs: nowMs })
    }

    async #sleepAfterFirst(device: Device): Promise<Buffer> {
        const client = clientFor(device, this.side)
        await using met = await this.side.honest()
        const { visit } = await wake(client, this.side.exchange, met)
        const { outcome, error, reply } = visit
        if (error !== null || outcome?.stored !== "rtc" || !this.side.isAnswer(reply)) {
            throw new Error(`no session to begin with: ${error} ${JSON.stringify(outcome)} ${reply.toString("latin1")}`)
        }
        return saveState()
    }
}
