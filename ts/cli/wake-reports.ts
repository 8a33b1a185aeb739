// `simulate --report`: the outcome of each simulated wake, as a device's app would send it, in the order of the wakes.
import { compactOf, encodeOutcome } from "../base/compact-outcome.js"
import type { Outcome } from "../base/outcome.js"
import { senderTo } from "../fleet/send.js"

export interface WakeReports extends AsyncDisposable {
    /** A wake without an outcome has nothing to tell. */
    add(outcome: Outcome | undefined): void
    /** Once all are acknowledged. Throws `reports-lost`. */
    sent(): Promise<void>
}

/** Undefined where none are wanted. Throws `reports-lost` where nobody is there to take them. */
export async function wakeReports(url: URL | undefined): Promise<WakeReports | undefined> {
    if (url === undefined) return undefined
    const sender = await senderTo(url)
    let last: Promise<void> = Promise.resolve()
    return {
        add(outcome) {
            if (outcome === undefined) return
            const bytes = encodeOutcome(compactOf(outcome))
            last = last.then(() => sender.send(bytes))
            last.catch(() => {}) // whoever waits for all hears of it
        },
        sent: () => last,
        [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
    }
}
