// One entry of the field matrix: ten wakes of one device with one server, by the core over real TCP.

import type { ErrorCode } from "../../ts/base/errors.js"
import { hasTls, type Outcome } from "../../ts/base/outcome.js"
import type { ClientOptions } from "../../ts/core/client.js"
import * as platform from "../../ts/core/platform.js"
import type { Column } from "./columns.js"
import type { House } from "./house.js"
import { type Row, WAKES } from "./rows.js"
import { bareWake, clientOptions } from "./wake.js"

/** The attempt with a session is joined by one without at half of the deadline. */
const CONNECT_TIMEOUT_MS = 2000
const SLEEP_S = 600

export interface FieldWake {
    /** The server's answer came. */
    works: boolean
    /** TCP connections that were tried. */
    connects: number
    result: Outcome["result"]
    reason: Outcome["reason"] | undefined
    protocol: Outcome["protocol"]
    stored: Outcome["stored"]
    storeError: Outcome["storeError"]
    error: ErrorCode | undefined
    /** Program and erase operations. */
    flashOperations: number
}

/** Ten wakes. */
export interface Life {
    connects: number
    /** Connections that opened by a full handshake, and by resumption. */
    full: number
    resumed: number
    flashOperations: number
    wakes: FieldWake[]
}

async function wake(options: ClientOptions, server: { host: string; port: number }): Promise<FieldWake> {
    const flashBefore = platform.flashOperations()
    const { opened, answered, attempts, outcome, error } = await bareWake(options, {
        ...server,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
    })
    return {
        works: answered,
        connects: attempts,
        result: opened ? (outcome?.result ?? "failed") : "failed",
        reason: hasTls(outcome) ? outcome.reason : undefined,
        protocol: outcome?.protocol ?? null,
        stored: outcome?.stored ?? null,
        storeError: outcome?.storeError ?? null,
        error,
        flashOperations: platform.flashOperations() - flashBefore,
    }
}

/** The sleep before wake `n`. */
function sleep(house: House, { sleepS = SLEEP_S }: Row, { powerLossEvery }: Column, n: number): void {
    house.timeSkip.skip(sleepS * 1000)
    platform.sleep(sleepS * 1000)
    if (powerLossEvery > 0 && (n - 1) % powerLossEvery === 0) platform.losePower()
}

/** `disabled`: the device never offers a session. */
export async function runEntry(
    house: House,
    row: Row,
    column: Column,
    disabled: boolean,
    flashFile: string,
): Promise<Life> {
    using site = await row.start(house, column.device)
    platform.restartWithFlash(column.hasFlash ? flashFile : undefined)
    platform.jumpWallClock(Math.round(house.timeSkip.skippedMs / 1000))
    platform.setWallClockKnown(column.powerLossEvery === 0)
    const wakes: FieldWake[] = []
    for (let n = 1; n <= WAKES; n++) {
        if (n > 1) sleep(house, row, column, n)
        await site.beforeWake?.(n)
        const server = site.elsewhere?.(n) ?? { host: "127.0.0.1", port: site.port }
        wakes.push(await wake(clientOptions(site, column.device, { ...column.policy, disabled }), server))
    }
    const sum = (of: (wake: FieldWake) => number): number => wakes.reduce((total, one) => total + of(one), 0)
    return {
        connects: sum(({ connects }) => connects),
        full: wakes.filter(({ result }) => result === "full").length,
        resumed: wakes.filter(({ result }) => result === "resumed").length,
        flashOperations: sum(({ flashOperations }) => flashOperations),
        wakes,
    }
}
