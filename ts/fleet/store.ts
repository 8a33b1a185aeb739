// Reports outlive this process: nothing is acknowledged before it is on the disk. They are appended to a log, many at a
// time with one fsync, and counted once they are there, so that what is counted is always what the log says. When a log is
// long enough, what was counted is written down as a whole and the log begins anew.
//
//   state.json                what was counted in all logs before number `log`
//   reports-N.jsonl           since then: one report a line, as `warmhello fleet FILE` reads it as well
//   owner                     locked by the process that writes here

import { createReadStream } from "node:fs"
import { type FileHandle, open, readdir, readFile, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { WarmhelloError } from "../base/errors.js"
import { makeFolder, unwritable } from "../base/files.js"
import { lockFile } from "../base/folder-lock.js"
import { jsonOf } from "../base/json.js"
import { Fleet, type FleetState } from "./fleet.js"
import { type Report, reportSchema } from "./report.js"

const SCHEMA = "warmhello-fleet"
const VERSION = 1
const STATE = "state.json"
const OWNER = "owner"
const LOG_NAME = /^reports-(\d+)\.jsonl$/
const logName = (n: number): string => `reports-${n}.jsonl`

/** A log of this size is read again in about a second. */
const MOST_LOG_BYTES = 32 << 20

/** More than these are not taken in before they are on the disk: whoever sends has to wait. */
export const MOST_WAITING = 10_000

export interface Store extends AsyncDisposable {
    readonly fleet: Fleet
    /** Reports that are under way to the disk. */
    readonly waiting: number
    /** `kept` is called once the report is counted and will be after any restart. */
    keep(report: Report, kept: () => void): void
    /** Resolves when there is room again. */
    room(): Promise<void>
    /** Resolves once all is kept that was given before. */
    settled(): Promise<void>
    /** Rejects when nothing more can be kept; so does the end of what could not keep all. */
    readonly failed: Promise<never>
}

const never = (): Promise<never> => new Promise(() => {})

/** Keeps nothing beyond this process. */
export class MemoryStore implements Store {
    readonly fleet: Fleet
    readonly waiting = 0
    readonly failed = never()

    constructor(mostDevices?: number) {
        this.fleet = new Fleet(mostDevices)
    }

    keep(report: Report, kept: () => void): void {
        this.fleet.add(report)
        kept()
    }

    async room(): Promise<void> {}
    async settled(): Promise<void> {}

    async [Symbol.asyncDispose](): Promise<void> {}
}

interface Waiting {
    report: Report
    kept: () => void
}

export class FolderStore implements Store {
    readonly fleet: Fleet
    readonly failed: Promise<never>
    readonly #folder: string
    readonly #mostLogBytes: number
    readonly #release: () => void
    #log: FileHandle
    #logNumber: number
    #logBytes: number
    #waiting: Waiting[] = []
    #writing: Promise<void> | undefined
    #roomWanted: (() => void)[] = []
    #fail: (error: WarmhelloError) => void = () => {}
    #error: WarmhelloError | undefined

    private constructor(folder: string, loaded: Loaded, log: FileHandle, release: () => void, mostLogBytes: number) {
        this.fleet = loaded.fleet
        this.#folder = folder
        this.#release = release
        this.#mostLogBytes = mostLogBytes
        this.#log = log
        this.#logNumber = loaded.nextLog
        this.#logBytes = 0
        this.failed = new Promise((_, failed) => (this.#fail = failed))
        this.failed.catch(() => {}) // whoever waits hears of it
    }

    /** Makes the folder where there is none, and counts what is in it. Throws `state-unreadable`, `state-in-use` or
     * `file-unwritable`. */
    static async open(
        folder: string,
        options: { mostDevices?: number; mostLogBytes?: number } = {},
    ): Promise<FolderStore> {
        let release = () => {}
        try {
            makeFolder(folder, 0o700)
            release = own(folder)
            const loaded = await load(folder, options.mostDevices)
            const log = await newLog(folder, loaded.nextLog)
            const store = new FolderStore(folder, loaded, log, release, options.mostLogBytes ?? MOST_LOG_BYTES)
            if (loaded.logs.length > 0) await store.#writeState(loaded.nextLog)
            return store
        } catch (error) {
            release()
            throw error instanceof WarmhelloError ? error : unwritable(folder, error)
        }
    }

    get waiting(): number {
        return this.#waiting.length
    }

    keep(report: Report, kept: () => void): void {
        if (this.#error !== undefined) return
        this.#waiting.push({ report, kept })
        this.#writing ??= this.#write()
    }

    async room(): Promise<void> {
        if (this.#waiting.length < MOST_WAITING) return
        await new Promise<void>((done) => this.#roomWanted.push(done))
    }

    async settled(): Promise<void> {
        await this.#writing
        if (this.#error !== undefined) throw this.#error
    }

    /** Until nothing waits: all of it at once, then what came meanwhile. */
    async #write(): Promise<void> {
        try {
            await new Promise(setImmediate) // what comes with the same bytes goes to the disk together
            while (this.#waiting.length > 0) await this.#writeBatch()
        } catch (error) {
            this.#error = unwritable(this.#folder, error)
            this.#fail(this.#error)
        } finally {
            this.#writing = undefined
        }
    }

    async #writeBatch(): Promise<void> {
        const batch = this.#waiting
        this.#waiting = []
        const bytes = Buffer.from(batch.map(({ report }) => `${JSON.stringify(report)}\n`).join(""))
        await this.#log.appendFile(bytes)
        await this.#log.datasync()
        for (const { report, kept } of batch) {
            this.fleet.add(report)
            kept()
        }
        for (const done of this.#roomWanted.splice(0)) done()
        this.#logBytes += bytes.length
        if (this.#logBytes > this.#mostLogBytes) await this.#turnOver()
    }

    /** A new log, what was counted before it as a whole, and the old ones away: a cut at any point leaves one of the two. */
    async #turnOver(): Promise<void> {
        const next = this.#logNumber + 1
        const log = await newLog(this.#folder, next)
        await this.#log.close()
        this.#log = log
        this.#logNumber = next
        this.#logBytes = 0
        await this.#writeState(next)
    }

    async #writeState(log: number): Promise<void> {
        const text = JSON.stringify({ schema: SCHEMA, version: VERSION, log, state: this.fleet })
        const part = join(this.#folder, `${STATE}.part`)
        const file = await open(part, "w", 0o600)
        try {
            await file.writeFile(text)
            await file.sync()
        } finally {
            await file.close()
        }
        await rename(part, join(this.#folder, STATE))
        await syncFolder(this.#folder)
        for (const n of await logsIn(this.#folder)) if (n < log) await rm(join(this.#folder, logName(n)))
    }

    async [Symbol.asyncDispose](): Promise<void> {
        try {
            await this.settled()
            await this.#turnOver()
        } catch (error) {
            throw error instanceof WarmhelloError ? error : unwritable(this.#folder, error)
        } finally {
            await this.#log.close()
            this.#release()
        }
    }
}

interface Loaded {
    fleet: Fleet
    /** Those that were read. */
    logs: number[]
    nextLog: number
}

async function load(folder: string, mostDevices: number | undefined): Promise<Loaded> {
    const { log: first, state } = await readState(folder)
    const fleet = new Fleet(mostDevices, state)
    const logs = (await logsIn(folder)).filter((n) => n >= first)
    for (const n of logs) {
        const lines = createInterface({ input: createReadStream(join(folder, logName(n))), crlfDelay: Infinity })
        for await (const line of lines) {
            const parsed = reportSchema.safeParse(jsonOf(line)) // the last line may be cut: nobody was told that it is kept
            if (parsed.success) fleet.add(parsed.data)
        }
    }
    return { fleet, logs, nextLog: Math.max(first, ...logs) + 1 }
}

async function readState(folder: string): Promise<{ log: number; state?: FleetState }> {
    const path = join(folder, STATE)
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined
        throw error
    })
    if (text === undefined) return { log: 0 }
    const value = jsonOf(text) as { schema?: string; version?: number; log: number; state: FleetState } | undefined
    if (value?.schema === SCHEMA && value.version === VERSION) return value
    throw new WarmhelloError("state-unreadable", `${path} is not what this warmhello has written`)
}

async function logsIn(folder: string): Promise<number[]> {
    const names = await readdir(folder)
    return names
        .flatMap((name) => LOG_NAME.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b)
}

async function newLog(folder: string, n: number): Promise<FileHandle> {
    const log = await open(join(folder, logName(n)), "a", 0o600)
    await syncFolder(folder)
    return log
}

async function syncFolder(folder: string): Promise<void> {
    const handle = await open(folder, "r")
    try {
        await handle.sync()
    } finally {
        await handle.close()
    }
}

/** One process writes. What a killed one has left behind is taken over. */
function own(folder: string): () => void {
    const owned = lockFile(join(folder, OWNER))
    if (typeof owned !== "string") return owned
    throw new WarmhelloError("state-in-use", `${owned} keeps its state in ${folder}`)
}
