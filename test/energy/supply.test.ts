// A cell in the cold, and a regulator over the load.
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { cellUc, efficiencyAt, type Feed } from "#warmhello/energy/battery.js"
import { choose, readCells, readRegulators } from "#warmhello/energy/power-profile.js"
import { capacityAt, capacityShareAt, feedBy, selfDischargeAt } from "#warmhello/energy/supply.js"

const typical = (range: { typical: number }) => range.typical
const feedOf = (name: string): Feed =>
    feedBy(
        {
            supplyV: 3.3,
            regulator: choose(readRegulators(), name, "regulator"),
            cell: choose(readCells(), "lipo", "cell"),
        },
        typical,
    )

describe("a cell", () => {
    test.each(Object.keys(readCells()))("%s gives less the colder it is, and its rating at 20 °C", (name) => {
        const cell = choose(readCells(), name, "cell")
        const given = [-40, -20, -10, 0, 10, 20].map((celsius) => capacityAt(cell, celsius).typical)
        expect(given).toEqual(given.toSorted((a, b) => a - b))
        expect(given.at(-1)).toBe(cell.capacityMah.typical)
        expect(given[0]).toBeLessThan(0.8 * cell.capacityMah.typical)
    })

    test("is straight between two temperatures of its table, and ends with it", () => {
        const cell = choose(readCells(), "18650", "cell")
        const share = (celsius: number) => capacityShareAt(cell, celsius).typical
        expect(share(-10)).toBeCloseTo((share(-20) + share(0)) / 2, 12)
        expect([share(-40), share(85)]).toEqual([share(-20), share(60)])
    })

    test("loses more by itself the warmer it is", () => {
        const cell = choose(readCells(), "18650", "cell")
        expect(selfDischargeAt(cell, 20)).toEqual(
            expect.objectContaining({ typical: cell.selfDischargePerYear.typical }),
        )
        expect(selfDischargeAt(cell, 35).typical).toBeCloseTo(2 * cell.selfDischargePerYear.typical, 12)
        const { low, typical: middle, high } = selfDischargeAt(cell, -20)
        expect(low).toBeLessThan(middle)
        expect(middle).toBeLessThan(high)
    })
})

describe("a switching regulator", () => {
    test("has at 10 µA and at 100 mA at most what its maker publishes", () => {
        const best = (load: string) => choose(readRegulators(), "switching", "regulator").efficiencyAtMa?.[load]?.high
        expect([best("0.01"), best("100")]).toEqual([0.923, 0.963])
    })

    test("of a development board eats most of what a sleeping chip gets", () => {
        const sleep = { chargeUc: 6 * 600, durationMs: 600_000 }
        const [good, bad] = ["switching", "switching-usb"].map((name) => cellUc(feedOf(name), sleep) / 600)
        expect(good).toBeLessThan(1.2 * 6)
        // 59 µA without load, at 3.3 V out of 3.7 V.
        expect(bad).toBeGreaterThan(50)
        expect(bad).toBeLessThan(90)
    })

    test("never loses less for a smaller load, nor gives more than it takes", () => {
        const points = feedOf("switching-usb").efficiencies ?? []
        const load = fc.double({ min: 1e-5, max: 1000, noNaN: true })
        const taken = (mA: number) => mA / efficiencyAt(points, mA)
        fc.assert(
            fc.property(load, load, (a, b) => {
                const [less, more] = [Math.min(a, b), Math.max(a, b)]
                expect(taken(less)).toBeGreaterThanOrEqual(less)
                expect(taken(less)).toBeLessThanOrEqual(taken(more) * (1 + 1e-9))
            }),
            { seed: 3 },
        )
        for (const { loadMa, efficiency } of points) expect(efficiencyAt(points, loadMa)).toBeCloseTo(efficiency, 12)
    })
})

test("a linear regulator adds its own current and passes the board's through", () => {
    const feed = feedOf("ldo")
    expect(cellUc(feed, { chargeUc: 5000, durationMs: 1000 })).toBe(5000 + feed.quiescentUa)
})
