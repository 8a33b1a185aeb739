// @ts-check
// What the device under test does, second by second: a script of currents and pin levels, whose energies
// are known because the script says them.
import { uniformInt } from "pure-rand/distribution/uniformInt"
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus"
import { steppedUa } from "./readings.mjs"

/** @typedef {{durationMs: number, currentUa: number, levels: number, phase?: string, logLine?: string}} Step */
/** @typedef {{result: "full" | "resumed", durationMs: number, chargeUc: number, phases: Record<string, number>}} Truth */

/** An ESP32-C3 as data sheets have it, roughly: phase, duration, current, the pin that rises at its end. */
const PHASES = /** @type {const} */ ([
    { phase: "boot", durationMs: 30, currentUa: 28_000, bit: 0 },
    { phase: "wifi", durationMs: 120, currentUa: 92_000, bit: 1 },
    { phase: "ip", durationMs: 10, currentUa: 78_000, bit: 2 },
    { phase: "dns", durationMs: 15, currentUa: 80_000, bit: 7 },
    { phase: "tcp", durationMs: 20, currentUa: 81_000, bit: 3 },
    { phase: "tls", durationMs: 60, currentUa: 88_000, bit: 4 },
    { phase: "application", durationMs: 25, currentUa: 84_000, bit: 5 },
    { phase: "closing", durationMs: 10, currentUa: 40_000, bit: null },
])
const FULL_TLS_MS = 300
const RESUMED_BIT = 6
const VDD_MV = 3300

/** Marks begin after ROM and boot loader. */
const BOOT_LOADER_MS = 20

/**
 * Wakes that resume, and every other one is full.
 * @param {{wakes: number, sleepMs: number, sleepUa?: number, scale?: number, jitter?: number, seed?: number,
 *          firstMs?: number}} options `scale` shortens every phase, `jitter` is the share by which they vary
 * @returns {{steps: Step[], truth: Truth[]}}
 */
export function alternatingWakes({ wakes, sleepMs, sleepUa = 8, scale = 1, jitter = 0, seed = 1, firstMs = sleepMs }) {
    const random = xoroshiro128plus(seed)
    const vary = () => 1 + (jitter * uniformInt(random, -1000, 1000)) / 1000
    /** @type {Step[]} */
    const steps = [{ durationMs: firstMs, currentUa: sleepUa, levels: 0, phase: "sleep" }]
    /** @type {Truth[]} */
    const truth = []
    for (let n = 1; n <= wakes; n++) {
        const result = n % 2 === 1 ? "full" : "resumed"
        const one = wake(result, scale, vary)
        const marksUs = marksOf(one.steps, scale)
        const last = one.steps.at(-1)
        if (last !== undefined) last.logLine = logLine(n, result, marksUs)
        steps.push(...one.steps, { durationMs: sleepMs, currentUa: sleepUa, levels: 0, phase: "sleep" })
        truth.push(one.truth)
    }
    return { steps, truth }
}

/** @param {"full" | "resumed"} result @param {number} scale @param {() => number} vary */
function wake(result, scale, vary) {
    /** @type {Step[]} */
    const steps = []
    /** @type {Truth} */
    const truth = { result, durationMs: 0, chargeUc: 0, phases: {} }
    let levels = 0
    for (const { phase, currentUa, bit, ...of } of PHASES) {
        const usual = phase === "tls" && result === "full" ? FULL_TLS_MS : of.durationMs
        // A hundredth of a millisecond is a sample.
        const durationMs = Math.round(100 * usual * scale * vary()) / 100
        steps.push({ durationMs, currentUa, levels, phase })
        const chargeUc = (durationMs * steppedUa(currentUa, VDD_MV)) / 1000
        truth.durationMs += durationMs
        truth.chargeUc += chargeUc
        truth.phases[phase] = chargeUc
        if (bit !== null) levels |= 1 << bit
        if (phase === "tls" && result === "resumed") levels |= 1 << RESUMED_BIT
    }
    return { steps, truth }
}

/** @param {Step[]} steps @param {number} scale */
function marksOf(steps, scale) {
    let atMs = -BOOT_LOADER_MS * scale
    /** @type {Record<string, number>} */
    const marksUs = {}
    for (const { phase, durationMs } of steps) {
        atMs += durationMs
        if (phase !== undefined) marksUs[phase] = Math.max(0, Math.round(1000 * atMs))
    }
    return marksUs
}

/** As firmware/wake/src/wake.c writes it. @param {number} n @param {string} result
 * @param {Record<string, number>} marksUs */
function logLine(n, result, marksUs) {
    const full = result === "full"
    const line = {
        ...{ v: 1, wake: n, cause: "deep-sleep", sleptMs: 1000, forcedFull: full, marksUs },
        connect: {
            ...{ result, reason: full ? "disabled" : "accepted", error: null, alert: -1, wolfsslError: 0 },
            ...{ protocol: "TLS1.3", kind: full ? null : "psk", cipher: "TLS_AES_128_GCM_SHA256", group: "x25519" },
            ...{ handshakeUs: 1000, bytesTx: full ? 259 : 386, bytesRx: full ? 751 : 241, flights: 3 },
            ...{ totalTx: 900, totalRx: 1200, sessionAgeS: full ? null : 60, sessionLifetimeS: full ? 0 : 7200 },
            ...{ stored: "rtc", storeError: null, backoffS: 0 },
        },
    }
    return `warmhello-wake ${JSON.stringify(line)}`
}
