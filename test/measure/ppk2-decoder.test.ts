import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { parseMetadata } from "#warmhello/measure/ppk2/calibration.js"
import { Ppk2Decoder } from "#warmhello/measure/ppk2/decoder.js"
import type { Gap, SampleChunk } from "#warmhello/measure/source.js"
import { currentOf, metadataText, readingFor, wordOf } from "../support/ppk2/readings.mjs"
import { SampleStream } from "../support/ppk2/stream.mjs"

const VDD_MV = 3300
const { calibration } = parseMetadata(metadataText())
const newDecoder = () => new Ppk2Decoder(calibration, VDD_MV)

type Event = SampleChunk | Gap

/** Decodes all of it, cut into pieces of these lengths in turn. */
function decode(bytes: Uint8Array, pieces: number[] = [bytes.length]): Event[] {
    const decoder = newDecoder()
    const events: Event[] = []
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const length = pieces[turn % pieces.length] ?? 1
        events.push(...decoder.push(bytes.subarray(at, at + length)))
        at += length
    }
    return [...events, ...decoder.end()]
}

const currents = (events: Event[]) => events.flatMap((event) => (event.kind === "samples" ? [...event.currentUa] : []))
const gaps = (events: Event[]) => events.filter((event) => event.kind === "gap")

function bytesOf(words: number[]): Uint8Array {
    return new Uint8Array(Uint32Array.from(words).buffer)
}

const steady = (currentUa: number, samples: number, levels = 0) =>
    Array.from({ length: samples }, (_, index) => wordOf(readingFor(currentUa, VDD_MV), index, levels))

describe("a reading becomes a current", () => {
    test.each([2, 30, 200, 3000, 20_000, 90_000, 400_000])("of %d uA, by the calibration of its range", (wanted) => {
        const { range, adc } = readingFor(wanted, VDD_MV)
        const exact = currentOf(range, adc, VDD_MV)
        const found = currents(decode(bytesOf(steady(wanted, 40))))
        expect(found).toHaveLength(40)
        for (const value of found) expect(value).toBeCloseTo(exact, exact > 1000 ? 1 : 3)
        expect(Math.abs(exact - wanted)).toBeLessThan(Math.max(0.03 * wanted, 0.1))
    })

    test("in which the gain that the user set counts", () => {
        const { range, adc } = readingFor(200, VDD_MV)
        const doubled = { ...calibration, ug: calibration.ug.map((gain) => 2 * gain) }
        const decoder = new Ppk2Decoder(doubled, VDD_MV)
        decoder.push(bytesOf(steady(200, 40)))
        const [chunk] = [...decoder.push(bytesOf([])), ...decoder.end()]
        const first = new Ppk2Decoder(doubled, VDD_MV).push(bytesOf(steady(200, 40)))[0]
        expect(chunk).toBeUndefined()
        expect(first?.kind === "samples" ? first.currentUa[5] : 0).toBeCloseTo(2 * currentOf(range, adc, VDD_MV), 2)
    })

    test("with the levels of the pins", () => {
        const [chunk] = decode(bytesOf(steady(200, 40, 0b1010_0101)))
        expect(
            chunk?.kind === "samples" ? [...(chunk.channels ?? [])].every((level) => level === 0b1010_0101) : 0,
        ).toBe(true)
    })
})

/** The filter once more, as plainly as can be. */
function filtered(readings: { range: number; value: number }[]): number[] {
    let fast = readings[0]?.value ?? 0
    let slow = fast
    let last = readings[0]?.range ?? 0
    let place = Number.POSITIVE_INFINITY
    return readings.map(({ range, value }) => {
        place = range === last ? place + 1 : 0
        last = range
        const leftOut = range === 4 && place < 2
        if (!leftOut) {
            fast = 0.18 * value + 0.82 * fast
            slow = 0.06 * value + 0.94 * slow
        }
        if (place >= 3) return value
        return range === 4 ? slow : fast
    })
}

