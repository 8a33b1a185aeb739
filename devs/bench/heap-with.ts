// The same with the service's client, after its first call and with an observer.
import { tlsSession } from "../src/index"

const tls = tlsSession()
await tls.outcome()
tls.outcomeChanges().subscribe(async () => {})
const held: Buffer[] = []
for (;;) {
    held.push(Buffer.alloc(100))
    console.log(held.length * 100)
}
