// What each further peer costs is plain from two constants; the documents, Kconfig and the partitions go by them.

import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"

const read = (path: string) => readFileSync(checkoutPath(path), "utf8")

function constant(header: string, name: string): number {
    const found = new RegExp(`#define ${name} (\\d+)`).exec(read(`firmware/core/include/warmhello/${header}`))
    return Number(found?.[1])
}

const slot = constant("platform.h", "WH_RTC_SIZE")
const most = constant("platform.h", "WH_PEERS_MAX")
const part = 2 * constant("flash.h", "WH_FLASH_SECTOR")

describe("several peers", () => {
    test("cost what docs/PERFORMANCE.md says", () => {
        const [, table = ""] = read("docs/PERFORMANCE.md").split("| peers | RTC RAM, bytes | flash, bytes at least |")
        const rows = [...table.matchAll(/^\| (\d) \| (\d+) \| (\d+) \|$/gm)].map((row) => row.slice(1).map(Number))
        const peers = Array.from({ length: most }, (_, n) => n + 1)
        expect(rows).toEqual(peers.map((n) => [n, n * slot, n * part]))
    })

    test("are asked for in Kconfig, one unless somebody does, and no more than RTC memory has room for", () => {
        const [, setting = ""] = /config WARMHELLO_PEERS\n([\s\S]*?)\n {4}config /.exec(read("firmware/Kconfig")) ?? []
        expect(setting).toContain("default 1\n")
        const ranges = [...setting.matchAll(/range 1 (\d)(.*)/g)]
        expect(ranges.at(-1)?.slice(1)).toEqual([String(most), ""])
        const rtcBytes = { ESP32: 8192, ESP32S2: 8192, ESP32S3: 8192, ESP32C3: 8192, ESP32C6: 16384 }
        for (const [chip, bytes] of Object.entries(rtcBytes)) {
            const range = ranges.find(([, , when = ""]) => when === "" || new RegExp(`_${chip}\\b`).test(when))
            const [, count = "9"] = range ?? []
            expect(Number(count) * slot, chip).toBeLessThan(bytes)
        }
        expect(setting).toContain(`${slot} bytes`)
    })

    test.each([
        "boards/partitions.csv",
        ...["http_deep_sleep", "mqtt_deep_sleep", "arduino_client", "esp32_reading"].map(
            (example) => `firmware/examples/${example}/partitions.csv`,
        ),
    ])("%s has room for as many as there can be", (file) => {
        const [, kilobytes] = /^wh_sess, .*, (\d+)K,/m.exec(read(file)) ?? []
        expect(Number(kilobytes) * 1024).toBeGreaterThanOrEqual(most * part)
    })
})
