// Counts its wakes in the settings, which are in flash.
import { fetch } from "@devicescript/net"
import { standby } from "@devicescript/runtime"
import { readSetting, writeSetting } from "@devicescript/settings"

const wake = (await readSetting("wake", 0)) + 1
await writeSetting("wake", wake)
console.log(`wake ${wake}`)
const response = await fetch("https://warmhello.test/wakes", { method: "POST", body: JSON.stringify({ wake }) })
await response.close()
await standby(50)
