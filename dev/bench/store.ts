// `npm run bench:store`: what keeping the session costs in instructions, in flash and in code.

import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { kinds } from "../../ts/base/outcome.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { type CoreSize, measureCoreSize } from "./core-size.js"
import { checkSimulation, type FlashLives, simulateLives } from "./flash-life.js"
import { measureStoreCosts, type VisitCost } from "./store-costs.js"

export interface StoreFigures {
    costs: VisitCost[]
    lives: FlashLives
    size: CoreSize
    valgrind: string
}

export interface StoreOptions {
    onStep?: (what: string) => void
    signal?: AbortSignal
}

export async function benchStore({ onStep, signal }: StoreOptions): Promise<StoreFigures> {
    const costs: VisitCost[] = []
    for (const kind of kinds) {
        onStep?.(`counting ${kind}`)
        costs.push(...(await measureStoreCosts(kind, checkoutPath(join("build/bench/callgrind-store", kind)), signal)))
    }
    onStep?.("simulating flash")
    await checkSimulation(signal)
    const lives = await simulateLives(signal)
    onStep?.("compiling for rv32imc")
    const size = await measureCoreSize(signal)
    const valgrind = execFileSync("valgrind", ["--version"], { encoding: "utf8" }).trim()
    return { costs, lives, size, valgrind }
}
