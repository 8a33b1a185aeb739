// Which way the rooms of the firmware need each other: downwards only. esp32-rooms.test.ts has the rooms within the port.
import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"

const firmware = checkoutPath("firmware")
const files = readdirSync(firmware, { recursive: true, encoding: "utf8" }).filter((name) => /\.(c|cpp|h)$/.test(name))
const headers = files.filter((name) => name.endsWith(".h"))

/** "core/src" is the private part of the core; each port is a room. */
const roomOf = (file: string) => /^(core\/src|port\/\w+|\w+)/.exec(file)?.[0] ?? ""

/** What the files of each room may include, besides those of their own. */
const below: Record<string, string[]> = {
    base: [],
    core: [],
    "core/src": ["base", "core"],
    wake: ["core"],
    service: ["base", "core"],
    // One digest for all, so that only the core needs wolfSSL.
    provision: ["base", "core", "core/src"],
    "port/arduino": ["base", "core", "port/bsd", "port/esp32"],
    "port/bsd": ["core", "core/src"],
    "port/esp_tls": ["core", "port/bsd", "port/esp32"],
    "port/esp32": ["base", "core", "wake", "service", "provision", "port/bsd"],
    // Node and the tools see into records, files and certificates.
    "port/host": ["base", "core", "core/src", "service"],
    "port/linux": ["core"],
    "port/rv32": ["core", "service"],
    examples: ["core", "port/bsd", "port/esp_tls", "port/host", "port/esp32"],
    wolfssl: [],
}

const includes = files.flatMap((file) =>
    [...readFileSync(join(firmware, file), "utf8").matchAll(/^#include "([^"]+)"/gm)].flatMap(([, name = ""]) => {
        const header = headers.find((path) => path.endsWith(`/${name}`)) // or it is of the chip's or of wolfSSL's
        return header === undefined ? [] : [{ file, header }]
    }),
)

test("every room is in the table, and two headers of one name would be taken for each other", () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(below).sort())
    const together = headers.filter((name) => !name.startsWith("examples/")) // each of which is a program by itself
    expect(new Set(together.map((name) => basename(name))).size).toBe(together.length)
})

test("a room includes only what is below it", () => {
    expect(includes.length).toBeGreaterThan(200)
    const upwards = includes.filter(
        ({ file, header }) => roomOf(header) !== roomOf(file) && !below[roomOf(file)]?.includes(roomOf(header)),
    )
    expect(upwards).toEqual([])
})

test("no header includes itself through others", () => {
    const reachedFrom = (header: string, seen = new Set<string>()): Set<string> => {
        for (const next of includes.filter(({ file }) => file === header).map(({ header: included }) => included)) {
            if (seen.has(next)) continue
            seen.add(next)
            reachedFrom(next, seen)
        }
        return seen
    }
    expect(headers.filter((header) => reachedFrom(header).has(header))).toEqual([])
})
