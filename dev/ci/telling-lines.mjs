// @ts-check
import { stripVTControlCharacters } from "node:util"

const END = 80

/**
 * What of a failed stage's output tells why: each line that names a failure, of vitest, of CTest and cmocka, of sanitizers or of
 * ours, and then the end of it all.
 * @param {string} output
 */
export function tellingLines(output) {
    const lines = stripVTControlCharacters(output).trimEnd().split("\n")
    const end = lines.slice(-END)
    const named = lines
        .slice(0, -END)
        .filter((line) => /^\s*(?:FAIL|×|\[ {2}FAILED)|\*\*\*Failed|^ERROR|runtime error:|AssertionError:/.test(line))
    return [...new Set(named), ...(named.length > 0 ? ["..."] : []), ...end].join("\n")
}
