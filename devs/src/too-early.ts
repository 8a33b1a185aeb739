// Sends one reading by https at each wake, with the hello where the server takes it so. A server that looks at Early-Data
// answers 425 to what it will not do on a request that may be another's recording (RFC 8470): then the app asks again, and
// from then on after the handshake.
import { fetch } from "@devicescript/net"
import { mcuTemperature, standby } from "@devicescript/runtime"
import { tlsSession } from "./index"

const TOO_EARLY = 425

const tls = tlsSession()
const body = JSON.stringify({ celsius: await mcuTemperature() })

async function report(): Promise<number> {
    const response = await fetch("https://warmhello.test/readings", { method: "POST", body })
    await response.close()
    return response.status
}

try {
    // It survives deep sleep, and so does what came of a 425.
    if ((await tls.earlyData()) === null) await tls.setEarlyData("given")
    let status = await report()
    const { earlyData } = await tls.outcome()
    if (status === TOO_EARLY) {
        console.log("too early: once more, after the handshake")
        await tls.setEarlyData("withheld")
        status = await report()
    }
    console.log(`server answers ${status}, early data ${earlyData || "not sent"}`)
} catch (error) {
    console.error(`not sent: ${(error as Error).message}`)
}
await standby(10 * 60 * 1000)
