// The simulated device under the core: its RTC slot and its clocks. One per process, since the simulator
// needs no more.
import { randomBytes } from "node:crypto"
import { closeSync, existsSync, openSync, rmSync, statSync } from "node:fs"
import { WarmhelloError } from "../base/errors.js"
import { readFile, unwritable, writeWhole } from "../base/files.js"
import { errorWord, native } from "./library.js"

const KEY_SIZE = 32
/** That of firmware/port/host/include/warmhello/flash_file.h. */
const FLASH_FILE_SIZE = 4 * 4096

export function setDeviceKey(key: Buffer): void {
    if (key.length !== KEY_SIZE) {
        throw new WarmhelloError("file-unreadable", `a device's key has ${KEY_SIZE} bytes, not ${key.length}`)
    }
    native().hostSetKey(key)
}

/** Starts the machine again with flash in this file, which is made if it does not exist. Without a file it has no
 * flash: a loss of power then loses the session. The key that a board has in its eFuse is in a file beside it. */
export function restartWithFlash(file: string | undefined): void {
    const keyFile = `${file}.key`
    const newKey = file === undefined || existsSync(keyFile) ? undefined : randomBytes(KEY_SIZE)
    const isNew = file !== undefined && !existsSync(file)
    if (file !== undefined) setDeviceKey(newKey ?? readFile(keyFile))
    native().hostStop()
    const result: number = native().hostStart(file ?? null)
    if (file === undefined) return
    try {
        if (result !== 0) throw (isNew ? unmadeFlash : unusableFlash)(file, errorWord(result))
        if (newKey !== undefined) writeWhole(keyFile, newKey, 0o600) // last: flash that cannot be used gets none
    } catch (error) {
        native().hostStop()
        native().hostStart(null)
        throw error
    }
}

/** The core has begun it, and had no room: the system tells why, and nothing is left. */
function unmadeFlash(file: string, word: string): WarmhelloError {
    rmSync(file, { force: true })
    try {
        writeWhole(file, Buffer.alloc(FLASH_FILE_SIZE))
    } catch (error) {
        if (error instanceof WarmhelloError) return error
    }
    rmSync(file, { force: true })
    return unwritable(file, word)
}

function unusableFlash(file: string, word: string): WarmhelloError {
    try {
        closeSync(openSync(file, "r+"))
    } catch (cause) {
        const code = existsSync(file) ? "file-unreadable" : "file-unwritable"
        return new WarmhelloError(code, `cannot use ${file} as flash: ${(cause as Error).message}`, { cause })
    }
    if (statSync(file).size === FLASH_FILE_SIZE) {
        return new WarmhelloError("file-unreadable", `cannot use ${file} as flash: ${word}`)
    }
    const advice = "Name a path where there is no file yet, and one is made."
    return new WarmhelloError(
        "file-unreadable",
        `${file} is no flash: it must have ${FLASH_FILE_SIZE} bytes, in 4 sectors. ${advice}`,
    )
}

/** Whether the board knows the time of day. */
export function setWallClockKnown(known: boolean): void {
    native().hostSetWallKnown(known)
}

/** Moves the wall clock alone, as a first answer of SNTP does. */
export function jumpWallClock(seconds: number): void {
    native().hostJumpWall(seconds)
}

/** This machine's time; where that is before the day on which warmhello was built, that day. The core believes no earlier
 * one either. */
export function plausibleNowMs(): number {
    return Math.max(Date.now(), builtAtMs())
}

/** When warmhello was built: a moment that has certainly passed. */
export function builtAtMs(): number {
    return native().hostBuiltS() * 1000
}

/** Flash's supply breaks down in the nth write from now, until the next call; 0 for a sound supply. */
export function cutFlash(nthWrite: number): void {
    native().flashFileCut(nthWrite)
}

/** How many program and erase operations flash was asked for since the machine was started; 0 without flash. */
export function flashOperations(): number {
    return native().flashFileOperations()
}

/** Deep sleep that takes no time: both clocks go forward, the RTC slot stays. */
export function sleep(durationMs: number): void {
    native().hostSleep(Math.round(durationMs * 1000))
}

/** Loss of power: the RTC slot holds noise and the elapsed clock starts at 0. */
export function losePower(): void {
    native().hostLosePower()
}

/** wh_tiers of outcome.h, in its order. */
const tiers = [null, "rtc", "flash", "both"] as const

/** Where a session is that the next connect can offer. */
export function storedTiers(): (typeof tiers)[number] {
    return tiers[native().storeTiers()] ?? null
}

/** The RTC slot and its clock, to go on in another process. */
export function saveState(): Buffer {
    const state = Buffer.alloc(native().hostStateSize())
    checkState(native().hostSaveState(state, state.length))
    return state
}

export function loadState(state: Buffer): void {
    checkState(native().hostLoadState(state, state.length))
}

function checkState(result: number): void {
    if (result === 0) return
    throw new WarmhelloError("argument", `the board's state must have ${native().hostStateSize()} bytes`)
}
