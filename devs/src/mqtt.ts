import { startMQTTClient } from "@devicescript/net"
import { mcuTemperature, standby } from "@devicescript/runtime"

try {
    const celsius = await mcuTemperature()
    const broker = await startMQTTClient({ host: "warmhello.test", port: 8883, proto: "tls" })
    if (await broker.publish("warmhello/readings", { celsius })) console.log(`published ${celsius} C`)
    else console.error("not published")
    await broker.stop()
} catch (error) {
    console.error(`not published: ${(error as Error).message}`)
}
await standby(10 * 60 * 1000)
