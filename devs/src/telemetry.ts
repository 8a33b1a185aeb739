// Sends one reading by https at each wake, and along with it, in a header, how the connect of the wake before went.
import { fetch } from "@devicescript/net"
import { mcuTemperature, standby } from "@devicescript/runtime"
import { compactOutcome, tlsSession } from "./index"

/** Of this app: 1.4.2. */
const FIRMWARE = 10402
const tls = tlsSession()
const hasService = await tls.isThere()
let restS = 600
try {
    const last = hasService ? await compactOutcome({ firmware: FIRMWARE }) : undefined
    const response = await fetch("https://warmhello.test/readings", {
        method: "POST",
        headers: last === undefined ? {} : { "Warmhello-Outcome": last.toString("hex") },
        body: JSON.stringify({ celsius: await mcuTemperature() }),
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
