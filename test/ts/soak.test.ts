// A short soak test; CI runs a longer one.
import { expect, test } from "vitest"
import { soak } from "#warmhello/soak/soak.js"
import { appBytecode } from "./support/compile-apps.js"

test("of 100 wakes under random faults none fails because of resumption", { timeout: 300_000 }, async () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    const result = await soak({ program: appBytecode("app"), cycles: 100, seed, onWake: () => {} })
    expect(result.failures, `--seed ${seed} replays it`).toEqual([])
    expect(result).toMatchObject({ wakes: 100, failed: 0 })
    expect(result.resumed + result.full + result.broken).toBe(100)
    expect(result.resumed).toBeGreaterThan(0)
    expect(result.requests).toBeGreaterThanOrEqual(result.resumed + result.full)
})
