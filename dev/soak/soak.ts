// Many wakes while everything goes wrong that may: lives of devices, one after the other or some at a time.
import { Random } from "../../ts/base/random.js"
import { TaskProcess } from "../task-process.js"
import type { LifeOptions } from "./life.js"
import { noResult, type SoakResult, sumOf } from "./result.js"

export interface SoakOptions {
    program: Uint8Array
    cycles: number
    seed: number
    /** Processes at a time. */
    jobs: number
    /** After each wake; `known` adds up all so far. */
    onWake: (wakes: number, known: () => SoakResult) => void
    /** Ends it early: the result is what is known by then. */
    signal?: AbortSignal | undefined
}

/** What a process is told to run. */
export type LifeTask = Pick<LifeOptions, "program" | "wakes" | "seed">

/** A device lives that long, some years; then another one begins anew. */
const LIFE_WAKES = 5000
const MAX_SEED = 2 ** 31 - 1

interface Life {
    wakes: number
    seed: number
    result: SoakResult
}

/** The first life has the seed itself, so that a short run replays its beginning; the others' come from it. */
function lives({ cycles, seed, jobs }: SoakOptions): Life[] {
    const random = new Random(seed)
    const most = Math.min(LIFE_WAKES, Math.ceil(cycles / jobs))
    return Array.from({ length: Math.ceil(cycles / most) }, (_, index) => ({
        wakes: Math.min(most, cycles - index * most),
        seed: index === 0 ? seed : random.between(0, MAX_SEED),
        result: noResult(),
    }))
}

/** Resolves when the signal aborts. */
const aborted = (signal: AbortSignal) =>
    new Promise<void>((done) => signal.addEventListener("abort", () => done(), { once: true }))

async function runAll(rest: Life[], options: SoakOptions, told: () => void): Promise<void> {
    const { program, jobs } = options
    const failure = new AbortController()
    const signal = AbortSignal.any([failure.signal, ...(options.signal === undefined ? [] : [options.signal])])
    const ended = aborted(signal)
    const work = async (): Promise<void> => {
        using job = new TaskProcess<LifeTask, SoakResult>(new URL("./soak-process.js", import.meta.url))
        for (let life = rest.shift(); life !== undefined && !signal.aborted; life = rest.shift()) {
            const { wakes, seed } = life
            const its = life
            const run = job.run({ program, wakes, seed }, (result) => {
                its.result = result
                told()
            })
            await Promise.race([run, ended])
            run.catch(() => {}) // after an abort nobody waits for it
        }
    }
    const endAll = (error: unknown): never => {
        failure.abort()
        throw error
    }
    await Promise.all(Array.from({ length: jobs }, () => work().catch(endAll)))
}

export async function soak(options: SoakOptions): Promise<SoakResult> {
    const all = lives(options)
    const known = () => sumOf(all.map(({ result }) => result))
    const told = () =>
        options.onWake(
            all.reduce((sum, { result }) => sum + result.wakes, 0),
            known,
        )
    await runAll([...all], options, told)
    return known()
}
