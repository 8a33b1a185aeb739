// Publishes one reading with QoS 1, again and again until the broker has it for certain. DeviceScript's client
// keeps the acknowledgement to itself, so the app waits for its own reading to come back. Then it publishes how this
// connect went, for `warmhello fleet` or whoever else wants to know.
import { delay } from "@devicescript/core"
import { startMQTTClient } from "@devicescript/net"
import { mcuTemperature, standby } from "@devicescript/runtime"
import { compactOutcome, tlsSession } from "./index"

const TOPIC = "warmhello/readings"
const OUTCOMES = "warmhello/greenhouse/outcome"
const tls = tlsSession()
const hasService = await tls.isThere()
const celsius = await mcuTemperature()
const broker = await startMQTTClient({ host: "warmhello.test", port: 8883, proto: "tls" })
let confirmed = false
await broker.subscribe(TOPIC, async () => {
    confirmed = true
})
for (let tries = 0; !confirmed && tries < 5; ++tries) {
    await broker.publish(TOPIC, { celsius }, 1)
    for (let waited = 0; !confirmed && waited < 500; waited += 20) await delay(20)
}
if (confirmed) console.log(`published ${celsius} C, and the broker has it`)
else console.error("not confirmed")
const outcome = hasService ? await compactOutcome() : undefined
if (outcome !== undefined) await broker.publish(OUTCOMES, outcome)
await broker.stop()

if (hasService) {
    const { full, resumed } = await tls.counts()
    console.log(`${full} full, ${resumed} resumed so far`)
}
await standby(10 * 60 * 1000)
