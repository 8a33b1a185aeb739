// The size of the portable core on rv32imc, without wolfSSL and without a C library.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { WarmhelloError } from "../../ts/base/errors.js"
import { findInPath } from "../../ts/base/find-program.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { execute } from "./callgrind.js"

const TOOLS = "riscv64-unknown-elf"
const SOURCES = ["firmware/base", "firmware/core/src"]
const HEADERS = "firmware/core/include/warmhello"

const machineFlags = ["-march=rv32imc", "-mabi=ilp32"]
const compileFlags = ["-Os", "-std=gnu11", "-DNDEBUG", "-ffunction-sections", "-fdata-sections"]
/** What we recommend on top: functions share the code that saves and restores registers. ESP-IDF's name for it
 * is COMPILER_SAVE_RESTORE_LIBCALLS. */
const firmwareFlag = "-msave-restore"
/** Optimisation of the core as a whole, when it is linked. */
const linkTimeFlag = "-flto"

/** What keeps a session from wake to wake. The rest of the core is the TLS client around wolfSSL, and its words. */
const keepingFiles = new Set([
    ...["binding", "clock", "crc32", "flash_copy", "flash_io", "journal", "opened", "pin"],
    ...["policy", "record", "resumption", "rtc", "session", "store", "wolfssl_build"],
])

export interface Size {
    code: number
    constants: number
    /** Variables, with and without a value at start. */
    ram: number
}

interface FileSize {
    file: string
    keeping: boolean
    /** The object file, as compiled. */
    object: Size
    /** What of it is in an image with all functions for connections and sessions. */
    linked: Size
}

export interface CoreSize {
    compiler: string
    flags: string
    files: FileSize[]
    /** All object files. Calls take 8 bytes there, until the linker knows how far they go. */
    objects: Size
    /** An image that also tells outcomes and errors in words and JSON. */
    withWords: Size
    /** One that does not. */
    linked: Size
    /** The part of it that keeps sessions. */
    keeping: Size
    /** The same image without -msave-restore, and its part that keeps sessions. */
    plain: { linked: Size; keeping: Size }
    /** The same image, optimised as a whole when it is linked. */
    linkTime: Size
}

export const limits = { codeBytes: 12 * 1024, ramBytes: 1024 }

const none: Size = { code: 0, constants: 0, ram: 0 }

const add = (a: Size, b: Size): Size => ({
    code: a.code + b.code,
    constants: a.constants + b.constants,
    ram: a.ram + b.ram,
})

const total = (sizes: Size[]): Size => sizes.reduce(add, none)

export const flashBytes = (size: Size): number => size.code + size.constants

function sizeOf(section: string, bytes: number): Size {
    if (/^\.text/.test(section)) return { ...none, code: bytes }
    if (/^\.s?rodata/.test(section)) return { ...none, constants: bytes }
    if (/^\.s?(data|bss)/.test(section)) return { ...none, ram: bytes }
    return none
}

export function canMeasureSize(): boolean {
    return findInPath(`${TOOLS}-gcc`) !== undefined
}

// ---- The image's entrances ---------------------------------------------------------------------------

/** What wolfSSL calls, by user_settings.h and by itself. */
const hooks = [
    ...["LowResTimer", "TimeNowInMilliseconds", "wh_wolfssl_seed", "wh_wolfssl_time"],
    "wh_wolfssl_validate_date",
]

