// @ts-check
// What a PPK2 would read of a current: a range, and steps of its converter. Written from the formula, not
// from the driver, so that each checks the other.

const VOLTS_PER_STEP = 1.8 / 163_840

/** A calibration in which no factor is the standard one. */
const calibration = {
    R: [1029.5, 101.9, 10.11, 0.951, 0.0442],
    GS: [1.02, 0.98, 1.01, 1, 0.97],
    GI: [0.998, 1.003, 1.001, 0.997, 1.004],
    O: [111.2, 98.4, 120.7, 105.3, 99.9],
    S: [1e-8, -2e-8, 3e-8, 1e-7, 2e-7],
    I: [-2e-8, 1e-8, 4e-8, -3e-7, 1e-6],
    UG: [1, 1.01, 1, 0.99, 1],
}

export function metadataText() {
    const lines = ["Calibrated: 0"]
    for (const [key, values] of Object.entries(calibration)) {
        for (const [range, value] of values.entries()) lines.push(`${key}${range}: ${value.toPrecision(7)}`)
    }
    return `${lines.join("\n")}\nVDD: 3000\nHW: 10002\nmode: 1\nIA: 60\nEND\n`
}

/** Where the PPK2 goes to the next range, in µA. */
const TOPS = [45, 450, 4500, 55_000, Number.POSITIVE_INFINITY]

/** @param {number} currentUa */
export const rangeFor = (currentUa) => TOPS.findIndex((top) => currentUa < top)

/** @param {number[]} values @param {number} range */
const at = (values, range) => Number((values[range] ?? 0).toPrecision(7))

/** The current of a reading. @param {number} range @param {number} adc @param {number} vddMv */
export function currentOf(range, adc, vddMv) {
    const c = calibration
    const x = (4 * adc - at(c.O, range)) * (VOLTS_PER_STEP / at(c.R, range))
    const inner = x * (at(c.GS, range) * x + at(c.GI, range)) + at(c.S, range) * (vddMv / 1000) + at(c.I, range)
    return 1e6 * at(c.UG, range) * inner
}

/** The reading that comes closest: the formula rises, so halving finds it.
 * @param {number} currentUa @param {number} vddMv @param {number} [range] */
export function readingFor(currentUa, vddMv, range = rangeFor(currentUa)) {
    let low = 0
    let high = 0x3fff
    while (low < high) {
        const middle = (low + high) >> 1
        if (currentOf(range, middle, vddMv) < currentUa) low = middle + 1
        else high = middle
    }
    return { range, adc: low }
}

/** The current that the reading for this one stands for: a step in the highest range is 1 mA.
 * @param {number} currentUa @param {number} vddMv */
export function steppedUa(currentUa, vddMv) {
    const { range, adc } = readingFor(currentUa, vddMv)
    return currentOf(range, adc, vddMv)
}

/** @param {{range: number, adc: number}} reading @param {number} counter @param {number} levels */
export const wordOf = ({ range, adc }, counter, levels) =>
    ((adc & 0x3fff) | (range << 14) | ((counter & 63) << 18) | (levels << 24)) >>> 0
