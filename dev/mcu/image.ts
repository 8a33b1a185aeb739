// What the firmware's image is made of, by the linker's map.
import { readFileSync } from "node:fs"

export const components = ["TLS library", "core", "service", "C library", "port and desk"] as const
type Component = (typeof components)[number]

export interface ImageSize {
    /** Code and constants, in bytes. */
    flashBytes: number
    byComponent: Record<Component, number>
    /** The largest object files. */
    files: { file: string; bytes: number }[]
}

function componentOf(path: string): Component {
    if (/lib(warmhello_wolfssl|mbedtls)\.a/.test(path)) return "TLS library"
    if (path.includes("libwarmhello_core.a")) return "core"
    if (path.includes("libwarmhello_service.a")) return "service"
    return /lib(c|gcc|m|semihost)\.a/.test(path) ? "C library" : "port and desk"
}

const fileOf = (path: string): string => /([^/(]+?)(\.obj|\.c\.o|\.o)?\)?$/.exec(path)?.[1] ?? path

/** Where rv32.ld has code, and the data that is copied from there. */
const CODE_FROM = 0x8000_0000
const CODE_TO = 0x8020_0000

export function imageSize(image: string): ImageSize {
    const [, placed = ""] = readFileSync(`${image}.map`, "utf8").split("Linker script and memory map")
    const byComponent = { "TLS library": 0, core: 0, service: 0, "C library": 0, "port and desk": 0 }
    const files = new Map<string, number>()
    for (const match of placed.matchAll(/^ (\.\S+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S+)$/gm)) {
        const [, section = "", at = "", size = "", path = ""] = match
        const bytes = Number.parseInt(size, 16)
        const address = Number.parseInt(at, 16)
        const isCode = address >= CODE_FROM && address < CODE_TO
        if (bytes === 0 || (!isCode && !/^\.s?data/.test(section))) continue
        byComponent[componentOf(path)] += bytes
        files.set(fileOf(path), (files.get(fileOf(path)) ?? 0) + bytes)
    }
    const sorted = [...files].map(([file, bytes]) => ({ file, bytes })).sort((a, b) => b.bytes - a.bytes)
    const flashBytes = Object.values(byComponent).reduce((sum, bytes) => sum + bytes, 0)
    return { flashBytes, byComponent, files: sorted }
}
