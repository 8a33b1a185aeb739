// DeviceScript's own Socket over the kept session, against a server that sends back what it gets.
import { connect } from "@devicescript/net"
import { standby } from "@devicescript/runtime"
import { expect, runTests, test } from "@devicescript/test"
import { tlsSession } from "../src/index"
import { until } from "./until"

const tls = tlsSession()
let stored = false
tls.onSessionStored(async () => {
    stored = true
})
const server = { host: "warmhello.test", port: 4433, proto: "tls" as const }

async function echo(text: string): Promise<string> {
    const socket = await connect(server)
    await socket.send(text)
    let got = ""
    while (got.length < text.length) {
        const bytes = await socket.recv(5000)
        if (!bytes) break
        got += bytes.toString("utf-8")
    }
    await socket.close()
    return got
}

test("what is sent comes back", async () => {
    expect(await echo("21 C")).toBe("21 C")
})

test("the next socket resumes", async () => {
    await until(() => stored)
    expect(await echo("22 C")).toBe("22 C")
    const outcome = await tls.outcome()
    expect(outcome.result).toBe("resumed")
})

test("what does not fit one TLS record comes back whole", async () => {
    let piece = "0123456789"
    while (piece.length < 1000) piece += piece
    const socket = await connect(server)
    for (let sent = 0; sent < 20; ++sent) await socket.send(piece)
    let missing = 20 * piece.length
    while (missing > 0) {
        const bytes = await socket.recv(5000)
        if (!bytes) break
        missing -= bytes.length
    }
    expect(missing).toBe(0)
    await socket.close()
})

test("a socket that the server closes ends with null", async () => {
    const socket = await connect(server)
    await socket.send("bye")
    let last = await socket.recv(5000)
    while (last) last = await socket.recv(5000)
    expect(last).toBe(null)
})

await runTests()
await standby(1000)
