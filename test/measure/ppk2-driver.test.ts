// The driver against a test double on a real pseudo-terminal (test/support/ppk2/fake-ppk2.mjs).
import { afterEach, describe, expect, test } from "vitest"
import { WarmhelloError } from "#warmhello/base/errors.js"
import { Decoder } from "#warmhello/measure/decode.js"
import { readPpk2 } from "#warmhello/measure/ppk2/source.js"
import { ENOUGH } from "#warmhello/measure/raw.js"
import type { SourceEvent } from "#warmhello/measure/source.js"
import { FakePpk2 } from "../support/ppk2/fake-ppk2.mjs"
import { steppedUa } from "../support/ppk2/readings.mjs"

const fakes: FakePpk2[] = []
afterEach(() => {
    for (const fake of fakes.splice(0)) fake.close()
})

const steps = [
    { durationMs: 200, currentUa: 20, levels: 0 },
    { durationMs: 100, currentUa: 80_000, levels: 1 },
    { durationMs: 200, currentUa: 20, levels: 0 },
]

/** What the script comes to, in the steps of the PPK2's converter. */
const truthUc = steps.reduce(
    (sum, { durationMs, currentUa }) => sum + (durationMs * steppedUa(currentUa, 3300)) / 1000,
    0,
)

function plugIn(options: Partial<ConstructorParameters<typeof FakePpk2>[0]> = {}): FakePpk2 {
    const fake = new FakePpk2({ steps, ...options })
    fakes.push(fake)
    return fake
}

interface Measured {
    events: SourceEvent[]
    decoder: Decoder
    why: string | undefined
    metadata: string | null
}

/** Measures as long as the script lasts, or until the cable is pulled. */
async function measure(fake: FakePpk2, mode: "ampere" | "source" = "ampere"): Promise<Measured> {
    const stop = new AbortController()
    const decoder = new Decoder()
    const events: SourceEvent[] = []
    let why: string | undefined
    let metadata: string | null = null
    const source = readPpk2({
        ...{ path: fake.path, mode, voltageMv: 3300, supplyOrigin: "given", log: undefined, signal: stop.signal },
    })
    for await (const raw of source) {
        for (const event of decoder.decode(raw)) {
            if (event.kind === "end") why = event.why
            else if (event.kind === "acquisition") metadata = event.acquisition.metadata
            else events.push(event)
        }
        if (decoder.stats.nowUs >= 500_000) stop.abort(ENOUGH)
    }
    return { events, decoder, why, metadata }
}

function chargeUc(events: SourceEvent[]): number {
    let charge = 0
    for (const event of events) {
        if (event.kind === "samples") for (const value of event.currentUa) charge += value * event.stepUs
    }
    return charge / 1e6
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
    try {
        await work
        return undefined
    } catch (error) {
        return error instanceof WarmhelloError ? error.code : String(error)
    }
}

test("measures what the script says", async () => {
    const { events, decoder, why } = await measure(plugIn())
    expect(why).toBe("done")
    expect(decoder.stats.lostSamples).toBe(0)
    expect(Math.abs(chargeUc(events) / truthUc - 1)).toBeLessThan(0.001)
})

test("sets up ampere mode, the device's power, and stops when it ends", async () => {
    const fake = plugIn()
    await measure(fake)
    await expect.poll(() => fake.commands.at(-1)).toEqual([0x07])
    expect(fake.commands.slice(0, 6)).toEqual([[0x07], [0x19], [0x11, 1], [0x0d, 0x0c, 0xe4], [0x0c, 1], [0x06]])
})

test("sets the voltage in source mode, before the device gets its power", async () => {
    const fake = plugIn()
    await measure(fake, "source")
    expect(fake.commands.slice(2, 6)).toEqual([[0x11, 2], [0x0d, 0x0c, 0xe4], [0x0c, 1], [0x06]])
})

test("a PPK2 that a crashed program left measuring is stopped first, and what it sent is thrown away", async () => {
    const { metadata } = await measure(plugIn({ stillMeasuring: true }))
    expect(metadata).toMatch(/^Calibrated: 0\nR0: /)
})

test("lost samples are counted, each one", async () => {
    const fake = plugIn({ faults: { drop: { every: 1000, samples: 7 } } })
    const { decoder } = await measure(fake)
    expect(decoder.stats.lostSamples).toBeGreaterThan(300)
    expect(decoder.stats.lostSamples % 7).toBe(0)
    expect(decoder.stats.lostSamples).toBeLessThanOrEqual(fake.stream.dropped)
})

test("changing range all the time changes the charge little", async () => {
    const calm = chargeUc((await measure(plugIn())).events)
    const restless = chargeUc((await measure(plugIn({ faults: { changeRangeEvery: 50 } }))).events)
    expect(Math.abs(restless - calm) / calm).toBeLessThan(0.02)
})

test("garbage on the line is passed over and reported", async () => {
    const bytes = Uint8Array.from({ length: 333 }, (_, index) => (index * 31) & 0xff)
    const { decoder, events } = await measure(plugIn({ faults: { garbage: [{ at: 5000, bytes }] } }))
    expect(decoder.stats.garbageBytes).toBeGreaterThanOrEqual(333)
    expect(Math.abs(chargeUc(events) / truthUc - 1)).toBeLessThan(0.001)
})

test("a pulled cable ends the source, and what came before is there", async () => {
    // What the kernel still holds goes with the cable: at most 64 KB.
    const { events, why } = await measure(plugIn({ unplugAfter: 47_000 }))
    expect(why).toBe("unplugged")
    expect(Math.abs(chargeUc(events) / truthUc - 1)).toBeLessThan(0.001)
})

test("a PPK2 that falls silent ends the source", async () => {
    const { why } = await measure(plugIn({ silentAfter: 20_000 }))
    expect(why).toBe("unplugged")
})

test("a calibration with holes is used with standard factors, which are named", async () => {
    const { decoder } = await measure(plugIn({ metadata: "incomplete" }))
    expect(decoder.stats.missingFactors.toSorted()).toEqual(["GS2", "I4", "R3"])
})

describe("says what is wrong with", () => {
    test.each([
        ["a port that is not there", "/dev/ttyNONE", "no-port"],
        ["a file in place of a port", "/etc/passwd", "no-port"],
    ])("%s", async (_, path, code) => {
        const source = readPpk2({
            ...{ path, mode: "ampere", voltageMv: 3300, supplyOrigin: "given", log: undefined },
            signal: new AbortController().signal,
        })
        expect(await codeOf(source.next())).toBe(code)
    })

    test.each([
        ["another device, which answers", { otherDevice: "ERROR: unknown command\r\n> " }, "not-a-ppk2"],
        ["another device, which is silent", { otherDevice: "" }, "not-a-ppk2"],
        ["a PPK2 without a calibration", { metadata: "none" as const }, "not-a-ppk2"],
        ["a PPK2 whose calibration breaks off", { metadata: "cut" as const }, "ppk2-no-metadata"],
    ])("%s", async (_, options, code) => {
        expect(await codeOf(measure(plugIn(options)))).toBe(code)
    })
})
