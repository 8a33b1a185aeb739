// A million samples on a thousand pixels: the least, the greatest and the mean of what falls on each, so that
// no peak gets lost.

export interface Blocks {
    startS: number
    blockMs: number
    meanUa: Float32Array
    minUa: Float32Array
    maxUa: Float32Array
}

export interface Columns {
    timeS: number[]
    meanUa: number[]
    minUa: number[]
    maxUa: number[]
}

interface Extent {
    least: number
    greatest: number
    sum: number
}

function extentOf({ meanUa, minUa, maxUa }: Blocks, begin: number, end: number): Extent {
    let least = Number.POSITIVE_INFINITY
    let greatest = Number.NEGATIVE_INFINITY
    let sum = 0
    for (let index = begin; index < end; index++) {
        const [low, high] = [minUa[index] as number, maxUa[index] as number]
        if (low < least) least = low
        if (high > greatest) greatest = high
        sum += meanUa[index] as number
    }
    return { least, greatest, sum }
}

/** What lies from `fromS` to `toS`, on at most `columns` points. */
export function decimate(blocks: Blocks, fromS: number, toS: number, columns: number): Columns {
    const { startS, blockMs, meanUa } = blocks
    const indexOf = (timeS: number) => ((timeS - startS) * 1000) / blockMs
    const begin = Math.max(0, Math.floor(indexOf(fromS)))
    const end = Math.min(meanUa.length, Math.ceil(indexOf(toS)))
    const width = Math.max(1, Math.ceil((end - begin) / Math.max(1, columns)))
    const result: Columns = { timeS: [], meanUa: [], minUa: [], maxUa: [] }
    for (let index = begin; index < end; index += width) {
        const next = Math.min(end, index + width)
        const { least, greatest, sum } = extentOf(blocks, index, next)
        result.timeS.push(startS + (((index + next) / 2) * blockMs) / 1000)
        result.minUa.push(least)
        result.maxUa.push(greatest)
        result.meanUa.push(sum / (next - index))
    }
    return result
}
