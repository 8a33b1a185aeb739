// The simulated machine under the core: its RTC slot and its clocks. One per process, because
// wolfSSL's hooks are global.
import { WarmhelloError } from "../errors.js"
import { native } from "./library.js"

/** Deep sleep that takes no time: both clocks go forward, the RTC slot stays. */
export function sleep(durationMs: number): void {
    native().hostSleep(Math.round(durationMs * 1000))
}

/** Loss of power: the RTC slot holds noise and the elapsed clock starts at 0. */
export function losePower(): void {
    native().hostLosePower()
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
