// Fetches a page from a server whose certificate is for localhost, and ends.
import { fetch } from "@devicescript/net"

const response = await fetch("https://localhost/")
console.log(`answered ${response.status}`)
await response.close()
