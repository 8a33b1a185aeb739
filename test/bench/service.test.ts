import { expect, test } from "vitest"
import { benchService } from "#dev/bench/service-costs.js"

test("the service stays small and quick enough for an app", async () => {
    const report = await benchService(1)
    expect(report.bindMs.median).toBeLessThan(1000)
    expect(report.readMs.median).toBeLessThan(100)
    expect(report.noteUs).toBeLessThan(100)
    expect(report.clientHeapBytes).toBeGreaterThan(0)
    expect(report.clientHeapBytes).toBeLessThan(6000)
    expect(report.clientBytecodeBytes).toBeLessThan(14_000)
})
