// Short soak tests; CI runs a longer one.
import { describe, expect, test } from "vitest"
import { columns } from "#dev/field/columns.js"
import { rows } from "#dev/field/rows.js"
import { offersSession } from "#dev/network/client-hello.js"
import { mostExtras } from "#dev/soak/life.js"
import { type Counts, noResult, type SoakResult, sumOf } from "#dev/soak/result.js"
import { soak } from "#dev/soak/soak.js"
import { dev } from "./support/command.js"
import { appBytecode } from "./support/compile-apps.js"

const program = appBytecode("app")
/** Where some stretches are short. With any other seed all wakes may be at a server that breaks off each resumption. */
const SEED_OF_MANY_PLACES = 4
const anySeed = (): number => Math.floor(Math.random() * 2 ** 31)
const total = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

/** What holds for any run of so many wakes. */
function expectSound(result: SoakResult, wakes: number): void {
    expect(result.failures).toEqual([])
    expect(result).toMatchObject({ wakes, failed: 0, excesses: 0, repeats: 0 })
    const { resumed, full, broken, lost, connects, places, devices, settings } = result
    expect(resumed + full + broken + lost).toBe(wakes)
    expect(connects).toBeGreaterThanOrEqual(wakes)
    for (const counts of [places, devices, settings]) expect(total(counts)).toBe(wakes)
    for (const place of Object.keys(places)) expect(rows.map(({ name }) => name)).toContain(place)
    for (const device of Object.keys(devices)) expect(columns.map(({ what }) => what)).toContain(device)
}

test("of 200 wakes under random faults none fails because of resumption", { timeout: 300_000 }, async () => {
    const seed = anySeed()
    const seen: number[] = []
    const result = await soak({ program, cycles: 200, seed, jobs: 1, onWake: (wakes) => seen.push(wakes) })
    expectSound(result, 200)
    expect(seen).toEqual(Array.from({ length: 200 }, (_, n) => n + 1))
})

test("devices resume where servers let them", { timeout: 300_000 }, async () => {
    const result = await soak({ program, cycles: 100, seed: SEED_OF_MANY_PLACES, jobs: 1, onWake: () => {} })
    expectSound(result, 100)
    expect(Object.keys(result.places).length).toBeGreaterThan(2)
    expect(result.resumed).toBeGreaterThan(10)
})

test("some processes do together what one does", { timeout: 300_000 }, async () => {
    const { code, stdout, stderr } = await dev("soak", "--cycles", "101", "--jobs", "3", "--json", "-")
    expect(stderr).toMatch(/--seed \d+ --jobs 3 replays them/)
    expect(code).toBe(0)
    const { seed, ...result } = JSON.parse(stdout) as SoakResult & { seed: number }
    expect(stderr).toContain(`Seed ${seed}.`)
    expectSound(result, 101)
})

test("a process that fails ends all, and the run", { timeout: 60_000 }, async () => {
    const noProgram = Uint8Array.of(1, 2, 3)
    const run = soak({ program: noProgram, cycles: 4000, seed: 1, jobs: 2, onWake: () => {} })
    await expect(run).rejects.toMatchObject({ code: "bug" })
    await expect(run).rejects.toThrow("the virtual machine refuses the program")
})

describe("a run that is ended early", () => {
    test.each([1, 2])("with %d jobs tells what is known", { timeout: 60_000 }, async (jobs) => {
        const enough = new AbortController()
        const onWake = (wakes: number) => wakes >= 40 && enough.abort()
        const result = await soak({ program, cycles: 4000, seed: anySeed(), jobs, onWake, signal: enough.signal })
        expect(result.wakes).toBeGreaterThanOrEqual(40)
        expect(result.wakes).toBeLessThan(200)
        expectSound(result, result.wakes)
    })
})

test("results are added up", () => {
    const one = { ...noResult(), wakes: 2, failed: 1, reasons: { accepted: 1, none: 1 }, failures: ["a"] }
    const other = { ...noResult(), wakes: 3, excesses: 1, reasons: { accepted: 3 }, failures: ["b"] }
    expect(sumOf([one, other])).toEqual({
        ...noResult(),
        ...{ wakes: 5, failed: 1, excesses: 1, reasons: { accepted: 4, none: 1 }, failures: ["a", "b"] },
    })
})

test("a device that rests ever longer has ever fewer second connections", () => {
    const firsts = [1, 2, 3, 12, 29, 62, 127, 256, 385] // the wakes from which on there is one more
    firsts.forEach((wake, extras) => {
        expect(mostExtras(wake)).toBe(extras)
        expect(mostExtras(wake - 1)).toBe(Math.max(0, extras - 1))
    })
})

test("a hello that was damaged on the way offers nothing", () => {
    const hello = Buffer.alloc(60, 0xff)
    hello[0] = 22
    expect(offersSession(hello)).toBe(false)
})
