// `warmhello inspect FILE`: what is in a flash image. Never a secret.
import { existsSync } from "node:fs"
import Table from "cli-table3"
import ms from "ms"
import pc from "picocolors"
import { WarmhelloError } from "../base/errors.js"
import { readFile, statsOf } from "../base/files.js"
import { type Journal, type JournalRecord, readJournal } from "../core/journal.js"
import { setDeviceKey } from "../core/platform.js"
import { Output } from "./output.js"

export interface InspectFlags {
    json?: string
}

const SECTOR_SIZE = 4096

type RecordState = "fresh" | "spent" | "damaged" | "expired"

function stateOf(record: JournalRecord, nowS: number): RecordState {
    if (record.spent) return "spent"
    if (!record.sound || record.opens === false) return "damaged"
    const { captured, lifetimeS } = record
    return captured.wallS > 0 && nowS >= captured.wallS + lifetimeS ? "expired" : "fresh"
}

function age(record: JournalRecord, nowS: number): string {
    if (!record.sound || record.captured.wallS === 0) return "unknown"
    return ms(Math.max(0, nowS - record.captured.wallS) * 1000)
}

function seal(record: JournalRecord): string {
    if (!record.sound) return "-"
    if (record.opens === null) return "no key"
    return record.opens ? "opens" : "broken"
}

function recordTable(records: JournalRecord[], nowS: number): string {
    const head = ["at", "state", "generation", "protocol", "kind", "use", "age", "lifetime", "bytes", "seal", "binding"]
    const table = new Table({ head, style: { head: [], border: [] } })
    for (const record of records) {
        const { at, size } = record
        const place = `0x${at.toString(16)}`
        if (!record.sound) {
            table.push([place, stateOf(record, nowS), "-", "-", "-", "-", "-", "-", size, "-", "-"])
            continue
        }
        const { generation, protocol, kind, singleUse, lifetimeS, binding } = record
        table.push([
            ...[place, stateOf(record, nowS), generation, protocol, kind, singleUse ? "once" : "often"],
            ...[age(record, nowS), ms(lifetimeS * 1000), size, seal(record), `${binding.slice(0, 16)}…`],
        ])
    }
    return table.toString()
}

function sectorTable({ sectors }: Journal): string {
    const table = new Table({ head: ["sector", "erased", "sequence", ""], style: { head: [], border: [] } })
    for (const sector of sectors) {
        if (sector.valid) {
            table.push([sector.index, sector.erased, sector.sequence, sector.forgotten ? "forgotten" : ""])
        } else table.push([sector.index, "-", "-", "no header: never used, or cut off in an erase"])
    }
    return table.toString()
}

function useKeyOf(file: string): boolean {
    const key = `${file}.key`
    if (!existsSync(key)) return false
    setDeviceKey(readFile(key))
    return true
}

/** What is in the file, if a journal can be. */
function readImage(file: string): Buffer {
    const stats = statsOf(file)
    if (!stats.isFile()) throw new WarmhelloError("not-an-image", `${file} is no file`)
    if (stats.size < 2 * SECTOR_SIZE) {
        throw new WarmhelloError("not-an-image", `${file} has ${stats.size} bytes; a journal has two sectors or more`)
    }
    return readFile(file)
}

const ERASED = 0xff

/** One that was never used is erased throughout. */
const isJournal = (journal: Journal, image: Buffer): boolean =>
    journal.sectors.some(({ valid }) => valid) || image.every((byte) => byte === ERASED)

export function inspectCommand(file: string, flags: InspectFlags): void {
    const output = new Output(flags.json)
    const image = readImage(file)
    const hasKey = useKeyOf(file)
    const journal = readJournal(image, hasKey)
    if (!isJournal(journal, image)) {
        const what = `none of its ${journal.sectors.length} sectors begins as a journal's does`
        throw new WarmhelloError("not-an-image", `${file} holds no journal: ${what}`)
    }
    const nowS = Math.floor(Date.now() / 1000)
    const records = journal.records.toSorted((a, b) => (b.sound ? b.generation : 0) - (a.sound ? a.generation : 0))
    output.line(sectorTable(journal))
    if (records.length > 0) output.line(recordTable(records, nowS))
    else output.line("There is no record in it.")
    const rest = image.length % SECTOR_SIZE
    if (rest > 0) output.line(pc.yellow(`The last ${rest} bytes are not a whole sector and were left out.`))
    if (!hasKey) output.line(pc.dim(`Without the device's key (${file}.key) no seal can be checked.`))
    output.json({
        sectors: journal.sectors,
        records: records.map((record) => ({ ...record, state: stateOf(record, nowS) })),
    })
}
