// A service that is not there, or not as it should be: every call ends in time, with a typed error. What the
// board does is for the program around it to choose; the codes are printed for it.
import { millis } from "@devicescript/core"
import { standby } from "@devicescript/runtime"
import { compactOutcome, type ServiceError, tlsSession } from "../src/index"

const tls = tlsSession({ absentAfterMs: 300, noAnswerAfterMs: 300 })

async function report(name: string, call: () => Promise<void>) {
    const started = millis()
    let code = "none"
    try {
        await call()
    } catch (error) {
        code = (error as ServiceError).code
    }
    console.log(`${name}: ${millis() - started < 1500 ? code : "late"}`)
}

await report("outcome", async () => {
    await tls.outcome()
})
await report("counts", async () => {
    await tls.counts()
})
await report("setEnabled", async () => await tls.setEnabled(false))
await report("forget", async () => await tls.forget())
await report("compact", async () => {
    await tls.compact()
})
console.log(`to send along: ${(await compactOutcome()) ?? "nothing"}`)
console.log(`there: ${await tls.isThere()}`)
await standby(1000)
