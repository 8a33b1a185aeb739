// What Power Profiler saves, made here as Nordic's program writes it: read by content, whatever its name.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { deflateRawSync } from "node:zlib"
import { serialize } from "bson"
import { expect, test } from "vitest"
import { openSource } from "#warmhello/measure/open.js"
import type { RawEvent } from "#warmhello/measure/raw.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { zipOf } from "../support/zip.mjs"

const folder = temporaryFolder()

async function read(contents: Buffer, name: string): Promise<{ kind: string; events: RawEvent[] }> {
    const path = join(folder, name)
    writeFileSync(path, contents)
    const { signal } = new AbortController()
    const { kind, events } = await openSource({
        ...{ name: path, mode: "ampere", voltageMv: 3000, log: undefined, signal },
    })
    const all: RawEvent[] = []
    for await (const event of events) all.push(event)
    return { kind, events: all }
}

/** Two bits a pin, the lower one for low and the upper one for high, of which D7's are the first. */
const pairsOf = (levels: string) =>
    Number.parseInt([...levels].map((level) => ({ "0": "01", "1": "10", X: "11" })[level]).join(""), 2)

/** A current of Power Profiler's is little-endian, and its pairs are big-endian: `setUint16(4, bits)`. */
function session(samples: [number, string][]): Buffer {
    const bytes = Buffer.alloc(6 * samples.length)
    for (const [index, [currentUa, levels]] of samples.entries()) {
        bytes.writeFloatLE(currentUa, 6 * index)
        bytes.writeUInt16BE(pairsOf(levels), 6 * index + 4)
    }
    return bytes
}

const metadata = (samplesPerSecond: number) =>
    JSON.stringify({ metadata: { samplesPerSecond, startSystemTime: Date.UTC(2026, 2, 10, 9) }, formatVersion: 2 })

const samples: [number, string][] = [
    [1.5, "00000000"],
    [28_000.25, "00000001"],
    [Number.NaN, "00000000"],
    [Number.NaN, "00000000"],
    [93_000, "100X0011"],
]

test("a .ppk2 has its currents, its pins, its rate and its day; what was missed is a gap", async () => {
    const zip = zipOf({ "session.raw": session(samples), "minimap.raw": "{}", "metadata.json": metadata(1000) })
    const { kind, events } = await read(zip, "renamed.csv")
    expect(kind).toBe("ppk2-file")
    expect(events).toMatchObject([
        {
            kind: "acquisition",
            acquisition: {
                meter: { kind: "power-profiler-file", sampleRateHz: 1000 },
                supply: { voltageMv: 3000, origin: "given" },
                startedAt: "2026-03-10T09:00:00.000Z",
            },
        },
        { kind: "samples", startUs: 0, stepUs: 1000, channels: Uint8Array.of(0, 1) },
        { kind: "gap", startUs: 2000, durationUs: 2000, samples: 2, why: "lost" },
        { kind: "samples", startUs: 4000, currentUa: Float32Array.of(93_000), channels: Uint8Array.of(0b1001_0011) },
        { kind: "end", why: "done" },
    ])
    expect(events[1]).toMatchObject({ currentUa: Float32Array.of(1.5, 28_000.25) })
})

test("a long .ppk2 is read in pieces that are cut anywhere", async () => {
    const many = Array.from({ length: 50_000 }, (_, index): [number, string] => [
        index,
        index % 7 ? "00000000" : "00000001",
    ])
    const { events } = await read(
        zipOf({ "session.raw": session(many), "metadata.json": metadata(100_000) }),
        "long.ppk2",
    )
    const chunks = events.filter((event) => event.kind === "samples")
    expect(chunks.flatMap(({ currentUa }) => [...currentUa])).toEqual(many.map(([currentUa]) => currentUa))
    expect(chunks.flatMap(({ channels }) => [...(channels ?? [])])).toEqual(many.map(([, levels]) => Number(levels)))
    expect(chunks.at(-1)?.startUs).toBeGreaterThan(0)
})

test.each(["with pins", "of a PPK1, without"])("an old .ppk %s", async (kind) => {
    const chunk = (bytes: Buffer) => {
        const length = Buffer.alloc(4)
        length.writeUInt32LE(bytes.length)
        return [length, bytes]
    }
    const currents = Buffer.from(Float32Array.of(1.5, 28_000, 93_000, 7).buffer)
    const bits = Buffer.from(Uint16Array.of(...["00000000", "00000001", "00000011", "00000000"].map(pairsOf)).buffer)
    const options = { samplesPerSecond: 1000, timestamp: 3000 }
    const documents =
        kind === "with pins"
            ? [serialize({ version: 2, options, chartState: {} })]
            : [serialize({ ...options, currentPane: 1 }), serialize({ bufferLength: 5 })]
    const data = [...documents, ...chunk(currents), ...(kind === "with pins" ? chunk(bits) : [])]
    const { events } = await read(deflateRawSync(Buffer.concat(data)), `${kind}.ppk`)
    expect(events).toMatchObject([
        { kind: "acquisition", acquisition: { meter: { sampleRateHz: 1000 } } },
        {
            ...{ kind: "samples", stepUs: 1000, currentUa: Float32Array.of(1.5, 28_000, 93_000) },
            channels: kind === "with pins" ? Uint8Array.of(0, 1, 3) : null,
        },
        { kind: "end", why: "done" },
    ])
})

test("a zip of something else is called what it is", async () => {
    const zip = zipOf({ "xl/workbook.xml": "<workbook/>" })
    await expect(read(zip, "book.csv")).rejects.toThrow(/book.csv is a zip without a session .* it holds workbook.xml/)
    await expect(read(zip.subarray(0, 60), "cut.ppk2")).rejects.toThrow(/cut.ppk2 is a zip that cannot be read/)
})
