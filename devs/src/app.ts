import { fetch } from "@devicescript/net"
import { mcuTemperature, standby } from "@devicescript/runtime"

try {
    const celsius = await mcuTemperature()
    const response = await fetch("https://warmhello.test/readings", {
        method: "POST",
        body: JSON.stringify({ celsius }),
    })
    console.log(`sent ${celsius} C, server answers ${response.status}`)
    await response.close()
} catch (error) {
    console.error(`not sent: ${(error as Error).message}`)
}
await standby(10 * 60 * 1000)
