// Puts the doubles of Espressif's programs on PATH, as `esptool` and `espefuse`.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { checkoutPath } from "#warmhello/base/paths.js"

export const DOUBLE_PORT = "/dev/ttyDouble"

/** A folder for PATH with these programs in it. */
export function folderOfDoubles(folder: string, names: ("esptool" | "espefuse" | "esptool.py")[]): string {
    const bin = join(folder, names.join("-"))
    mkdirSync(bin)
    for (const name of names) {
        const script = checkoutPath(`test/support/espressif/${name.replace(".py", "")}.mjs`)
        writeFileSync(join(bin, name), `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`, { mode: 0o755 })
    }
    return bin
}

export const pathWith = (bin: string) => `${bin}${delimiter}${process.env.PATH}`

/** What a double was called with, call by call. */
export function callsOf(file: string): string[][] {
    if (!existsSync(`${file}.log`)) return []
    const lines = readFileSync(`${file}.log`, "utf8").trim().split("\n")
    return lines.map((line) => JSON.parse(line))
}
