// A number without a source, or a source without a number, is no power profile.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { WarmhelloError } from "#warmhello/base/errors.js"
import {
    boardFiles,
    type PowerProfile,
    readCells,
    readPowerProfile,
    readRegulators,
} from "#warmhello/energy/power-profile.js"
import type { Quantity } from "#warmhello/run/range.js"
import { temporaryFolder } from "../support/temporary-folder.js"

const folder = temporaryFolder()

const boards = [...boardFiles().keys()]
const plain: PowerProfile = JSON.parse(readFileSync(boardFiles().get("esp32c3_bare") ?? "", "utf8"))

function refusal(profile: unknown): string {
    const path = join(folder, "mine.power.json")
    writeFileSync(path, typeof profile === "string" ? profile : JSON.stringify(profile))
    try {
        readPowerProfile(path)
    } catch (error) {
        if (error instanceof WarmhelloError) return `${error.code}: ${error.message}`
        throw error
    }
    return "accepted"
}

const isQuantity = (value: unknown): value is Quantity =>
    typeof value === "object" && value !== null && "typical" in value

/** Every quantity in a value, however deep. */
function quantitiesIn(value: unknown): Quantity[] {
    if (isQuantity(value)) return [value]
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(quantitiesIn) : []
}

describe("the power profiles", () => {
    test("are there for every chip that the firmware is for", () => {
        expect(boards).toEqual(
            expect.arrayContaining(["esp32_bare", "esp32c3_bare", "esp32c6_bare", "esp32s2_bare", "esp32s3_bare"]),
        )
    })

    test.each(boards)("%s can be read, and sleeps with far less than it wakes with", (board) => {
        const profile = readPowerProfile(board)
        expect(profile.deepSleepUa.high).toBeLessThan(100)
        expect(profile.radioListenMa.low).toBeGreaterThan(profile.cpuIdleMa[profile.defaultMhz]?.typical ?? Infinity)
        expect(profile.radioTransmitMa.low).toBeGreaterThan(profile.radioListenMa.typical)
    })

    test("name a document, a person or an assumption for every number", () => {
        const all = [...boards.map(readPowerProfile), ...Object.values(readCells()), ...Object.values(readRegulators())]
        for (const { source } of all.flatMap(quantitiesIn)) {
            const trivial = /there is none|has no regulator|passes the current through|cannot be turned off/
            const known =
                /assumed|specification|product page|[Dd]ata ?sheet|programming guide|20[12]\d|pull request|issue|Energizer|Saft|Samsung/
            expect(trivial.test(source) || known.test(source), source).toBe(true)
        }
    })
})

describe("a profile of one's own", () => {
    test("is read from its file", () => {
        expect(refusal({ ...plain, board: "mine" })).toBe("accepted")
    })

    const { bootMs: _, ...withoutBoot } = plain
    test.each([
        ["without a number", withoutBoot, "bootMs"],
        ["with a number that has no source", { ...plain, bootMs: { low: 1, typical: 2, high: 3 } }, "bootMs.source"],
        ["with an empty source", { ...plain, bootMs: { ...plain.bootMs, source: "" } }, "names no source"],
        ["with a missing upper end", { ...plain, bootMs: { low: 1, typical: 2, source: "assumed" } }, "bootMs.high"],
        ["with a negative current", { ...plain, wifiMa: { ...plain.wifiMa, low: -1 } }, "wifiMa.low"],
        ["with NaN, which JSON writes as null", { ...plain, wifiMa: { ...plain.wifiMa, low: null } }, "wifiMa.low"],
        ["with its ends swapped", { ...plain, wifiMa: { ...plain.wifiMa, low: 500 } }, "not in order"],
        ["with a number that has no unit in its name", { ...plain, boot: plain.bootMs }, "boot"],
        ["without a current at its own clock", { ...plain, defaultMhz: 240 }, "no current for this clock"],
        ["that is not JSON", "{ bootMs: 3 }", "is not JSON"],
    ])("%s is refused, and the message names what", (_what, profile, named) => {
        expect(refusal(profile)).toMatch(/^profile-unusable: /)
        expect(refusal(profile)).toContain(named)
    })
})

test("an unknown board is refused with the names of those there are", () => {
    expect(() => readPowerProfile("esp33")).toThrow(/no power profile of esp33; there are .*esp32c3_bare/)
})
