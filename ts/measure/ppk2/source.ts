// A PPK2 as a source: its bytes as they come, and the lines of a device's log beside them.
import { EventQueue } from "../event-queue.js"
import { type LogPort, openLogPort } from "../log-port.js"
import { type Acquisition, type EndEvent, type RawEvent, stoppedBy } from "../raw.js"
import { Ppk2Port, type Ppk2Settings } from "./port.js"
import { SAMPLE_RATE_HZ } from "./protocol.js"

export interface Ppk2Options extends Ppk2Settings {
    path: string
    supplyOrigin: Acquisition["supply"]["origin"]
    log: { path: string; baudRate: number } | undefined
    signal: AbortSignal
}

/** Pieces are put together for this long: thousands of small ones a second cost more than they tell. */
const GATHER_MS = 10
/** A PPK2 that measures is never silent for as long as this. */
const SILENT_DELIVERIES = 5000 / GATHER_MS

/** The text that a trace keeps of the calibration, so that it can be decoded again. */
export async function* readPpk2(options: Ppk2Options): AsyncGenerator<RawEvent> {
    const { path, mode, voltageMv, supplyOrigin, signal } = options
    const port = await Ppk2Port.open(path)
    let log: LogPort | undefined
    const queue = new EventQueue<RawEvent>()
    const gather = new Gatherer(queue)
    try {
        const metadata = await port.readMetadata()
        yield {
            kind: "acquisition",
            acquisition: {
                meter: { kind: "ppk2", name: `PPK2 ${path}`, sampleRateHz: SAMPLE_RATE_HZ },
                supply: { voltageMv, origin: supplyOrigin },
                metadata,
                startedAt: new Date().toISOString(),
            },
        }
        const end = (event: EndEvent) => {
            gather.flush()
            queue.push(event)
            queue.end()
        }
        signal.addEventListener("abort", () => end(stoppedBy(signal)))
        if (signal.aborted) end(stoppedBy(signal))
        gather.onSilence = () => end({ kind: "end", why: "unplugged", detail: `${path} sends no more samples` })
        port.listen(
            (bytes) => gather.add(bytes),
            () => end({ kind: "end", why: "unplugged", detail: `${path} is gone` }),
        )
        if (options.log !== undefined) {
            log = await openLogPort(options.log.path, options.log.baudRate, (text, atMs) => {
                gather.flush()
                queue.push({ kind: "raw-log-line", atUs: (atMs - gather.startedMs) * 1000, text })
            })
        }
        gather.startedMs = performance.now()
        await port.start({ mode, voltageMv })
        yield* queue
    } finally {
        gather.stop()
        await log?.close()
        await port.close()
    }
}

class Gatherer {
    readonly #queue: EventQueue<RawEvent>
    readonly #timer: NodeJS.Timeout
    #pieces: Buffer[] = []
    #lastMs = 0
    #silentDeliveries = 0
    onSilence = () => {}
    startedMs = performance.now()

    constructor(queue: EventQueue<RawEvent>) {
        this.#queue = queue
        this.#timer = setInterval(() => this.#deliver(), GATHER_MS)
    }

    /** Silence is counted in deliveries: a process that was stopped for a while has heard nothing either. */
    #deliver(): void {
        this.flush()
        if (++this.#silentDeliveries === SILENT_DELIVERIES) this.onSilence()
    }

    add(bytes: Buffer): void {
        this.#silentDeliveries = 0
        this.#pieces.push(bytes)
        this.#lastMs = performance.now()
    }

    /** Passes on what came, with the time at which the last of it did. */
    flush(): void {
        if (this.#pieces.length === 0) return
        const bytes = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces)
        this.#pieces = []
        this.#queue.push({ kind: "bytes", atUs: (this.#lastMs - this.startedMs) * 1000, bytes })
    }

    stop(): void {
        clearInterval(this.#timer)
    }
}
