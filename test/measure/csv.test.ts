import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { describe, expect, test } from "vitest"
import { WarmhelloError } from "#warmhello/base/errors.js"
import { readCsv } from "#warmhello/measure/csv/source.js"
import type { RawEvent } from "#warmhello/measure/raw.js"
import type { Gap, SampleChunk } from "#warmhello/measure/source.js"
import { temporaryFolder } from "../support/temporary-folder.js"

const folder = temporaryFolder()

let files = 0
async function read(contents: string | Buffer, name = `${++files}.csv`): Promise<RawEvent[]> {
    const path = join(folder, name)
    writeFileSync(path, contents)
    const supply = { voltageMv: 3300, origin: "given" } as const
    const signal = new AbortController().signal
    const events: RawEvent[] = []
    for await (const event of readCsv({ path, supply, progress: { doneBytes: 0 }, signal })) events.push(event)
    return events
}

async function refusal(contents: string | Buffer): Promise<string> {
    try {
        await read(contents)
    } catch (error) {
        if (error instanceof WarmhelloError) return `${error.code}: ${error.message}`
        throw error
    }
    return "accepted"
}

const isSamples = (event: RawEvent): event is SampleChunk => event.kind === "samples"
const isGap = (event: RawEvent): event is Gap => event.kind === "gap"
const numbers = (values: Float32Array | Uint8Array | null | undefined) =>
    values ? [...values].map((x) => +x.toFixed(3)) : null

/** Rows at an even step. */
const rows = (count: number, row: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => row(index)).join("\n")

function acquisitionOf(events: RawEvent[]) {
    const [first] = events
    if (first?.kind !== "acquisition") throw new Error("no acquisition")
    return first.acquisition
}

describe("Power Profiler's three shapes", () => {
    test.each([
        ["without channels", "Timestamp(ms),Current(uA)", "", null],
        ["with the channels in one column", "Timestamp(ms),Current(uA),D0-D7", ",10000010", [0b0100_0001, 0b0100_0001]],
        [
            "with a column for each",
            "Timestamp(ms),Current(uA),D0,D1,D2,D3,D4,D5,D6,D7",
            ",1,0,0,0,0,0,1,0",
            [0b0100_0001, 0b0100_0001],
        ],
    ])("%s", async (_, header, channels, levels) => {
        const events = await read(`${header}\n0,1.500${channels}\n0.01,2.500${channels}\n`)
        expect(acquisitionOf(events).meter).toMatchObject({ kind: "power-profiler-csv", sampleRateHz: 100_000 })
        const [chunk] = events.filter(isSamples)
        expect(chunk?.stepUs).toBeCloseTo(10, 6)
        expect(numbers(chunk?.currentUa)).toEqual([1.5, 2.5])
        expect(numbers(chunk?.channels)).toEqual(levels)
    })

    test("samples that it leaves out are a gap", async () => {
        const text = rows(200, (index) => `${((index < 100 ? index : index + 50) / 100).toFixed(2)},5`)
        const events = await read(`Timestamp(ms),Current(uA)\n${text}\n`)
        const [gap] = events.filter(isGap)
        expect(gap).toMatchObject({ samples: 50, why: "time-jump" })
        expect(gap?.startUs).toBeCloseTo(1000)
        expect(gap?.durationUs).toBeCloseTo(500)
    })
})

describe("other meters", () => {
    test.each([
        ["INA226, in s, A and V", "time (s),current (A),voltage (V)", "0,0.08,3.3", "0.001,0.081,3.2"],
        ["in us, mA and mV", "t[us];I[mA];V[mV]", "0;80;3300", "1000;81;3200"],
        ["with units behind underscores", "time_ms,current_ma,voltage_v", "0,80,3.3", "1,81,3.2"],
        [
            "with other columns between",
            "n,time/ms,shunt,current/uA,voltage/V,note",
            "1,0,x,80000,3.3,a b",
            "2,1,y,81000,3.2,",
        ],
        ["with quotes and tabs", '"Time (ms)"\t"Current (mA)"\t"Voltage (V)"', "0\t80\t3.3", "1\t81\t3.2"],
        [
            "Joulescope's, which is in SI",
            "# time,JS220-000415.current,JS220-000415.voltage",
            "0,8.0e-2,3.3",
            "1e-3,8.1e-2,3.2",
        ],
    ])("%s", async (_, header, first, second) => {
        const events = await read(`${header}\n${first}\n${second}\n`)
        const [chunk] = events.filter(isSamples)
        expect(acquisitionOf(events).supply.origin).toBe("measured")
        expect(numbers(chunk?.currentUa)).toEqual([80_000, 81_000])
        expect(numbers(chunk?.voltageMv)).toEqual([3300, 3200])
        expect(chunk?.stepUs ?? 0).toBeCloseTo(1000)
    })

    test("read at uneven times, each sample lasts until the next", async () => {
        const times = Array.from({ length: 80 }, (_, index) => 2 * index + (index % 3) * 0.5)
        const events = await read(`time(ms),current(mA)\n${times.map((t) => `${t.toFixed(1)},1`).join("\n")}\n`)
        const [chunk] = events.filter(isSamples)
        expect(chunk?.durationsUs).toHaveLength(80)
        expect([...(chunk?.durationsUs ?? [])].slice(0, 4).map(Math.round)).toEqual([2500, 2500, 1000, 2500])
    })
})

