// DeviceScript's own MQTT client over the kept session.
import { startMQTTClient } from "@devicescript/net"
import { standby } from "@devicescript/runtime"
import { expect, runTests, test } from "@devicescript/test"
import { tlsSession } from "../src/index"
import { until } from "./until"

const tls = tlsSession()
let stored = false
tls.onSessionStored(async () => {
    stored = true
})
const broker = { host: "warmhello.test", port: 8883, proto: "tls" as const }

async function roundTrip(qos: number): Promise<string> {
    const client = await startMQTTClient(broker)
    let got = ""
    await client.subscribe("warmhello/run-tests", async (message) => {
        got = message.content.toString("utf-8")
    })
    // The client overlooks a packet that comes right behind another, until the next one comes.
    for (let tries = 0; got === "" && tries < 5; ++tries) {
        await client.publish("warmhello/run-tests", `qos ${qos}`, qos)
        await until(() => got !== "", 500)
    }
    await client.stop()
    return got
}

test("a message with QoS 0 comes back from the broker", async () => {
    expect(await roundTrip(0)).toBe("qos 0")
})

test("one with QoS 1 as well, over a resumed session", async () => {
    await until(() => stored)
    expect(await roundTrip(1)).toBe("qos 1")
    const outcome = await tls.outcome()
    expect(outcome.result).toBe("resumed")
})

await runTests()
await standby(1000)
