// A fleet is of bounded size, whoever sends: names of devices without end, servers, firmwares and words as well.
import { expect, test } from "vitest"
import { outlierKindOf } from "#warmhello/fleet/devices.js"
import { Fleet } from "#warmhello/fleet/fleet.js"
import { Intake } from "#warmhello/fleet/intake.js"
import { MemoryStore } from "#warmhello/fleet/store.js"
import { summaryOf } from "#warmhello/fleet/summary.js"
import { MOST_SERIES } from "#warmhello/fleet/totals.js"
import { full } from "./programs.js"

const HALF = 500_000
const DEVICES = 2000

/** Devices that each report once, each with another firmware, and with more pairs of word and server than are counted. */
function flood(fleet: Fleet, from: number): void {
    for (let n = from; n < from + HALF; n++) {
        const words = { firmware: `fw-${n}`, reason: `word-${n % 43}`, server: `server-${n % 47}`, digest: n }
        fleet.add({ ...blank, result: "resumed", device: `device-${n}`, ...words })
    }
}

const sizeOf = (fleet: Fleet): number => JSON.stringify(fleet).length

test("a million reports of a million devices take no more room than half of them, and none is lost", () => {
    const fleet = new Fleet(DEVICES)
    flood(fleet, 0)
    const half = sizeOf(fleet)
    flood(fleet, HALF)
    expect(sizeOf(fleet)).toBeLessThan(half * 1.02)
    expect(fleet.devices.size).toBe(DEVICES)
    expect(fleet.devices.forgotten).toBe(2 * HALF - DEVICES)
    expect([...fleet.totals.wakes()].length).toBeLessThanOrEqual(MOST_SERIES)
    expect([...fleet.totals.wakes()].reduce((sum, { wakes }) => sum + wakes, 0)).toBe(2 * HALF)
    expect(summaryOf(fleet).results.resumed).toBe(2 * HALF)
})

test("times from years apart take no more room either", () => {
    const intake = new Intake(new MemoryStore())
    for (let n = 0; n < 20_000; n++) {
        const atMs = 1_600_000_000_000 + n * 7_200_000
        intake.json({ ...full, device: "a", atMs }, { device: undefined, server: undefined }, true, () => {})
    }
    expect(summaryOf(intake.store.fleet).steps.length).toBeLessThanOrEqual(24 * 62)
})

test("the devices that were heard of last are those that are remembered", () => {
    const fleet = new Fleet(2)
    const report = (device: string) => fleet.add({ ...blank, device })
    for (const device of ["a", "b", "a", "c"]) report(device)
    expect([...fleet.devices.values()].map(({ device }) => device)).toEqual(["a", "c"])
})

const blank = {
    ...({ device: "", server: null, atMs: 0, result: "full", reason: "fallback", error: null, kind: null } as const),
    ...{ protocol: null, attempts: null, handshakeMs: null, handshakeBytes: null, sessionAgeS: null },
    ...{ firmware: null, caEndsSoon: false, energyMj: null },
}

test("what a broker sends again is counted once, also after a restart; the same from a device anew counts", () => {
    const before = new Fleet()
    const reports = Array.from({ length: 20 }, (_, n) => ({ ...blank, device: "a", digest: n }))
    for (const report of reports) before.add(report)
    const after = new Fleet(10, JSON.parse(JSON.stringify(before)))
    for (const report of reports) after.add({ ...report, again: true })
    expect(after).toMatchObject({ reports: 20, repeated: 20 })
    after.add({ ...blank, device: "a", digest: 7 })
    after.add({ ...blank, device: "a", digest: 21, again: true })
    expect(after).toMatchObject({ reports: 22, repeated: 20 })
})

test("what a device says twice in the same words is two reports, also when the broker sends the second one again", () => {
    const store = new MemoryStore()
    const intake = new Intake(store)
    const say = (messageId: number, dup = false) =>
        intake.message(Buffer.from(JSON.stringify(full)), { device: "a", server: undefined }, () => {}, {
            messageId,
            dup,
        })
    say(1)
    say(2, true) // the first time that it arrives here: what came before was lost with the process
    expect(store.fleet).toMatchObject({ reports: 2, repeated: 0 })
    say(2, true)
    expect(store.fleet).toMatchObject({ reports: 2, repeated: 1 })
})

test("a device is an outlier when it never resumes, fails again or has a CA that ends, the worst being said", () => {
    const kindAfter = (...reports: object[]) => {
        const fleet = new Fleet()
        for (const report of reports) fleet.add({ ...blank, device: "a", ...report })
        const [device] = fleet.devices.values()
        return device && outlierKindOf(device)
    }
    const resumes = { result: "resumed" } as const
    const fails = { result: "failed" } as const
    expect(kindAfter({}, {})).toBeUndefined()
    expect(kindAfter({}, {}, {})).toBe("full")
    expect(kindAfter({}, {}, {}, resumes)).toBeUndefined()
    expect(kindAfter(fails)).toBeUndefined()
    expect(kindAfter(resumes, fails, fails)).toBe("failing")
    expect(kindAfter({ ...resumes, caEndsSoon: true })).toBe("ca-ends")
    expect(kindAfter({ ...resumes, caEndsSoon: true }, resumes)).toBeUndefined()
    expect(kindAfter({ ...fails, caEndsSoon: true }, { ...fails, caEndsSoon: true })).toBe("failing")
})