test("reads a gzipped file, one with a BOM, and one with Windows' line ends", async () => {
    const text = "time(ms),current(mA)\r\n0,1\r\n1,2\r\n"
    const plain = (await read(text)).filter(isSamples)
    expect((await read(gzipSync(text), "zipped.csv.gz")).filter(isSamples)).toEqual(plain)
    expect((await read(`\ufeff${text}`)).filter(isSamples)).toEqual(plain)
    expect(numbers(plain[0]?.currentUa)).toEqual([1000, 2000])
})

test("a value that is no number is a gap, not a 0", async () => {
    const text = rows(100, (index) => `${index},${index >= 40 && index < 43 ? "NaN" : 7}`)
    const events = await read(`time(ms),current(mA)\n${text}\n`)
    expect(events.filter(isGap)).toEqual([
        { kind: "gap", startUs: 40_000, durationUs: 3000, samples: 3, why: "not-a-number" },
    ])
    expect(events.filter(isSamples).reduce((sum, { currentUa }) => sum + currentUa.length, 0)).toBe(97)
})

test("a file that ends in the middle of a line says so, and keeps the rest", async () => {
    const events = await read("time(ms),current(mA)\n0,1\n1,2\n2,1")
    expect(events.at(-1)).toMatchObject({ kind: "end", why: "truncated" })
    expect(numbers(events.filter(isSamples)[0]?.currentUa)).toEqual([1000, 2000])
})

describe("refuses", () => {
    test.each([
        ["an empty file", "", "input-empty"],
        ["a header alone", "time(ms),current(mA)\n", "input-empty"],
        ["a single sample", "time(ms),current(mA)\n0,1\n", "input-empty"],
        ["a column without a unit", "time(ms),current\n0,1\n1,2\n", 'csv-units: .*"current" names no unit'],
        ["a unit of another quantity", "time(ms),current(mV)\n0,1\n", 'csv-units: .*"mv"'],
        ["a file without a header", "0,1.5\n0.01,1.6\n", "csv-header: .*time"],
        ["no current", "time(ms),voltage(V)\n0,1\n", "csv-header: .*current"],
        ["two currents", "time(ms),current(mA),i(mA)\n0,1,2\n", "csv-header: .*names 2"],
        ["decimal commas", "time(ms),current(mA)\n0,00,1,50\n0,01,1,60\n", "csv-decimal-comma"],
        ["decimal commas between semicolons", "time(ms);current(mA)\n0,00;1,50\n", "csv-decimal-comma"],
        ["a word for a number", "time(ms),current(mA)\n0,1\n1,off\n", 'csv-row: .*line 3 has "off'],
        ["too few fields", "time(ms),current(mA),voltage(V)\n0,1\n", "csv-row: .*line 2 has fewer fields"],
        ["too many fields", "time(ms),current(mA),voltage(V)\n0,1,3\n1,2,3,4\n", "csv-row: .*line 3 has more fields"],
        ["time that goes back", "time(ms),current(mA)\n0,1\n2,1\n1,1\n", "csv-time: .*line 4"],
        ["times written too coarsely", "time(ms),current(mA)\n0,1\n0,1\n", "csv-time: .*line 3"],
        ["a row without a time", "time(ms),current(mA)\n,1\n", "csv-row: .*line 2 has no time"],
        ["UTF-16", Buffer.from("\ufefftime(ms),current(mA)\n0,1\n", "utf16le"), "csv-header: .*UTF-16"],
        ["a binary file", Buffer.alloc(100_000, 1), "csv-header"],
    ])("%s", async (_, contents, message) => {
        expect(await refusal(contents)).toMatch(new RegExp(message))
    })
})
