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
    const events = await read("time(ms),current(mA)\n0,1.25\n1,2.50\n2,1.")
    expect(events.at(-1)).toMatchObject({ kind: "end", why: "truncated" })
    expect(numbers(events.filter(isSamples)[0]?.currentUa)).toEqual([1250, 2500])
})

test("a whole last row without its end of line counts", async () => {
    const events = await read("time(ms),current(mA)\n0,1.25\n1,2.50\n2,1.75")
    expect(events.at(-1)).toEqual({ kind: "end", why: "done", detail: "" })
    expect(numbers(events.filter(isSamples)[0]?.currentUa)).toEqual([1250, 2500, 1750])
})

test("a gzipped file that is cut off keeps what comes before, whatever its name", async () => {
    const zipped = gzipSync(`time(ms),current(mA)\n${rows(20_000, (index) => `${index},${(index * 7919) % 1000}`)}\n`)
    const events = await read(zipped.subarray(0, zipped.length / 2), "cut.csv")
    expect(events.at(-1)).toMatchObject({ kind: "end", why: "truncated" })
    const found = events.filter(isSamples).flatMap(({ currentUa }) => [...currentUa])
    expect(found.length).toBeGreaterThan(9000)
    expect(found.every((value, index) => value === 1000 * ((index * 7919) % 1000))).toBe(true)
})

describe("how people's programs write the same three samples", () => {
    const same = ["0,1.5", "1,2.5", "2,3.5"]
    test.each([
        ["decimal commas", "time(ms);current(mA)\n0;1,5\n1;2,5\n2;3,5\n"],
        ["quoted decimal commas", 'time(ms),current(mA)\n0,"1,5"\n1,"2,5"\n2,"3,5"\n'],
        ["a spreadsheet's line with the separator", "sep=;\r\ntime(ms);current(mA)\r\n0;1.5\r\n1;2.5\r\n2;3.5\r\n"],
        ["comments before the first line", `# INA226, 0.1 Ohm\n; sigrok\n\ntime(ms),current(mA)\n${same.join("\n")}\n`],
        ["a separator behind each row", `time(ms),current(mA)\n${same.join(",\n")},\n`],
        ["a separator behind the first line", `time(ms),current(mA),\n${same.join("\n")}\n`],
        ["line ends of old Macintoshes", `time(ms),current(mA)\r${same.join("\r")}\r`],
        ["mu in Latin-1", Buffer.from(`time(ms),current(\xb5A)\n0,1500\n1,2500\n2,3500\n`, "latin1")],
        ["millis", `millis,Ch1 Current(mA)\n${same.join("\n")}\n`],
        ["micros()", "micros(),current_ma\n0,1.5\n1000,2.5\n2000,3.5\n"],
        [
            "Otii's export",
            "Timestamp,Arc - main current (A),Arc - main voltage (V)\n0,.0015,3.7\n.001,.0025,3.7\n.002,.0035,3.7\n",
        ],
        [
            "Otii's with a further current",
            "Timestamp (s),ADC current (A),Main current (A)\n0,9,.0015\n.001,9,.0025\n.002,9,.0035\n",
        ],
        ["a power and a voltage", "time(ms),power(mW),bus voltage(V)\n0,6,4\n1,10,4\n2,14,4\n"],
        ["a power, at the voltage that is given", "time(ms),power(mW)\n0,4.95\n1,8.25\n2,11.55\n"],
        [
            "dates in ISO 8601",
            `time,current(mA)\n${same.map((row, n) => row.replace(/^\d/, `2026-03-10 09:00:00.00${n}`)).join("\n")}\n`,
        ],
        [
            "Joulescope's statistics by UTC",
            "#time,current,voltage,power,charge,energy\n20260310T085959.999Z,1.5e-3,3,0,0,0\n20260310T090000.000Z,2.5e-3,3,0,0,0\n20260310T090000.001Z,3.5e-3,3,0,0,0\n",
        ],
        ["text in quotes", 'time(ms),note,current(mA)\n0,"a, b",1.5\n1,"",2.5\n2,"c",3.5\n'],
    ])("%s", async (_, contents) => {
        const events = await read(contents)
        const [chunk] = events.filter(isSamples)
        expect(numbers(chunk?.currentUa)).toEqual([1500, 2500, 3500])
        expect(chunk?.stepUs).toBeCloseTo(1000, 0)
        expect(events.at(-1)).toEqual({ kind: "end", why: "done", detail: "" })
    })

    test("a time of day goes on past midnight, and a date past the end of summer time", async () => {
        const midnight = await read("time,current(mA)\n23:59:59.000,1\n23:59:59.500,2\n00:00:00.000,3\n")
        const summer =
            "2026-10-25T02:59:59.000+02:00,1\n2026-10-25T02:59:59.500+02:00,2\n2026-10-25T02:00:00.000+01:00,3\n"
        for (const events of [midnight, await read(`time,current(mA)\n${summer}`)]) {
            const [chunk] = events.filter(isSamples)
            expect(chunk).toMatchObject({ stepUs: 500_000, currentUa: new Float32Array([1000, 2000, 3000]) })
        }
    })

    test("the column Bits of the first Power Profilers begins with D7", async () => {
        const events = await read("Timestamp(ms),Current(uA),Bits\n0,1,01000001\n1,2,00000010\n")
        expect(numbers(events.filter(isSamples)[0]?.channels)).toEqual([0b0100_0001, 0b0000_0010])
    })
})

