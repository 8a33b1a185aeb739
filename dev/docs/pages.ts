// Puts the measured sections into the pages of docs/, between their markers.
import { readFileSync } from "node:fs"
import { WarmhelloError } from "../../ts/base/errors.js"
import { writeWhole } from "../../ts/base/files.js"
import { checkoutPath } from "../../ts/base/paths.js"

export const PERFORMANCE_TABLES = "docs/PERFORMANCE-TABLES.md"
export const MEASURING_PAGE = "docs/MEASURING.md"
export const FIELD_PAGE = "docs/FIELD.md"
export const FLEET_PAGE = "docs/FLEET.md"
export const INTEROP_PAGE = "docs/INTEROP.md"

/** The commands that write a section, each between markers of its own. */
export type SectionOwner =
    | "npm run bench"
    | "npm run bench:store"
    | "npm run bench:service"
    | "npm run bench:mcu"
    | "npm run bench:packets"
    | "npm run field"
    | "npm run interop"
    | "npm run storm"
    | "npm run validate:energy"
    | "npm run generate"

function markers(owner: SectionOwner): { begin: string; end: string } {
    const command = owner === "npm run generate" ? owner : `${owner} -- --write`
    return { begin: `<!-- ${command}: begin -->`, end: `<!-- ${command}: end -->` }
}

export function replaceSection(page: string, section: string, owner: SectionOwner): string | undefined {
    const marker = markers(owner)
    const begin = page.indexOf(marker.begin)
    const end = page.indexOf(marker.end)
    if (begin < 0 || end < begin) return undefined
    return `${page.slice(0, begin + marker.begin.length)}\n\n${section}\n\n${page.slice(end)}`
}

/** The page with this section in its place. */
export function pageWith(file: string, section: string, owner: SectionOwner): string {
    const page = replaceSection(readFileSync(checkoutPath(file), "utf8"), section, owner)
    if (page === undefined) {
        const { begin, end } = markers(owner)
        throw new WarmhelloError("file-unreadable", `${file} has lost its markers: ${begin} and ${end}`)
    }
    return page
}

export function writeSection(file: string, section: string, owner: SectionOwner): void {
    writeWhole(checkoutPath(file), pageWith(file, section, owner))
}
