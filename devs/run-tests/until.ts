import { delay } from "@devicescript/core"

/** Waits until the condition holds, up to a limit in milliseconds; returns whether it does. */
export async function until(condition: () => boolean, limitMs = 5000): Promise<boolean> {
    for (let waited = 0; !condition() && waited < limitMs; waited += 20) await delay(20)
    return condition()
}
