// POSTs one reading and prints what came of it.
import { millis } from "@devicescript/core"
import { fetch } from "@devicescript/net"
import { standby } from "@devicescript/runtime"

const started = millis()
try {
    const response = await fetch("https://warmhello.test/readings", { method: "POST", body: "21 C" })
    const text = await response.text()
    console.log(`answered ${response.status} with ${text.length} characters`)
} catch (error) {
    console.error(`caught after ${millis() - started} ms: ${(error as Error).message}`)
}
await standby(50)
