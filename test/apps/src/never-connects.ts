import { standby } from "@devicescript/runtime"

console.log("nothing to send")
await standby(50)
