import { fetch } from "@devicescript/net"

const response = await fetch("https://warmhello.test/")
console.log(`answered ${response.status}, and now it forgets to sleep`)
await response.close()
