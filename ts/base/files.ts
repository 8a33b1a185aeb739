// How files that people name are read and written: nothing waits for ever, and what is written is there whole or not at
// all.
import {
    accessSync,
    chmodSync,
    chownSync,
    closeSync,
    constants,
    existsSync,
    fstatSync,
    lstatSync,
    mkdirSync,
    openSync,
    readlinkSync,
    readSync,
    realpathSync,
    renameSync,
    rmSync,
    type Stats,
    statSync,
    writeFileSync,
    writeSync,
} from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { WarmhelloError } from "./errors.js"

/** No file that a person names is larger: a dump of a whole flash chip has 32 MB. */
const MOST_BYTES = 64 << 20
/** How long the other end of a pipe may be silent, or absent. */
const PATIENCE_MS = 10_000
const PAUSE_MS = 10
const PIECE_BYTES = 1 << 16

const asleep = new Int32Array(new SharedArrayBuffer(4))

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

/** What to do about it, where that is not the path or its permissions. */
function hintFor(cause: unknown): { hint?: string } {
    const code = codeOf(cause)
    if (code === "ENOSPC" || code === "EDQUOT") return { hint: "There is no room left: free some, or write elsewhere." }
    if (code === "EROFS") return { hint: "Name a folder that can be written to." }
    return {}
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** The one error of a file that cannot be read. `cause` is an exception, or the reason in words. */
export function unreadable(path: string, cause: unknown): WarmhelloError {
    return new WarmhelloError("file-unreadable", `cannot read ${path}: ${reasonOf(cause)}`, { cause })
}

/** And that of a file that cannot be written. */
export function unwritable(path: string, cause: unknown): WarmhelloError {
    return new WarmhelloError("file-unwritable", `cannot write ${path}: ${reasonOf(cause)}`, {
        cause,
        ...hintFor(cause),
    })
}

/** Moves bytes through a descriptor that does not block; `move` gives how many, undefined for none yet. Undefined after
 * too long a silence. */
function patiently(move: () => number | undefined): number | undefined {
    for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; ) {
        try {
            const moved = move()
            if (moved !== undefined) return moved
        } catch (error) {
            if (codeOf(error) !== "EAGAIN") throw error
        }
        Atomics.wait(asleep, 0, 0, PAUSE_MS)
    }
    return undefined
}

// ---- Reading ---------------------------------------------------------------------------------------

/** `maybeLater`: what is empty may only not have been written yet. */
function readAll(file: number, maybeLater: boolean): Buffer {
    const pieces: Buffer[] = []
    for (let size = 0; ; ) {
        const piece = Buffer.allocUnsafe(PIECE_BYTES)
        const length = patiently(() => readSync(file, piece) || (maybeLater && size === 0 ? undefined : 0))
        if (length === undefined) throw new Error(`nothing has come through it for ${PATIENCE_MS / 1000} s`)
        if (length === 0) return Buffer.concat(pieces)
        pieces.push(piece.subarray(0, length))
        size += length
        if (size > MOST_BYTES) throw new Error(`it has no end, or is larger than ${MOST_BYTES >> 20} MB`)
    }
}

/** What kind of thing is there. Throws `file-unreadable`. */
export function statsOf(path: string): Stats {
    try {
        return statSync(path)
    } catch (cause) {
        throw unreadable(path, cause)
    }
}

/** All of a file, of a pipe, or of what else can be read to its end. Throws `file-unreadable`. */
export function readFile(path: string): Buffer {
    let file: number | undefined
    try {
        // Otherwise a pipe would not be open before somebody opens it for writing, and nobody may.
        file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
        return readAll(file, fstatSync(file).isFIFO() && targetOf(path).kind !== "descriptor")
    } catch (cause) {
        throw unreadable(path, cause)
    } finally {
        if (file !== undefined) closeSync(file)
    }
}

// ---- Writing ---------------------------------------------------------------------------------------

type Target =
    /** An open descriptor of this process, such as /dev/stdout. */
    | { kind: "descriptor"; descriptor: number }
    /** A pipe, a device: written to as it is. */
    | { kind: "stream"; path: string; stats: Stats }
    /** A file, or the place of one. Links have been followed. */
    | { kind: "file"; path: string; stats: Stats | undefined }

const DESCRIPTOR = new RegExp(`^/proc/(?:self|${process.pid})/(?:task/\\d+/)?fd/(\\d+)$`)
const MOST_LINKS = 40

function folderOf(path: string): string {
    const folder = dirname(path)
    if (!existsSync(folder)) throw new Error(`there is no ${folder}`)
    return realpathSync(folder)
}

