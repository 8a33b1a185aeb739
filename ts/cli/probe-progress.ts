// What a probe shows while it runs: results as they come, and on a terminal how long it will take.
import pc from "picocolors"
import type { ProbeEvent } from "../probe/probe.js"
import { type Due, dueAt, type ProbeRecord, type Redemption } from "../probe/record.js"
import { time } from "../run/units.js"
import type { Output } from "./output.js"
import { wrapped } from "./probe-text.js"

const SECOND_MS = 1000
/** Where nothing can count down, shorter waits are not told. */
const TOLD_MS = 2000
const CLEAR = "\r\u001b[K"

const outcomeWords: Record<Redemption["outcome"], string> = {
    resumed: pc.green("resumed"),
    full: pc.yellow("full handshake"),
    broken: pc.red("broken off by the server"),
    "not-offered": pc.yellow("past its lifetime"),
    failed: pc.red("failed"),
    "no-session": pc.yellow("no session given"),
}

const purposeWords: Record<Redemption["purpose"], string> = {
    once: "",
    chain: " in a chain",
    cross: " at another address",
    run: "",
    twice: "",
    again: " a second time",
    psk_ke: " by psk_ke",
}

export class ProbeProgress {
    readonly #output: Output
    #timer: NodeJS.Timeout | undefined
    #endsAt = 0
    #record: ProbeRecord | undefined

    constructor(output: Output) {
        this.#output = output
    }

    show(event: ProbeEvent): void {
        this.#clear()
        if (event.kind === "addresses") this.#addresses(event.record)
        if (event.kind === "surveyed") this.#surveyed(event.record)
        if (event.kind === "redemption") this.#redemption(event.redemption)
        if (event.kind === "wait") this.#wait(event.untilAt)
    }

    end(): void {
        this.#clear()
    }

    #lines(text: string): void {
        for (const line of wrapped(text, this.#output.columns, "  ")) this.#output.line(line)
    }

    #addresses(record: ProbeRecord): void {
        this.#record = record
        this.#lines(record.addresses.map(({ address }) => address).join(", "))
    }

    #surveyed(record: ProbeRecord): void {
        for (const { way, refusal, sessions } of record.ways) {
            const gives = `${sessions.length} ${sessions.length === 1 ? "session" : "sessions"} a handshake`
            this.#output.line(`${way}: ${refusal === null ? gives : pc.dim("not spoken")}`)
        }
        for (const { address, error } of record.addresses)
            if (error !== null) this.#lines(`${address}: ${pc.yellow(error)}`)
    }

    #redemption({ way, purpose, outcome, actualAgeMs, why }: Redemption): void {
        const age = actualAgeMs === null ? "" : ` after ${time(actualAgeMs)}`
        // Most servers take none by psk_ke, which is no fault of theirs.
        const isPskKe = purpose === "psk_ke" && outcome === "broken"
        const cause = why === null || isPskKe ? "" : `: ${why}`
        const word = isPskKe ? pc.dim("not taken") : outcomeWords[outcome]
        this.#lines(`${way}${age}: ${word}${pc.dim(purposeWords[purpose])}${cause}`)
    }

    /** Counts down to the next one, and says when all is over. */
    #wait(untilAt: number): void {
        this.#endsAt = Math.max(...(this.#record?.due.map(lastAt(this.#record)) ?? [untilAt]))
        const tick = () => {
            const now = Date.now()
            const words = `next in ${countdown(untilAt - now)}, all in ${countdown(this.#endsAt - now)}`
            this.#output.raw(`${CLEAR}${pc.dim(words)}`)
        }
        if (!this.#output.isTerminal) {
            const waitMs = untilAt - Date.now()
            if (waitMs >= TOLD_MS) this.#output.line(pc.dim(`waiting for ${time(waitMs)}`))
            return
        }
        tick()
        this.#timer = setInterval(tick, SECOND_MS)
        this.#timer.unref()
    }

    #clear(): void {
        if (this.#timer === undefined) return
        clearInterval(this.#timer)
        this.#timer = undefined
        this.#output.raw(CLEAR)
    }
}

/** In whole seconds, as that is how it counts; in whole minutes from an hour on. */
function countdown(durationMs: number): string {
    const seconds = Math.max(0, Math.ceil(durationMs / SECOND_MS))
    const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)]
    if (hours > 0) return `${hours} h ${minutes % 60} min`
    return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}

/** A chain goes on to the last age. */
const lastAt =
    ({ agesMs }: ProbeRecord) =>
    (due: Due): number =>
        due.purpose === "chain" ? due.firstAt + (agesMs.at(-1) ?? 0) : dueAt(due)
