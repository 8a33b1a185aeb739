// Asks its server where to report to. When that address or the CA changes, the session of the old server
// is deleted, so that the device keeps no secret that it shares with it.
import { fetch } from "@devicescript/net"
import { standby } from "@devicescript/runtime"
import { readSetting, writeSetting } from "@devicescript/settings"
import { tlsSession } from "./index"

interface Commission {
    server: string
    ca: string
}

const tls = tlsSession()
try {
    const response = await fetch("https://warmhello.test/commission")
    const next: Commission = await response.json()
    await response.close()
    const before = await readSetting<Commission>("commission")
    if (before && before.server === next.server && before.ca === next.ca) {
        console.log(`still with ${next.server}`)
    } else {
        // In this order: should the power fail in between, the next wake forgets again.
        if (before) await tls.forget()
        await writeSetting("commission", { server: next.server, ca: next.ca })
        console.log(`now with ${next.server}${before ? ", session forgotten" : ""}`)
    }
} catch (error) {
    console.error(`not commissioned: ${(error as Error).message}`)
}
await standby(10 * 60 * 1000)
