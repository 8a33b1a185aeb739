// The simulated machine under the core: its RTC slot and its clocks. One per process, because
// wolfSSL's hooks are global.
import { randomBytes } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { WarmhelloError } from "../errors.js"
import { errorWord, native } from "./library.js"

const KEY_SIZE = 32

/** The key that a board has in its eFuse; here it is in a file beside the flash's. */
function deviceKey(file: string): Buffer {
    if (!existsSync(file)) writeFileSync(file, randomBytes(KEY_SIZE), { mode: 0o600 })
    return readFileSync(file)
}

export function setDeviceKey(key: Buffer): void {
    if (key.length !== KEY_SIZE) {
        throw new WarmhelloError("file-unreadable", `a device's key has ${KEY_SIZE} bytes, not ${key.length}`)
    }
    native().hostSetKey(key)
}

/** Starts the machine again with flash in this file, which is made if it does not exist. Without a file it has no
 * flash: a loss of power then loses the session. */
export function restartWithFlash(file: string | undefined): void {
    if (file !== undefined) setDeviceKey(deviceKey(`${file}.key`))
    native().hostStop()
    const result: number = native().hostStart(file ?? null)
    if (result === 0) return
    native().hostStart(null)
    throw new WarmhelloError("file-unreadable", `${file} cannot be used as flash: ${errorWord(result)}`)
}

/** Whether the board knows the time of day. */
export function setWallClockKnown(known: boolean): void {
    native().hostSetWallKnown(known)
}

/** Moves the wall clock alone, as a first answer of SNTP does. */
export function jumpWallClock(seconds: number): void {
    native().hostJumpWall(seconds)
}

/** Flash's supply breaks down in the nth write from now, until the next call; 0 for a sound supply. */
export function cutFlash(nthWrite: number): void {
    native().flashFileCut(nthWrite)
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
