// How long the service takes, in milliseconds, as `npm run bench:service` reads it.
import { delay, millis } from "@devicescript/core"
import { fetch } from "@devicescript/net"
import { standby } from "@devicescript/runtime"
import { tlsSession } from "../src/index"

async function measured(call: () => Promise<void>): Promise<number> {
    const started = millis()
    await call()
    return millis() - started
}

const tls = tlsSession()
const bindMs = await measured(async () => {
    await tls.isThere()
})
const readMs = []
const inARowMs = []
for (let n = 0; n < 20; ++n) {
    await delay(200) // the runtime lets five packets through at once, and then one each 20 ms
    readMs.push(
        await measured(async () => {
            await tls.counts()
        }),
    )
}
for (let n = 0; n < 40; ++n) {
    inARowMs.push(
        await measured(async () => {
            await tls.outcome()
        }),
    )
}
console.log(JSON.stringify({ bindMs, readMs, inARowMs }))
const response = await fetch("https://warmhello.test/")
await response.close()
await standby(1000)