/** What a path stands for. Links are followed by hand: one to /dev/stdout is the descriptor, not the file behind it. */
function targetOf(path: string, links = 0): Target {
    if (links > MOST_LINKS) throw new Error("too many symbolic links")
    const whole = join(folderOf(path), basename(resolve(path)))
    const descriptor = DESCRIPTOR.exec(whole)?.[1]
    if (descriptor !== undefined) return { kind: "descriptor", descriptor: Number(descriptor) }
    const stats = lstatSync(whole, { throwIfNoEntry: false })
    if (stats?.isSymbolicLink()) return targetOf(resolve(dirname(whole), readlinkSync(whole)), links + 1)
    if (stats?.isDirectory()) throw new Error("it is a folder")
    if (stats === undefined || stats.isFile()) return { kind: "file", path: whole, stats }
    return { kind: "stream", path: whole, stats }
}

/** Beside the target, so that it can be renamed; as short as a name may have to be. */
const partOf = (path: string): string => join(dirname(path), `.warmhello-${process.pid}.part`)

/** In such a folder only the file itself can be written to. */
const closedFolder = (error: unknown): boolean => ["EACCES", "EPERM", "EROFS"].includes(codeOf(error) ?? "")

/** Throws `file-unwritable` where writing could not succeed, and changes nothing: no run for nothing. */
export function checkWritable(path: string): void {
    try {
        const target = targetOf(path)
        if (target.kind === "descriptor") fstatSync(target.descriptor)
        else if (target.stats !== undefined) accessSync(target.path, constants.W_OK)
        else tryFolder(target.path)
    } catch (cause) {
        throw unwritable(path, cause)
    }
}

function tryFolder(path: string): void {
    const part = partOf(path)
    closeSync(openSync(part, "w"))
    rmSync(part)
}

/** Makes the folder and those above it, where there are none. Node's own `recursive` never comes back where no folder can
 * be made, as in /proc. Throws `file-unwritable`. */
export function makeFolder(path: string, mode = 0o777): void {
    const whole = resolve(path)
    if (!existsSync(dirname(whole))) makeFolder(dirname(whole), mode)
    try {
        mkdirSync(whole, { mode })
    } catch (error) {
        if (!existsSync(whole)) throw unwritable(whole, error)
        if (!statSync(whole).isDirectory()) throw unwritable(whole, new Error("it is no folder"))
    }
}

/** Text as UTF-8. */
export const asBytes = (contents: string | Buffer): Buffer =>
    typeof contents === "string" ? Buffer.from(contents) : contents

/** The file with these contents in place of what it held; a failure leaves that as it was, or no file where there was
 * none. A new file gets `mode`, another one keeps its own. Pipes and devices are written to as they are. Throws
 * `file-unwritable`. */
export function writeWhole(path: string, contents: string | Buffer, mode = 0o666): void {
    const bytes = asBytes(contents)
    try {
        const target = targetOf(path)
        if (target.kind === "descriptor") writeAll(target.descriptor, bytes)
        else if (target.kind === "stream") writeStream(target.path, target.stats, bytes)
        else replace(target.path, target.stats, bytes, mode)
    } catch (cause) {
        throw unwritable(path, cause)
    }
}

function replace(path: string, stats: Stats | undefined, bytes: Buffer, mode: number): void {
    if (stats !== undefined) accessSync(path, constants.W_OK) // a rename does not ask
    const part = partOf(path)
    try {
        writeFileSync(part, bytes, { mode: stats === undefined ? mode : 0o600 })
        if (stats !== undefined) takeAfter(part, stats)
        renameSync(part, path)
    } catch (error) {
        rmSync(part, { force: true })
        // Also a file that was mounted by itself.
        if (stats !== undefined && (closedFolder(error) || codeOf(error) === "EBUSY")) writeFileSync(path, bytes)
        else throw error
    }
}

function takeAfter(part: string, { uid, gid, mode }: Stats): void {
    const made = statSync(part)
    if (made.uid !== uid || made.gid !== gid) chownSync(part, uid, gid)
    chmodSync(part, mode & 0o7777)
}

function writeStream(path: string, stats: Stats, bytes: Buffer): void {
    const file = openStream(path, stats.isFIFO())
    try {
        writeAll(file, bytes)
    } finally {
        closeSync(file)
    }
}

/** A pipe is not open before somebody reads from it, and nobody may come. */
function openStream(path: string, isPipe: boolean): number {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK
    for (const deadline = performance.now() + PATIENCE_MS; ; ) {
        try {
            return openSync(path, flags)
        } catch (error) {
            if (!isPipe || codeOf(error) !== "ENXIO") throw error
            if (performance.now() > deadline) throw new Error("nobody reads from this pipe")
            Atomics.wait(asleep, 0, 0, PAUSE_MS)
        }
    }
}

function writeAll(file: number, bytes: Buffer): void {
    for (let done = 0; done < bytes.length; ) {
        const moved = patiently(() => writeSync(file, bytes, done))
        if (moved === undefined) throw new Error(`nobody has read from it for ${PATIENCE_MS / 1000} s`)
        done += moved
    }
}
