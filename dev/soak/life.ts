// The life of one device in a soak test: wakes while everything goes wrong that may. A wake may fail only because of what
// was done to its connection, never because a session was kept.

import type { ErrorCode } from "../../ts/base/errors.js"
import { hasTls, type Outcome } from "../../ts/base/outcome.js"
import { Random } from "../../ts/base/random.js"
import { TemporaryFolder } from "../../ts/base/temporary.js"
import * as platform from "../../ts/core/platform.js"
import { SimulatedDevice } from "../../ts/sim/simulated-device.js"
import { House } from "../field/house.js"
import { bareWake } from "../field/wake.js"
import type { Step } from "../network/fault-proxy.js"
import { boardFaults, type Place, planLine } from "./faults.js"
import { type Counts, count, noResult, type SoakResult } from "./result.js"
import { Stretch } from "./stretch.js"

export interface LifeOptions {
    /** The app's, as bytecode. */
    program: Uint8Array
    wakes: number
    seed: number
    /** After each wake, with all so far. */
    onWake: (result: SoakResult) => void
}

/** Long enough for a busy machine. Where it is known that nothing more comes it is not waited for. */
const CONNECT_TIMEOUT_MS = 10_000
/** An app whose answer never comes waits for ever. */
const WAKE_TIMEOUT_MS = 2 * CONNECT_TIMEOUT_MS
/** One wake in so many is that of the app; a virtual machine takes as long as several wakes. */
const APP_EVERY = 20

/** The server's certificate does not hold: it has chosen a full handshake already, so another would end the same. */
const verdicts: readonly (ErrorCode | undefined)[] = [
    ...(["untrusted", "wrong-name", "bad-certificate", "certificate-expired", "certificate-not-yet-valid"] as const),
]

/** The most second connections in so many wakes at a server that breaks off each resumption: after two breaks the device
 * rests for 8 connects, then for twice as many, up to 128. */
export function mostExtras(wakes: number): number {
    let extras = 0
    for (let wake = 2; wake <= wakes; extras++) {
        wake += 1 + (extras < 1 ? 0 : Math.min(8 << (extras - 1), 128))
    }
    return extras
}

/** What one wake came to. */
interface Wake {
    works: boolean
    opened: boolean
    attempts: number
    outcome: Outcome | undefined
    error: ErrorCode | undefined
    appError: ErrorCode | undefined
}

/** What the sample app asks for. */
const APP_PATH = "/readings"

type Server = Parameters<typeof bareWake>[1]

async function wakeOfApp(program: Uint8Array, stretch: Stretch, { connectTimeoutMs, ...server }: Server) {
    using device = new SimulatedDevice({
        ...{ program, client: stretch.client, server, connectTimeoutMs, wakeTimeoutMs: WAKE_TIMEOUT_MS },
        hasService: false,
        onConsole: () => {},
    })
    const report = await device.wake(false)
    const connect = report.connects[0]
    const { attempts = 0, outcome } = connect?.socket ?? {}
    const opened = connect?.opened === true
    const works = opened && connect.error === undefined && report.error === undefined
    return { works, opened, attempts, outcome, error: connect?.error?.code, appError: report.error?.code }
}

async function bare(path: string, stretch: Stretch, server: Server) {
    const { answered, ...wake } = await bareWake(stretch.client, server, path)
    return { ...wake, works: answered, appError: undefined }
}

class Life {
    readonly result = noResult()
    /** How often each path was asked for. The request of a wake that has failed may arrive while the next one is on. */
    readonly #requests: Counts = {}
    #hasFlash = true

    constructor(
        readonly options: LifeOptions,
        readonly house: House,
        readonly random: Random,
        readonly flashFile: string,
    ) {
        platform.restartWithFlash(flashFile)
    }