test("a counter of 32 bits that wraps goes on", async () => {
    const from = 2 ** 32 - 50_000
    const text = rows(100, (index) => `${(from + 1000 * index) % 2 ** 32},${index}`)
    const events = await read(`micros,current(uA)\n${text}\n`)
    expect(events.filter(isGap)).toEqual([])
    const [chunk] = events.filter(isSamples)
    expect(chunk).toMatchObject({ startUs: 0, stepUs: 1000 })
    expect(chunk?.currentUa).toHaveLength(100)
})

test("2,000 rows a second by millis() are spread over each millisecond, and said", async () => {
    const events = await read(`millis,current(uA)\n${rows(100, (index) => `${Math.floor(index / 2)},${index}`)}\n`)
    const [chunk] = events.filter(isSamples)
    expect(chunk).toMatchObject({ stepUs: 500 })
    expect(chunk?.currentUa).toHaveLength(100)
    expect(events.at(-1)).toMatchObject({
        doubts: [{ code: "times-coarse", message: "up to 2 rows have the same time" }],
    })
})

test("a line of garbage is a hole of its own and is said; more than one in twenty is an error", async () => {
    const broken = (every: number) =>
        `time(ms),current(uA)\n${rows(200, (index) => (index % every === every - 1 ? "ets Jul 29 2019" : `${index},7`))}\n`
    const events = await read(broken(150))
    expect(events.filter(isGap)).toEqual([
        { kind: "gap", startUs: 149_000, durationUs: 1000, samples: 1, why: "unreadable" },
    ])
    expect(events.at(-1)).toMatchObject({
        doubts: [{ code: "lines-unreadable", message: expect.stringMatching(/^1 line of 200 .*line 151 has "ets/) }],
    })
    expect(await refusal(broken(10))).toMatch(/csv-row: .*line 11 has "ets/)
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
        [
            "commas between thousands",
            "time(ms);current(uA)\n0;9.5\n1;28,000.5\n",
            "csv-decimal-comma: .*line 3 .*thousands",
        ],
        [
            "a person's own comment sign, which is no Joulescope's",
            "# time,current,voltage\n0,1,3\n1,2,3\n",
            "csv-units",
        ],
        [
            "two voltages",
            "time(ms),current(mA),Ch1 voltage(V),Ch2 voltage(V)\n0,1,2,3\n",
            "csv-header: .*2 columns of voltage",
        ],
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
