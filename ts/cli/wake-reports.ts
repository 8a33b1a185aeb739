// `simulate --report`: the outcome of each simulated wake, as a device's app would send it, in the order of the wakes.
import { compactOf, encodeOutcome } from "../base/compact-outcome.js"
import { WarmhelloError } from "../base/errors.js"
import type { Outcome } from "../base/outcome.js"
import { type Sender, senderTo } from "../fleet/send.js"

export interface WakeReports extends AsyncDisposable {
    /** A wake without an outcome has nothing to tell. */
    add(outcome: Outcome | undefined): void
    /** Once all are acknowledged, or one is not: why. */
    sent(): Promise<WarmhelloError | undefined>
}

async function sent(sender: Sender, bytes: Uint8Array): Promise<WarmhelloError | undefined> {
    try {
        await sender.send(bytes)
        return undefined
    } catch (error) {
        if (error instanceof WarmhelloError) return error
        throw error
    }
}

/** Undefined where none are wanted. Throws `reports-lost` where nobody is there to take them. */
export async function wakeReports(url: URL | undefined): Promise<WakeReports | undefined> {
    if (url === undefined) return undefined
    const sender = await senderTo(url)
    let last: Promise<WarmhelloError | undefined> = Promise.resolve(undefined)
    return {
        add(outcome) {
            if (outcome === undefined) return
            const bytes = encodeOutcome(compactOf(outcome))
            last = last.then((lost) => lost ?? sent(sender, bytes))
        },
        sent: () => last,
        [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
    }
}