    /** What the next stretch's device has. */
    #begin({ column, house, knowsTime }: Stretch): void {
        if (column.hasFlash !== this.#hasFlash) {
            this.#hasFlash = column.hasFlash
            platform.restartWithFlash(column.hasFlash ? this.flashFile : undefined)
            platform.jumpWallClock(Math.round(house.timeSkip.skippedMs / 1000))
        }
        platform.setWallClockKnown(knowsTime)
    }

    get #isOver(): boolean {
        return this.result.wakes >= this.options.wakes
    }

    async run(): Promise<void> {
        while (!this.#isOver) {
            using stretch = await Stretch.open(this.house, this.random)
            this.#begin(stretch)
            await this.#live(stretch)
        }
    }

    /** All wakes of a stretch. */
    async #live(stretch: Stretch): Promise<void> {
        const { result, options } = this
        const extrasBefore = result.extraConnects
        let n = 0
        while (n < stretch.wakes && !this.#isOver) {
            await this.#wake(stretch, ++n)
            options.onWake(result)
        }
        const extras = result.extraConnects - extrasBefore
        if (stretch.isCalm && extras > mostExtras(n)) {
            result.excesses++
            this.#tell(stretch, n, { extras, most: mostExtras(n) })
        }
    }

    async #wake(stretch: Stretch, n: number): Promise<void> {
        const { random } = this
        const { site, row } = stretch
        const happened = await this.#sleep(stretch, n)
        await site.beforeWake?.(n)
        const elsewhere = site.elsewhere?.(n)
        const isLost = row.isLost?.(n) === true
        const plan = stretch.isCalm || elsewhere !== undefined ? [] : planLine(random, site.server === undefined)
        for (const { fault } of plan) count(this.result.faults, `line: ${fault.do}`)
        stretch.line.clear()
        stretch.line.plan(plan)
        const port = plan.length > 0 ? stretch.line.port : site.port
        const wake = await this.#connect(stretch, n, elsewhere ?? { host: "127.0.0.1", port })
        this.#judge(stretch, n, wake, isLost, plan, happened)
        platform.cutFlash(0)
        platform.setWallClockKnown(stretch.knowsTime)
    }

    /** The sleep before wake `n`, and what happens in it. */
    async #sleep(stretch: Stretch, n: number): Promise<string[]> {
        const { random } = this
        const { powerLossEvery } = stretch.column
        await stretch.sleep(random.between(1, 2 * stretch.usualSleepS) * 1000)
        if (powerLossEvery > 0 && n % powerLossEvery === 0) {
            count(this.result.faults, "power is lost by a timer")
            stretch.losePower()
        }
        if (stretch.isCalm) return []
        const happened: string[] = []
        const place: Place = { random, stretch, flashFile: this.#hasFlash ? this.flashFile : undefined }
        for (const { name, happen } of boardFaults.filter(({ every }) => random.once(every))) {
            if (!(await happen(place))) continue
            count(this.result.faults, name)
            happened.push(name)
        }
        return happened
    }

    async #connect(stretch: Stretch, n: number, server: { host: string; port: number }): Promise<Wake> {
        const { result, options } = this
        const isApp = stretch.site.server !== undefined && this.random.once(APP_EVERY)
        if (isApp) {
            result.appWakes++
            await this.#takeRequests(stretch, n) // what an earlier wake of the app has left behind
        }
        const path = isApp ? APP_PATH : `/${result.wakes + 1}`
        const before = this.#times(path)
        using _ = stretch.watchSilence()
        const to = { ...server, connectTimeoutMs: CONNECT_TIMEOUT_MS }
        const wake = await (isApp ? wakeOfApp(options.program, stretch, to) : bare(path, stretch, to))
        await this.#takeRequests(stretch, n)
        const times = this.#times(path) - before
        if (isApp && times > 1) this.#tellRepeat(stretch, n, path)
        return { ...wake, works: wake.works && (times > 0 || stretch.site.server === undefined) }
    }

    #times(path: string): number {
        return this.#requests[path] ?? 0
    }

    /** Takes in what has come to the built-in server: of a bare wake one request at most, also when it comes late. */
    async #takeRequests(stretch: Stretch, n: number): Promise<void> {
        for (const path of (await stretch.site.server?.takeRequests()) ?? []) {
            this.result.requests++
            count(this.#requests, path)
            if (path !== APP_PATH && this.#times(path) > 1) this.#tellRepeat(stretch, n, path)
        }
    }

    #tellRepeat(stretch: Stretch, n: number, path: string): void {
        this.result.repeats++
        this.#tell(stretch, n, { repeated: path })
    }

    #judge(stretch: Stretch, n: number, wake: Wake, isLost: boolean, plan: Step[], happened: string[]): void {
        const { result } = this
        const { outcome, attempts, opened, error } = wake
        result.wakes++
        result.connects += attempts
        if (!isLost && plan.length === 0) result.extraConnects += Math.max(0, attempts - 1)
        count(result.places, stretch.row.name)
        count(result.devices, stretch.column.what)
        count(result.settings, stretch.setting.name)
        if (hasTls(outcome)) count(result.reasons, outcome.reason)
        // After a second attempt over a sound line, or with none broken, nothing excuses a failure; nor does a broken
        // line after a session was offered excuse that there was no second attempt.
        const inFull = outcome?.kind === null || verdicts.includes(error)
        const isBroken = plan.length > 0 && attempts === 1 && (opened || inFull)
        if (wake.works) {
            if (outcome?.result === "resumed") result.resumed++
            else result.full++
        } else if (isLost) {
            result.lost++
        } else if (isBroken) {
            result.broken++
        } else {
            result.failed++
            this.#tell(stretch, n, { ...wake, plan, happened })
        }
    }

    #tell({ row, column, setting, isCalm }: Stretch, n: number, what: object): void {
        const { result, options } = this
        const where = { row: row.name, column: column.name, setting: setting.name, isCalm, n }
        result.failures.push(JSON.stringify({ seed: options.seed, wake: result.wakes, ...where, ...what }))
    }
}

export async function live(options: LifeOptions): Promise<SoakResult> {
    using folder = new TemporaryFolder("soak")
    using house = await House.open()
    try {
        const life = new Life(options, house, new Random(options.seed), folder.file("flash.bin"))
        await life.run()
        return life.result
    } finally {
        platform.restartWithFlash(undefined)
    }
}
