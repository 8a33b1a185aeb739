// The hostile cases themselves; CI meets all of them.
import { availableParallelism } from "node:os"
import { expect, test } from "vitest"
import { cases } from "#dev/hostile/cases.js"
import { Engine } from "#dev/hostile/engine.js"
import { choose, hostile } from "#dev/hostile/hostile.js"
import type { ProxyCase } from "#dev/hostile/proxy/case.js"
import { proxyCases } from "#dev/hostile/proxy/cases.js"
import { startProxied } from "#dev/hostile/proxy/side.js"

const SPREAD = 100
const jobs = availableParallelism()

/** So many, one after the other at even distances. */
const evenly = <T>(all: readonly T[], count: number): T[] =>
    all.filter(
        (_, index) => Math.floor((index * count) / all.length) !== Math.floor(((index - 1) * count) / all.length),
    )

/** About so many of them, and of each group one at least. */
const spread = [...new Set(cases.map(({ group }) => group))].flatMap((group) => {
    const all = cases.filter((one) => one.group === group)
    return evenly(all, Math.max(1, Math.round((SPREAD * all.length) / cases.length)))
})

test("there are 2000 at least, each by a name of its own", () => {
    expect(cases.length).toBeGreaterThan(2000)
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
    for (const holds of ["none", "id", "ticket", "psk"]) {
        expect(cases.filter((one) => one.holds === holds).length, holds).toBeGreaterThan(100)
    }
})

test("a device bears a spread of them, and two honest wakes after each", { timeout: 120_000 }, async () => {
    const { cases: met, failures } = await hostile(spread, { jobs })
    expect(failures).toEqual([])
    expect(met).toBe(spread.length)
    expect(met).toBeGreaterThan(SPREAD / 2)
})

test("a process that ends takes one case along, and the next ones are met in another", async () => {
    const [first, second] = choose("TLS 1.3 with a PSK: it is closed before the")
    if (first === undefined || second === undefined) throw new Error("these cases are gone")
    const unknown = { ...first, name: "a case that no process knows" }
    const { cases: met, counts, failures } = await hostile([unknown, second], { jobs: 1 })
    expect(met).toBe(2)
    expect(counts).toMatchObject({ crashed: 1, unexpected: 0, nextWakeFailed: 0 })
    expect(failures.map(({ name }) => name)).toEqual([unknown.name])
})

test("an open connection that must not be, another end than the case's, and what did not happen are told", async () => {
    await using engine = await Engine.start(startProxied())
    const harmless = proxyCases.find(({ getsAnswer, holds, forges }) => getsAnswer && holds === "psk" && !forges)
    const [spoil] = harmless?.spoils ?? []
    if (harmless === undefined || spoil === undefined) throw new Error("there is no harmless case")
    const countersOf = async (changes: Partial<ProxyCase>) =>
        (await engine.run({ ...harmless, ...changes })).findings.map(({ counter }) => counter)
    expect(await countersOf({})).toEqual([])
    expect(await countersOf({ expect: "fails" })).toEqual(["authenticationSkipped"])
    expect(await countersOf({ forges: true })).toEqual(["authenticationSkipped"])
    expect(await countersOf({ expect: "opens-full" })).toEqual(["unexpected"])
    expect(await countersOf({ spoils: [{ ...spoil, at: 99 }] })).toEqual(["unexpected"])
})
