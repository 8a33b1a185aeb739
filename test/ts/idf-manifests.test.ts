// Our manifests, shown to ESP-IDF's component manager: to the one that PlatformIO's espressif32 6.3.2 builds with, and to the newest.
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { hasPython, managers, pythonProgram } from "../../dev/setup/python.mjs"
import { skipped } from "../support/needs.js"
import { temporaryFolder } from "../support/temporary-folder.js"

const folder = temporaryFolder()

const manifests = ["firmware/idf_component.yml", "firmware/port/esp32/devicescript/idf_component.yml"].map(checkoutPath)
const both = ["oldest", "newest"] as const
type Which = (typeof both)[number]
const chips = ["esp32", "esp32c3", "esp32s2", "esp32s3"]

/** What it says against them, "" for nothing. */
function refusal(which: Which, files: readonly string[], chip: string): string {
    const { status, stderr, error } = spawnSync(
        pythonProgram(managers[which], "python"),
        [checkoutPath("test/idf/managers/validate.py"), ...files.map(dirname)],
        { encoding: "utf8", env: { ...process.env, IDF_TARGET: chip, IDF_VERSION: "5.0.2" } },
    )
    if (error !== undefined) throw error
    return status === 0 ? "" : stderr
}

/** The first manifest with something else in it. */
function changed(part: string, to: string): string[] {
    const [manifest = ""] = manifests
    const text = readFileSync(manifest, "utf8")
    expect(text).toContain(part)
    const file = join(folder, "idf_component.yml")
    writeFileSync(file, text.replace(part, to))
    return [file]
}

const missing = both.filter((which) => !hasPython(managers[which]))
if (missing.length > 0) skipped("there are no component managers of ESP-IDF (npm run setup -- --ci)")

describe.skipIf(missing.length > 0)("ESP-IDF's component manager", () => {
    test.each(both.flatMap((which) => chips.map((chip) => [which, chip] as const)))(
        "the %s one takes our manifests, for the %s",
        (which, chip) => {
            expect(refusal(which, manifests, chip)).toBe("")
        },
    )

    test("the oldest one would refuse a key that it does not know", () => {
        const files = changed("version:", "license: MIT\nversion:")
        expect(refusal("oldest", files, "esp32c3")).toContain("Unknown keys: license")
    })

    test.each(both)("the %s one would refuse a version that is none", (which) => {
        expect(refusal(which, changed(">=5.0.2,<6.2", "5.0 or so"), "esp32c3")).toMatch(/manifest/i)
    })
})