test("after each change of range three samples are a moving average, as in Nordic's program", () => {
    fc.assert(
        fc.property(
            fc.array(fc.record({ range: fc.integer({ min: 0, max: 4 }), length: fc.integer({ min: 1, max: 9 }) }), {
                minLength: 8,
                maxLength: 30,
            }),
            (runs) => {
                const readings = [{ range: runs[0]?.range ?? 0, length: 20 }, ...runs].flatMap(({ range, length }) =>
                    Array.from({ length }, () => ({ range, adc: 2000 })),
                )
                const words = readings.map((reading, index) => wordOf(reading, index, 0))
                const plain = filtered(
                    readings.map(({ range, adc }) => ({ range, value: currentOf(range, adc, VDD_MV) })),
                )
                const found = currents(decode(bytesOf(words)))
                expect(found).toHaveLength(plain.length)
                found.forEach((value, index) => {
                    const wanted = plain[index] ?? 0
                    expect(Math.abs(value - wanted)).toBeLessThan(1e-5 * Math.abs(wanted) + 1e-3)
                })
            },
        ),
        { seed: 4, numRuns: 100 },
    )
})

describe("samples that are missing", () => {
    const words = steady(3000, 400)

    test.each([1, 2, 17, 62, 63])("%d of them are counted and put where they are missing", (lost) => {
        const kept = [...words.slice(0, 100), ...words.slice(100 + lost)]
        const events = decode(bytesOf(kept))
        expect(gaps(events)).toEqual([
            { kind: "gap", startUs: 1000, durationUs: 10 * lost, samples: lost, why: "lost" },
        ])
        expect(events[2]?.startUs).toBe(1000 + 10 * lost)
        expect(currents(events)).toHaveLength(400 - lost)
    })

    test("at many places are all counted", () => {
        const stream = new SampleStream([{ durationMs: 2000, currentUa: 3000, levels: 0 }], VDD_MV, {
            drop: { every: 997, samples: 13 },
        })
        const events = decode(stream.next(200_000))
        expect(gaps(events).reduce((sum, { samples }) => sum + samples, 0)).toBe(stream.dropped)
        const last = events.at(-1)
        expect(last?.kind === "samples" ? last.startUs + 10 * last.currentUa.length : 0).toBe(2_000_000)
    })

    test("a damaged one is not taken for a loss of 63", () => {
        const damaged = words.map((word, index) => (index === 200 ? (word ^ (21 << 18)) >>> 0 : word))
        expect(gaps(decode(bytesOf(damaged)))).toEqual([
            { kind: "gap", startUs: 2000, durationUs: 10, samples: 1, why: "damaged" },
        ])
    })
})

describe("bytes that are no samples", () => {
    test.each([1, 2, 3, 7, 90])("%d of them in the middle cost no more than they must", (length) => {
        const words = bytesOf(steady(3000, 400))
        const garbage = Uint8Array.from({ length }, (_, index) => (index * 89 + 7) & 0xff)
        const bytes = Buffer.concat([words.subarray(0, 800), garbage, words.subarray(800)])
        const decoder = newDecoder()
        const events = [...decoder.push(bytes), ...decoder.end()]
        expect(decoder.garbageBytes).toBeGreaterThanOrEqual(length)
        expect(currents(events).length).toBeGreaterThan(390)
        expect(currents(events).every((value) => Math.abs(value - 3000) < 30)).toBe(true)
    })

    test("at the beginning are passed over", () => {
        const bytes = Buffer.concat([Buffer.from("left over from before"), bytesOf(steady(3000, 400))])
        expect(currents(decode(bytes))).toHaveLength(400)
    })

    test("a byte that got lost does not turn all that follows into nonsense", () => {
        const words = bytesOf(steady(3000, 400))
        const bytes = Buffer.concat([words.subarray(0, 801), words.subarray(802)])
        const found = currents(decode(bytes))
        expect(found.length).toBeGreaterThan(380)
        expect(found.every((value) => Math.abs(value - 3000) < 30)).toBe(true)
    })
})

test("it does not matter how the bytes are cut", () => {
    const stream = new SampleStream(
        [
            { durationMs: 5, currentUa: 20, levels: 0 },
            { durationMs: 5, currentUa: 90_000, levels: 3 },
        ],
        VDD_MV,
        { drop: { every: 301, samples: 5 } },
    )
    const bytes = stream.next(1000)
    const whole = decode(bytes)
    fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 9 }), (pieces) => {
            const events = decode(bytes, pieces)
            expect(currents(events)).toEqual(currents(whole))
            expect(gaps(events)).toEqual(gaps(whole))
        }),
        { seed: 5, numRuns: 60 },
    )
})
