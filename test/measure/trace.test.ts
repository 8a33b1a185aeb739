import { readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { WarmhelloError } from "#warmhello/base/errors.js"
import type { RawEvent } from "#warmhello/measure/raw.js"
import { isTrace, readTrace } from "#warmhello/measure/trace/reader.js"
import { TraceWriter } from "#warmhello/measure/trace/writer.js"
import { temporaryFolder } from "../support/temporary-folder.js"

const folder = temporaryFolder()

const acquisition: RawEvent = {
    kind: "acquisition",
    acquisition: {
        meter: { kind: "ppk2", name: "PPK2", sampleRateHz: 100_000 },
        supply: { voltageMv: 3300, origin: "set" },
        metadata: "R0: 1\nHW: 1\n",
        startedAt: "2026-11-24T12:00:00.000Z",
    },
}
const end: RawEvent = { kind: "end", why: "done", detail: "" }
const events: RawEvent[] = [
    acquisition,
    { kind: "bytes", atUs: 1000, bytes: Buffer.from([1, 2, 3, 4, 5]) },
    { kind: "raw-log-line", atUs: 1500.5, text: "warmhello-wake {…}" },
    {
        ...{ kind: "samples", startUs: 10, stepUs: 10, durationsUs: null },
        currentUa: Float32Array.of(1.5, -2.25, 80_000),
        voltageMv: Float32Array.of(3300, 3301, 3302),
        channels: Uint8Array.of(0, 1, 255),
    },
    {
        ...{ kind: "samples", startUs: 40, stepUs: 0, durationsUs: Float64Array.of(10.5, 20.25) },
        ...{ currentUa: Float32Array.of(1, 2), voltageMv: null, channels: null },
    },
    { kind: "gap", startUs: 70.75, durationUs: 30, samples: 3, why: "lost" },
    { kind: "bytes", atUs: 2000, bytes: Buffer.from([6]) },
    end,
]

async function read(path: string): Promise<RawEvent[]> {
    const found: RawEvent[] = []
    for await (const event of readTrace(path, { doneBytes: 0 }, new AbortController().signal)) found.push(event)
    return found
}

function write(path: string, written: RawEvent[]): void {
    const writer = TraceWriter.create(path)
    for (const event of written) writer.write(event)
    writer.close()
}

const path = join(folder, "run.whtrace")

test("what is written is read again as it was", async () => {
    write(path, events)
    expect(isTrace(path)).toBe(true)
    expect(await read(path)).toEqual(events)
})

test("its bytes are those of docs/MEASURING.md", () => {
    write(path, [{ kind: "bytes", atUs: 1000, bytes: Buffer.from([1, 2, 3, 4]) }])
    const bytes = readFileSync(path)
    expect(bytes.subarray(0, 20).toString("latin1")).toBe("warmhello trace\n\x01\0\0\0")
    expect(bytes.subarray(20, 36).toString("hex")).toBe("57420200040000000000000000408f40")
    expect(bytes.subarray(36, 40).toString("hex")).toBe("01020304")
    expect(bytes).toHaveLength(44)
})

test("cut at any byte, what comes before is read, and that it breaks off is said", async () => {
    write(path, events)
    const whole = readFileSync(path)
    const cut = join(folder, "cut.whtrace")
    await fc.assert(
        fc.asyncProperty(fc.integer({ min: 20, max: whole.length - 1 }), async (length) => {
            writeFileSync(cut, whole.subarray(0, length))
            const found = await read(cut)
            expect(found.at(-1)).toMatchObject({ kind: "end", why: "truncated" })
            expect(found.slice(0, -1)).toEqual(events.slice(0, found.length - 1))
        }),
        { seed: 1, numRuns: 150 },
    )
})

test("a damaged byte is never read as a sample", async () => {
    write(path, events)
    const whole = readFileSync(path)
    const damaged = join(folder, "damaged.whtrace")
    await fc.assert(
        fc.asyncProperty(
            fc.integer({ min: 20, max: whole.length - 1 }),
            fc.integer({ min: 1, max: 255 }),
            async (at, flip) => {
                const bytes = Buffer.from(whole)
                bytes[at] = (bytes[at] ?? 0) ^ flip
                writeFileSync(damaged, bytes)
                const found = await read(damaged)
                expect(found.at(-1)).toMatchObject({ kind: "end", why: "truncated" })
                expect(found.slice(0, -1)).toEqual(events.slice(0, found.length - 1))
            },
        ),
        { seed: 2, numRuns: 150 },
    )
})

test("one that a crash cut off is continued behind its last whole block", async () => {
    write(path, events.slice(0, 3))
    truncateSync(path, readFileSync(path).length - 3)
    const writer = TraceWriter.append(path)
    writer.write(acquisition)
    writer.write(end)
    writer.close()
    expect(await read(path)).toEqual([...events.slice(0, 2), acquisition, end])
})

test("a full disk is a clear error", () => {
    const writer = TraceWriter.create("/dev/full")
    expect(() => writer.write(acquisition)).toThrow(/cannot write \/dev\/full: ENOSPC/)
})

describe("refuses", () => {
    test.each([
        ["another file", Buffer.from("time(ms),current(mA)\n0,1\n1,2\n")],
        ["a trace of another version", Buffer.from("warmhello trace\n\x02\0\0\0", "latin1")],
    ])("%s", async (_, bytes) => {
        writeFileSync(path, bytes)
        const problem = await read(path).catch((error) => error)
        expect(problem).toBeInstanceOf(WarmhelloError)
        expect(problem.code).toBe("trace-unreadable")
    })
})
