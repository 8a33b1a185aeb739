// A partition table as ESP-IDF reads it from CSV, and what is wrong with one.

export interface Partition {
    name: string
    type: string
    subType: string
    offset: number
    size: number
    flags: string[]
}

/** The bootloader's, and the table's own sector at 0x8000. */
const FIRST_OFFSET = 0x9000
const SECTOR = 0x1000
const APP_ALIGNMENT = 0x10000

function bytes(text: string): number {
    const [, digits = "", unit = ""] = /^(0x[0-9a-f]+|\d+)([KM]?)$/i.exec(text) ?? []
    return Number(digits) * ({ K: 1024, M: 1024 * 1024 }[unit.toUpperCase()] ?? 1)
}

export function parsePartitions(csv: string): Partition[] {
    return csv
        .split("\n")
        .filter((line) => line.trim() !== "" && !line.startsWith("#"))
        .map((line) => {
            const [name = "", type = "", subType = "", offset = "", size = "", flags = ""] = line
                .split(",")
                .map((cell) => cell.trim())
            return {
                name,
                type,
                subType,
                offset: bytes(offset),
                size: bytes(size),
                flags: flags.split(":").filter(Boolean),
            }
        })
}

function problemsOf({ name, type, offset, size }: Partition, flashSize: number): string[] {
    const problems: string[] = []
    const alignment = type === "app" ? APP_ALIGNMENT : SECTOR
    if (!(size > 0)) problems.push(`${name} has no size`)
    if (offset < FIRST_OFFSET) problems.push(`${name} lies over the bootloader or the table`)
    if (offset % alignment !== 0) problems.push(`${name} does not begin at a multiple of ${alignment}`)
    if (size % SECTOR !== 0) problems.push(`${name} does not end with a sector`)
    if (offset + size > flashSize) problems.push(`${name} ends beyond the flash`)
    return problems
}

export function partitionProblems(table: readonly Partition[], flashSize: number): string[] {
    const problems = table.flatMap((partition) => problemsOf(partition, flashSize))
    const inOrder = table.toSorted((a, b) => a.offset - b.offset)
    for (const [index, next] of inOrder.entries()) {
        const last = inOrder[index - 1]
        if (last !== undefined && last.offset + last.size > next.offset)
            problems.push(`${last.name} overlaps ${next.name}`)
        if (table.filter(({ name }) => name === next.name).length > 1) problems.push(`there are two of ${next.name}`)
    }
    return problems
}
