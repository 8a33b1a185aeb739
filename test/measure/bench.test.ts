import { expect, test } from "vitest"
import { dev } from "../ts/support/command.js"

test("npm run bench:measure prints how fast samples go through, and cuts the wakes that it made", async () => {
    const { stdout, code } = await dev("bench-measure", "--samples", "1600000")
    expect(code).toBe(0)
    const { cases } = JSON.parse(stdout)
    expect(cases.map(({ name, samples, wakes }: Record<string, unknown>) => [name, samples, wakes])).toEqual([
        ["a PPK2's bytes", 1_600_000, 15],
        ["Power Profiler's CSV", 160_000, 1],
    ])
    for (const { samplesPerSecond, seconds, samples, timesRealTime, peakRssMb } of cases) {
        expect(samplesPerSecond / (samples / seconds)).toBeCloseTo(1, 1)
        expect(timesRealTime).toBeCloseTo(samplesPerSecond / 100_000, 0)
        expect(peakRssMb).toBeGreaterThan(0)
    }
})