/** The functions that a public header declares. */
function declaredIn(header: string): string[] {
    const text = readFileSync(checkoutPath(join(HEADERS, header)), "utf8")
    return [...text.matchAll(/^(?:WH_MUST_CHECK )?\w[\w ]*[ *](wh_\w+)\(/gm)].flatMap(([, name]) => name ?? [])
}

const connectionRoots = () => [
    ...hooks,
    ...["client.h", "connect.h", "platform.h"].flatMap(declaredIn),
    "wh_store_forget",
]
const wordRoots = () => ["outcome.h", "errors.h"].flatMap(declaredIn)

// ---- Compiling and linking ---------------------------------------------------------------------------------

function tool(name: string, args: string[], signal: AbortSignal | undefined): Promise<string> {
    return execute(`${TOOLS}-${name}`, `${TOOLS}-${name}`, args, signal)
}

function wolfsslFolder(): string {
    const version = readFileSync(checkoutPath("firmware/wolfssl/VERSION"), "utf8").trim()
    return process.env.WOLFSSL_DIR ?? checkoutPath(`build/wolfssl-${version}`)
}

async function compileAll(folder: string, extra: string[], signal: AbortSignal | undefined): Promise<string[]> {
    mkdirSync(folder, { recursive: true })
    const sources = SOURCES.flatMap((from) => readdirSync(checkoutPath(from)).map((name) => join(from, name))).filter(
        (path) => path.endsWith(".c"),
    )
    const objects: string[] = []
    for (const source of sources) {
        const object = join(folder, `${basename(source, ".c")}.o`)
        await tool(
            "gcc",
            [
                ...[...machineFlags, ...compileFlags, ...extra, "--specs=picolibc.specs", "-DWOLFSSL_USER_SETTINGS"],
                ...["firmware/base", "firmware/core/include", "firmware/wolfssl"].flatMap((path) => [
                    "-I",
                    checkoutPath(path),
                ]),
                ...["-isystem", wolfsslFolder(), "-c", checkoutPath(source), "-o", object],
            ],
            signal,
        )
        objects.push(object)
    }
    return objects
}

async function objectSize(object: string, signal: AbortSignal | undefined): Promise<Size> {
    const listing = await tool("size", ["-A", object], signal)
    const sections = [...listing.matchAll(/^(\.\S+)\s+(\d+)/gm)]
    return total(sections.map(([, name, bytes]) => sizeOf(name ?? "", Number(bytes))))
}

interface Linking {
    objects: string[]
    roots: string[]
    flags: string[]
    folder: string
    name: string
    signal: AbortSignal | undefined
}

/** Links an image in which what no object defines is unknown. Returns the paths of the image and of the linker's map. */
async function link(linking: Linking, objects: string[]): Promise<{ image: string; map: string }> {
    const { roots, flags, folder, name, signal } = linking
    const [image, map] = [join(folder, `${name}.elf`), join(folder, `${name}.map`)]
    const linker = [
        ...["--gc-sections", "--unresolved-symbols=ignore-all", "-e,0", `-Map=${map}`],
        ...roots.map((root) => `--undefined=${root}`),
    ]
    const args = [...machineFlags, ...flags, "-nostdlib", ...linker.map((flag) => `-Wl,${flag}`)]
    await tool("gcc", [...args, ...objects, "-o", image], signal)
    return { image, map }
}

/** An object with an empty function for everything that the image lacks: wolfSSL, the C library, the compiler's own. */
async function makeOutside(linking: Linking, image: string): Promise<string> {
    const missing = (await tool("nm", ["-u", image], linking.signal)).split(/\s+/).filter((word) => word.length > 1)
    const [source, object] = ["s", "o"].map((end) => join(linking.folder, `outside.${end}`)) as [string, string]
    const lines = missing.map((name) => `.globl ${name}\n.type ${name}, @function\n${name}: nop\n`)
    // Not so near that calls of 2 bytes reach it.
    writeFileSync(source, `.section .text.outside, "ax"\n.skip 4096\n${lines.join("")}`)
    await tool("gcc", [...machineFlags, "-c", source, "-o", object], linking.signal)
    return object
}

/**
 * Links an image twice, the second time with what it lacked nearby, so that calls there take 4 bytes as in a firmware of
 * less than a megabyte, and reads from the linker's map what each file has in it.
 */
async function linkedSizes(linking: Linking): Promise<Map<string, Size>> {
    const first = await link(linking, linking.objects)
    const outside = await makeOutside(linking, first.image)
    const { map } = await link(linking, [...linking.objects, outside])
    const [, placed = ""] = readFileSync(map, "utf8").split("Linker script and memory map")
    const sizes = new Map<string, Size>()
    for (const match of placed.matchAll(/^ (\.\S+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+\S*?(\w+)\.o$/gm)) {
        const [, section = "", bytes = "0", file = ""] = match
        if (file !== "outside") {
            sizes.set(file, add(sizes.get(file) ?? none, sizeOf(section, Number.parseInt(bytes, 16))))
        }
    }
    return sizes
}

const keepingPart = (sizes: Map<string, Size>): Size =>
    total([...sizes].filter(([file]) => keepingFiles.has(file)).map(([, size]) => size))

export async function measureCoreSize(signal?: AbortSignal): Promise<CoreSize> {
    const root = checkoutPath("build/rv32-size")
    if (!canMeasureSize()) throw new WarmhelloError("bench-not-ready", `${TOOLS}-gcc is not installed`)
    const build = async (name: string, flags: string[]) => {
        const folder = join(root, name)
        const objects = await compileAll(folder, flags, signal)
        return { objects, roots: connectionRoots(), flags: ["-Os", ...flags], folder, name: "linked", signal }
    }
    rmSync(root, { recursive: true, force: true })
    const recommended = await build("recommended", [firmwareFlag])
    const linked = await linkedSizes(recommended)
    const withWords = await linkedSizes({
        ...recommended,
        roots: [...connectionRoots(), ...wordRoots()],
        name: "with-words",
    })
    const files: FileSize[] = []
    for (const object of recommended.objects) {
        const file = basename(object, ".o")
        const sizes = { object: await objectSize(object, signal), linked: linked.get(file) ?? none }
        files.push({ file, keeping: keepingFiles.has(file), ...sizes })
    }
    const plain = await linkedSizes(await build("plain", []))
    const linkTime = await linkedSizes(await build("link-time", [firmwareFlag, linkTimeFlag]))
    return {
        compiler: (await tool("gcc", ["--version"], signal)).split("\n")[0] ?? "",
        flags: [...machineFlags, ...compileFlags, firmwareFlag].join(" "),
        files,
        objects: total(files.map((one) => one.object)),
        withWords: total([...withWords.values()]),
        linked: total([...linked.values()]),
        keeping: keepingPart(linked),
        plain: { linked: total([...plain.values()]), keeping: keepingPart(plain) },
        linkTime: total([...linkTime.values()]),
    }
}
