// A stretch of a soak test: many wakes of one device with one server, a row and a column of the field matrix, under one
// policy.

import type { Random } from "../../ts/base/random.js"
import type { ClientOptions, Policy } from "../../ts/core/client.js"
import * as platform from "../../ts/core/platform.js"
import { type Column, columns } from "../field/columns.js"
import type { House } from "../field/house.js"
import { type Row, rows, type Site } from "../field/rows.js"
import { clientOptions } from "../field/wake.js"
import { FaultProxy } from "../network/fault-proxy.js"
import { watchSilence } from "../network/silence.js"

interface Setting {
    name: string
    policy: Policy
}

const trust = (losses: number): Setting => ({
    name: `trusted after ${losses} losses of power`,
    policy: { trustAfterPowerLoss: losses },
})

const settings: readonly [Setting, ...Setting[]] = [
    ...([trust(0), trust(1), trust(3), trust(255)] as const),
    { name: "a ticket may be used again", policy: { reuse: "when-not-renewed" } },
    { name: "both, after 3 losses", policy: { reuse: "when-not-renewed", trustAfterPowerLoss: 3 } },
    { name: "the extended master secret may be missing", policy: { withoutExtendedMasterSecret: true } },
    { name: "pinned", policy: { pinned: true } },
]

const asItIs: Setting = { name: "as it is", policy: {} }

/** Of a stretch, in wakes: some as long as it takes to see the longest rests. */
const LENGTHS = [10, 20, 40, 40, 80, 300] as const

/** Another port in its settings makes it another peer, though the same server is there. */
const OTHER_PORT = 1

const DEFAULT_SLEEP_S = 600

/** Whoever gives tickets here sends them before the answer, so that a longer wait would be in vain. */
const TICKET_WAIT_MS = 20

export class Stretch implements Disposable {
    #isOther = false
    /** By how much the wall clock is wrong. */
    #clockErrorS = 0

    private constructor(
        readonly house: House,
        readonly row: Row,
        readonly column: Column,
        readonly setting: Setting,
        /** Nothing happens but what the row and the column do. */
        readonly isCalm: boolean,
        readonly wakes: number,
        /** The device learns the time in each wake. */
        readonly knowsTime: boolean,
        readonly site: Site,
        readonly line: FaultProxy,
    ) {}

    static async open(house: House, random: Random): Promise<Stretch> {
        const row = random.pick(rows as readonly [Row, ...Row[]])
        const concerned = columns.filter(({ device }) => row.excludes?.(device) === undefined)
        const column = random.pick(concerned as [Column, ...Column[]])
        const site = await row.start(house, column.device)
        const chosen = random.once(2) ? random.pick(settings) : asItIs
        const isRefused = chosen.policy.withoutExtendedMasterSecret === true && site.identity !== undefined
        return new Stretch(
            ...([house, row, column, isRefused ? asItIs : chosen] as const),
            ...([random.once(4), random.pick(LENGTHS), column.powerLossEvery === 0 || random.once(2)] as const),
            ...([site, await FaultProxy.start(site.port)] as const),
        )
    }

    get client(): ClientOptions {
        const policy = { ticketWaitMs: TICKET_WAIT_MS, ...this.column.policy, ...this.setting.policy }
        const options = clientOptions(this.site, this.column.device, policy)
        // The server's authority may have changed.
        const ca = this.site.server?.ca ?? options.ca
        return { ...options, ca, port: options.port + (this.#isOther ? OTHER_PORT : 0) }
    }

    /** From now on it is another peer, or the first one again. */
    changePeer(): void {
        this.#isOther = !this.#isOther
    }

    /** The wall clock tells another time, at most an hour from the right one. */
    jumpClock(random: Random): void {
        const errorS = random.between(-3600, 3600)
        platform.jumpWallClock(errorS - this.#clockErrorS)
        this.#clockErrorS = errorS
    }

    get usualSleepS(): number {
        return this.row.sleepS ?? DEFAULT_SLEEP_S
    }

    /** The years of a long run pass: the server renews its certificate in time. */
    async sleep(durationMs: number): Promise<void> {
        this.house.timeSkip.skip(durationMs)
        platform.sleep(durationMs)
        await this.house.server.renewWhenDue()
    }

    losePower(): void {
        platform.losePower()
        platform.setWallClockKnown(false)
    }

    /** Nothing more comes on the device's connection from this port. */
    #isMute(port: number): boolean {
        const carried = this.line.from(port)
        if (carried === undefined) return this.site.isMute?.(port) === true
        return carried.isMute || this.site.isMute?.(carried.upstreamPort) === true
    }

    /** What nothing comes of is not waited for, by either side's clock. */
    watchSilence(): Disposable {
        return watchSilence(
            (port) => this.#isMute(port),
            (durationMs) => this.house.timeSkip.skip(durationMs),
        )
    }

    [Symbol.dispose](): void {
        platform.jumpWallClock(-this.#clockErrorS)
        this.line[Symbol.dispose]()
        this.site[Symbol.dispose]()
    }
}
