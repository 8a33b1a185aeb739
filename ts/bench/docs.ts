// Puts the measured section into docs/PERFORMANCE.md, between its markers.
import { readFileSync, writeFileSync } from "node:fs"
import { checkoutPath } from "../core/paths.js"
import { WarmhelloError } from "../errors.js"

export const PERFORMANCE_PAGE = "docs/PERFORMANCE.md"

const BEGIN = "<!-- npm run bench -- --write: begin -->"
const END = "<!-- npm run bench -- --write: end -->"

export function replaceSection(page: string, section: string): string | undefined {
    const begin = page.indexOf(BEGIN)
    const end = page.indexOf(END)
    if (begin < 0 || end < begin) return undefined
    return `${page.slice(0, begin + BEGIN.length)}\n\n${section}\n\n${page.slice(end)}`
}

export function writePerformancePage(section: string): void {
    const path = checkoutPath(PERFORMANCE_PAGE)
    const page = replaceSection(readFileSync(path, "utf8"), section)
    if (page === undefined) {
        throw new WarmhelloError("file-unreadable", `${PERFORMANCE_PAGE} has lost its markers: ${BEGIN} and ${END}`)
    }
    writeFileSync(path, page)
}
