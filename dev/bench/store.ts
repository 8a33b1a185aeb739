// `npm run bench:store`: what keeping the session costs in instructions and in flash.

import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { kinds } from "../../ts/base/outcome.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { checkSimulation, type FlashLives, simulateLives } from "./flash-life.js"
import { measureStoreCosts, type VisitCost } from "./store-costs.js"

export interface StoreFigures {
    costs: VisitCost[]
    lives: FlashLives
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
    const valgrind = execFileSync("valgrind", ["--version"], { encoding: "utf8" }).trim()
    return { costs, lives, valgrind }
}
