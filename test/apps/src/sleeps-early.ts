// Goes to sleep while its connection is still being made.
import { delay } from "@devicescript/core"
import { fetch } from "@devicescript/net"
import { standby } from "@devicescript/runtime"

const report = async () => {
    await fetch("https://warmhello.test/")
}
report.start()
await delay(50)
await standby(1000)
