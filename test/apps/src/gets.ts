// Fetches a page at each wake, as any server has one.
import { fetch } from "@devicescript/net"
import { standby } from "@devicescript/runtime"

const response = await fetch("https://localhost/")
console.log("answered") // s_server speaks HTTP/1.0, of which DeviceScript reads no status
await response.close()
await standby(10 * 60 * 1000)
