// Many cases, each in one of some processes, under AddressSanitizer. A process that ends takes its case along and nothing
// else: another one goes on.
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { WarmhelloError } from "../../ts/base/errors.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { TaskProcess } from "../task-process.js"
import { cases, type HostileCase } from "./cases.js"
import { type CaseResult, type Counter, type HostileResult, resultOf } from "./result.js"

/** What a process is told to run. */
export interface CaseTask {
    name: string
}

export interface HostileOptions {
    /** Processes at a time. */
    jobs: number
    onCase?: (result: CaseResult) => void
    signal?: AbortSignal | undefined
}

/** In reality; a case takes a fraction of a second. */
const HANGS_AFTER_MS = 30_000

const LIBRARY = checkoutPath("build/asan/libwarmhello.so")

/** LeakSanitizer finds nothing in Node: leaks are found by the count of all memory that the core and wolfSSL hold. */
function environment(): NodeJS.ProcessEnv {
    if (!existsSync(LIBRARY)) {
        throw new WarmhelloError(
            "file-unreadable",
            `there is no ${LIBRARY}: npm run setup -- --c-tests libwarmhello.so`,
        )
    }
    const asan = execFileSync("gcc", ["-print-file-name=libasan.so"], { encoding: "utf8" }).trim()
    return { ...process.env, LD_PRELOAD: asan, ASAN_OPTIONS: "detect_leaks=0", WARMHELLO_LIBRARY: LIBRARY }
}

/** One that did not come back. */
function lost({ name, group }: HostileCase, counter: Counter, what: string, startedMs: number): CaseResult {
    return { name, group, findings: [{ counter, what }], peakBytes: 0, durationMs: performance.now() - startedMs }
}

const startRunner = (env: NodeJS.ProcessEnv) =>
    new TaskProcess<CaseTask, CaseResult>(new URL("./hostile-process.js", import.meta.url), { env })

type Runner = ReturnType<typeof startRunner>

/** Its result, and whether the process can go on. */
async function runIn(runner: Runner, one: HostileCase): Promise<{ result: CaseResult; isAlive: boolean }> {
    const startedMs = performance.now()
    let timer: NodeJS.Timeout | undefined
    const hangs = new Promise<"hangs">((late) => {
        timer = setTimeout(() => late("hangs"), HANGS_AFTER_MS)
    })
    try {
        const ended = await Promise.race([runner.run({ name: one.name }), hangs])
        if (ended !== "hangs") return { result: ended, isAlive: true }
        runner.endNow()
        return { result: lost(one, "hung", `no end after ${HANGS_AFTER_MS} ms`, startedMs), isAlive: false }
    } catch (error) {
        const what = `${error instanceof Error ? error.message : error} ${runner.errorOutput}`.trim()
        return { result: lost(one, "crashed", what, startedMs), isAlive: false }
    } finally {
        clearTimeout(timer)
    }
}

export async function hostile(chosen: readonly HostileCase[], options: HostileOptions): Promise<HostileResult> {
    const env = environment()
    const waiting = [...chosen]
    const results: CaseResult[] = []
    const isOver = () => waiting.length === 0 || options.signal?.aborted === true
    /** Until all is done, or it ends. */
    const workIn = async (runner: Runner): Promise<void> => {
        for (let isAlive = true; isAlive && !isOver(); ) {
            const one = waiting.shift()
            if (one === undefined) return
            const ran = await runIn(runner, one)
            isAlive = ran.isAlive
            results.push(ran.result)
            options.onCase?.(ran.result)
        }
    }
    const work = async (): Promise<void> => {
        while (!isOver()) {
            using runner = startRunner(env)
            await workIn(runner)
        }
    }
    await Promise.all(Array.from({ length: Math.min(options.jobs, chosen.length) }, work))
    return resultOf(results)
}

/** Those with this text in their name or group. */
export const choose = (only: string): HostileCase[] =>
    cases.filter(({ name, group }) => name.includes(only) || group.includes(only))
