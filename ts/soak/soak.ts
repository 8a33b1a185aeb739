// Wakes in the simulator while everything goes wrong that may. A wake may fail only because of what
// was done to its connection, never because a session was kept.
import { hasTls } from "../core/outcome.js"
import * as platform from "../core/platform.js"
import type { ErrorCode } from "../errors.js"
import { Board, type WakeReport } from "../sim/board.js"
import { TemporaryFolder } from "../temporary.js"
import { boardFaults, type Place, planLine } from "./faults.js"
import { Random } from "./random.js"
import { World } from "./world.js"

export interface SoakOptions {
    program: Uint8Array
    cycles: number
    seed: number
    onWake: (wakes: number) => void
    signal?: AbortSignal
}

export interface SoakResult {
    wakes: number
    resumed: number
    full: number
    /** Wakes that resumption made fail. The promise is 0. */
    failed: number
    /** Wakes that failed by what the line did, as they would have without a session. */
    broken: number
    /** Requests that arrived, and those that the app was told had not. */
    requests: number
    reasons: Record<string, number>
    faults: Record<string, number>
    failures: string[]
    seed: number
}

/** The first attempt with a session may take half of it. */
const CONNECT_TIMEOUT_MS = 2000
/** An app whose answer never comes waits for ever. */
const WAKE_TIMEOUT_MS = 5000

/** The server's certificate does not hold: it has chosen a full handshake already, so another would end the same. */
const verdicts: readonly (ErrorCode | undefined)[] = [
    ...(["untrusted", "wrong-name", "bad-certificate", "certificate-expired", "certificate-not-yet-valid"] as const),
]

class Soak {
    readonly #options: SoakOptions
    readonly result: SoakResult

    constructor(options: SoakOptions) {
        this.#options = options
        this.result = {
            ...{ wakes: 0, resumed: 0, full: 0, failed: 0, broken: 0, requests: 0 },
            ...{ reasons: {}, faults: {}, failures: [], seed: options.seed },
        }
    }

    async wake(place: Place): Promise<void> {
        const { random, world } = place
        const happened = await this.#sleep(place)
        const plan = planLine(random)
        world.site.line.clear()
        world.site.line.plan(plan)
        using board = new Board({
            program: this.#options.program,
            client: world.client(),
            server: { host: "127.0.0.1", port: world.site.line.port },
            connectTimeoutMs: CONNECT_TIMEOUT_MS,
            wakeTimeoutMs: WAKE_TIMEOUT_MS,
            hasService: false,
            onConsole: () => {},
        })
        const report = await board.wake(false)
        const requests = await world.site.server.takeRequests()
        this.#judge(report, requests, plan.length > 0, [...happened, ...plan.map((step) => JSON.stringify(step))])
        platform.cutFlash(0)
        platform.setWallClockKnown(true)
    }

    async #sleep(place: Place): Promise<string[]> {
        const { random, world } = place
        await world.sleep(random.between(1, 1200) * 1000)
        const happened = boardFaults.filter(({ every }) => random.once(every))
        for (const { name, happen } of happened) {
            this.#count(this.result.faults, name)
            await happen(place)
        }
        return happened.map(({ name }) => name)
    }

    #judge(report: WakeReport, requests: number, lineBroken: boolean, happened: string[]): void {
        const { result } = this
        result.wakes++
        result.requests += requests
        const connect = report.connects[0]
        const outcome = connect?.socket.outcome
        if (hasTls(outcome)) this.#count(result.reasons, outcome.reason)
        const works = connect?.opened === true && connect.error === undefined && report.error === undefined
        const attempts = connect?.socket.attempts ?? 0
        if (works && requests === 1) {
            if (outcome?.result === "resumed") result.resumed++
            else result.full++
            return
        }
        // After a second attempt over a sound line, or with none broken, nothing excuses a failure; nor does a broken
        // line after a session was offered excuse that there was no second attempt.
        const inFull = outcome?.kind === null || verdicts.includes(connect?.error?.code)
        if (lineBroken && attempts === 1 && requests <= 1 && (connect?.opened === true || inFull)) {
            result.broken++
            return
        }
        result.failed++
        const what = { wake: result.wakes, error: connect?.error?.code, attempts, requests, opened: connect?.opened }
        result.failures.push(JSON.stringify({ ...what, appError: report.error?.code, happened, outcome }))
    }

    #count(table: Record<string, number>, name: string): void {
        table[name] = (table[name] ?? 0) + 1
    }
}

export async function soak(options: SoakOptions): Promise<SoakResult> {
    using folder = new TemporaryFolder("soak")
    const flashFile = folder.file("flash.bin")
    try {
        const run = new Soak(options)
        const random = new Random(options.seed)
        platform.restartWithFlash(flashFile)
        using world = await World.create()
        for (let n = 1; n <= options.cycles; n++) {
            options.signal?.throwIfAborted()
            await run.wake({ random, world, flashFile })
            options.onWake(n)
        }
        return run.result
    } finally {
        platform.restartWithFlash(undefined)
    }
}
