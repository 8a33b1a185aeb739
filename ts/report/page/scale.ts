// Ticks at numbers that people read.
const steps = [1, 2, 5, 10]

export function linearTicks(least: number, most: number, count: number): number[] {
    const rough = (most - least) / count
    const size = 10 ** Math.floor(Math.log10(rough))
    const step = (steps.find((one) => one * size >= rough) ?? 10) * size
    const ticks: number[] = []
    for (let tick = Math.ceil(least / step) * step; tick <= most; tick += step) ticks.push(tick)
    return ticks
}
