// Sends one reading by https at each wake, and along with it what the wake before cost.
import { fetch } from "@devicescript/net"
import { mcuTemperature, standby } from "@devicescript/runtime"
import { tlsSession } from "./index"

const tls = tlsSession()
const hasService = await tls.isThere()
let restS = 600
try {
    const last = hasService ? await tls.outcome() : null
    const response = await fetch("https://warmhello.test/readings", {
        method: "POST",
        body: JSON.stringify({
            celsius: await mcuTemperature(),
            lastConnect: last?.number ? { result: last.result, reason: last.reason, us: last.handshakeUs } : null,
        }),
    })
    console.log(`server answers ${response.status}`)
    await response.close()
    if (hasService) {
        const { result, reason, handshakeRxBytes } = await tls.outcome()
        console.log(`${result} (${reason}), received ${handshakeRxBytes} B`)
    }
} catch (error) {
    console.error(`not sent: ${(error as Error).message}`)
    // Longer when the server or the network keeps failing, so that the battery outlives it.
    if (hasService) restS = Math.max(restS, (await tls.outcome()).backoffS)
}
await standby(restS * 1000)
