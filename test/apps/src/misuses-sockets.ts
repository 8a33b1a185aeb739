// Uses its socket at the wrong moments, and prints what comes of it.
import * as ds from "@devicescript/core"
import { connect, type Socket } from "@devicescript/net"
import { standby } from "@devicescript/runtime"

const request = "GET / HTTP/1.1\r\nHost: warmhello.test\r\nConnection: close\r\n\r\n"
const to = { host: "warmhello.test", port: 443, proto: "tls" as const, timeout: 5000 }
const raw = ds as typeof ds & { _socketWrite(bytes: string): number }

async function answered(socket: Socket) {
    const line = await socket.readLine()
    return line?.slice(0, 12)
}

// Before it is open: the bytes wait. (An answer before the app knows that it is open would fail an
// assertion of upstream's, so the request is only begun here.)
const opening = async () => {
    const socket = await connect(to)
    await socket.send(request.slice(10))
    console.log(`written before it was open: ${await answered(socket)}`)
    await socket.close()
}
const written = async () => {
    await ds.sleep(1)
    raw._socketWrite(request.slice(0, 10))
}
written.start()
await opening()

// After it has closed.
const closed = await connect(to)
await closed.close()
try {
    await closed.send(request)
    console.log("sent after it was closed")
} catch (error) {
    console.log(`closed: ${(error as Error).message}`)
}

// A second one while the first is open: there is one at a time.
const first = await connect(to)
const second = await connect(to)
try {
    await first.send(request)
    console.log("sent by the first")
} catch (error) {
    console.log(`first: ${(error as Error).message}`)
}
await second.send(request)
console.log(`second: ${await answered(second)}`)
await second.close()
await standby(50)
