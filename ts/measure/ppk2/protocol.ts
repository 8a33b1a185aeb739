// The serial protocol of Nordic's Power Profiler Kit II, as far as measuring needs it.
import { WarmhelloError } from "../../base/errors.js"

export const SAMPLE_RATE_HZ = 100_000
export const SAMPLE_STEP_US = 1_000_000 / SAMPLE_RATE_HZ
export const SAMPLE_BYTES = 4
/** USB ids, by which it is found among the ports. */
export const USB_VENDOR = "1915"
export const USB_PRODUCT = "c00a"
export const BAUD_RATE = 115_200

const Command = {
    averageStart: 0x06,
    averageStop: 0x07,
    deviceRunning: 0x0c,
    regulator: 0x0d,
    powerMode: 0x11,
    metadata: 0x19,
} as const

/** In ampere mode the device has a supply of its own; in source mode the PPK2 is the supply. */
export type MeterMode = "ampere" | "source"

const modeBytes: Record<MeterMode, number> = { ampere: 1, source: 2 }

export const LEAST_MV = 800
export const MOST_MV = 5000

export function checkVoltage(voltageMv: number): void {
    if (voltageMv >= LEAST_MV && voltageMv <= MOST_MV) return
    throw new WarmhelloError("bad-option", `a PPK2 takes ${LEAST_MV} to ${MOST_MV} mV, not ${voltageMv}`)
}

export const startMeasuring = (): Uint8Array => Uint8Array.of(Command.averageStart)
export const stopMeasuring = (): Uint8Array => Uint8Array.of(Command.averageStop)
export const askMetadata = (): Uint8Array => Uint8Array.of(Command.metadata)
export const setMode = (mode: MeterMode): Uint8Array => Uint8Array.of(Command.powerMode, modeBytes[mode])
export const switchDevice = (on: boolean): Uint8Array => Uint8Array.of(Command.deviceRunning, on ? 1 : 0)
export const setVoltage = (voltageMv: number): Uint8Array =>
    Uint8Array.of(Command.regulator, voltageMv >> 8, voltageMv & 0xff)
