// What the firmware's image is made of, by the linker's map.
import { readFileSync } from "node:fs"

export const components = ["TLS library", "core", "service", "C library", "port and desk"] as const
type Component = (typeof components)[number]

export interface ImageSize {
    /** Code and constants, in bytes. */
    flashBytes: number
    byComponent: Record<Component, number>
    /** What each source file of the core has in it; the largest first. */
    core: CoreFile[]
}

interface CoreFile {
    file: string
    keepsSessions: boolean
    flashBytes: number
    /** Variables, with and without a value at start. */
    ramBytes: number
}

/** What keeps a session from wake to wake. The rest of the core is the TLS client around wolfSSL, and its words. */
const keepingFiles = new Set(
    [
        ...["binding", "clock", "crc32", "flash_copy", "flash_io", "journal", "opened", "peers"],
        ...["pin", "policy", "record", "resumption", "rtc", "session", "slots", "store", "wolfssl_build"],
    ].map((name) => `${name}.c`),
)

/** Bytes of the core, of its part that keeps sessions, and its variables. */
export function coreTotals({ core }: ImageSize) {
    const sum = (of: (one: CoreFile) => number) => core.reduce((total, one) => total + of(one), 0)
    return {
        all: sum(({ flashBytes }) => flashBytes),
        keepsSessions: sum(({ keepsSessions, flashBytes }) => (keepsSessions ? flashBytes : 0)),
        ram: sum(({ ramBytes }) => ramBytes),
    }
}

function componentOf(path: string): Component {
    if (/lib(warmhello_wolfssl|mbedtls|bearssl|picotls)\.a/.test(path)) return "TLS library"
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
    const core = new Map<string, CoreFile>()
    for (const match of placed.matchAll(/^ (\.\S+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S+)$/gm)) {
        const [, section = "", at = "", size = "", path = ""] = match
        const bytes = Number.parseInt(size, 16)
        const address = Number.parseInt(at, 16)
        const isCode = address >= CODE_FROM && address < CODE_TO
        const component = componentOf(path)
        const inFlash = isCode || /^\.s?data/.test(section) ? bytes : 0
        byComponent[component] += inFlash
        if (component !== "core") continue
        const file = fileOf(path)
        const one = core.get(file) ?? { file, keepsSessions: keepingFiles.has(file), flashBytes: 0, ramBytes: 0 }
        one.flashBytes += inFlash
        if (/^\.s?(data|bss)/.test(section)) one.ramBytes += bytes
        core.set(file, one)
    }
    const flashBytes = Object.values(byComponent).reduce((sum, bytes) => sum + bytes, 0)
    return { flashBytes, byComponent, core: [...core.values()].sort((a, b) => b.flashBytes - a.flashBytes) }
}
