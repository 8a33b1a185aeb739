// The proxy that all tests here rely on does what its script says, at the byte that it says.
import { once } from "node:events"
import net from "node:net"
import { afterAll, expect, test, vi } from "vitest"
import { FaultProxy, type Step } from "#dev/network/fault-proxy.js"

/** Answers each connection with the same 10 bytes, once it has had 4. */
const ANSWER = Buffer.from("0123456789")
const server = net.createServer((socket) => {
    socket.on("error", () => {})
    socket.once("data", () => socket.end(ANSWER))
})
server.listen(0, "127.0.0.1")
await once(server, "listening")
const { port } = server.address() as net.AddressInfo
afterAll(() => server.close())

interface Talk {
    pieces: string[]
    ended: boolean
    error: string | undefined
    durationMs: number
}

/** Says "ping" and collects until the end, an error, or `patienceMs` of silence. */
async function talk(proxy: FaultProxy, patienceMs = 5000): Promise<Talk> {
    const started = performance.now()
    const socket = net.connect(proxy.port, "127.0.0.1")
    const pieces: string[] = []
    let ended = false
    let error: string | undefined
    socket.on("data", (piece) => pieces.push(piece.toString()))
    socket.on("end", () => {
        ended = true
    })
    socket.on("error", (reason: NodeJS.ErrnoException) => {
        error = reason.code
    })
    socket.setTimeout(patienceMs, () => socket.destroy())
    socket.write("ping")
    await new Promise((closed) => socket.once("close", closed))
    return { pieces, ended, error, durationMs: performance.now() - started }
}

async function talkWith(steps: Step[], patienceMs?: number): Promise<[Talk, FaultProxy]> {
    const proxy = await FaultProxy.start(port)
    try {
        proxy.plan(steps)
        return [await talk(proxy, patienceMs), proxy]
    } finally {
        proxy[Symbol.dispose]()
    }
}

test("without a script it passes everything on and records it", async () => {
    const [said, proxy] = await talkWith([])
    expect(said).toMatchObject({ ended: true, error: undefined })
    expect(said.pieces.join("")).toBe("0123456789")
    expect(proxy.last.toServer.bytes.toString()).toBe("ping")
    expect(proxy.last.toClient.bytes.equals(ANSWER)).toBe(true)
})

test.each([0, 3, 9])("a cut by FIN lets exactly %i bytes through", async (at) => {
    const [said] = await talkWith([{ direction: "toClient", at, fault: { do: "cut", by: "fin" } }])
    expect(said).toMatchObject({ ended: true, error: undefined })
    expect(said.pieces.join("")).toBe("0123456789".slice(0, at))
})

test("a cut by RST resets", async () => {
    const [said, proxy] = await talkWith([{ direction: "toClient", at: 0, fault: { do: "cut", by: "rst" } }])
    expect(said.error).toBe("ECONNRESET")
    expect(proxy.last.toClient.size).toBe(0)
})

test("a cut may wait for a byte from the client", async () => {
    const [said, proxy] = await talkWith([{ direction: "toServer", at: 2, fault: { do: "cut", by: "fin" } }])
    expect(said).toMatchObject({ ended: true, pieces: [] })
    expect(proxy.last.toServer.bytes.toString()).toBe("pi")
})

test("a stall passes what is before it and then nothing, with TCP up", async () => {
    const [said] = await talkWith([{ direction: "toClient", at: 4, fault: { do: "stall" } }], 100)
    expect(said).toMatchObject({ ended: false, error: undefined })
    expect(said.pieces.join("")).toBe("0123")
})

test.each(["toServer", "toClient"] as const)(
    "a client that goes takes the server along: a stall %s",
    async (direction) => {
        const silent = net.createServer((socket) => void socket.on("error", () => {}))
        const accepted = once(silent, "connection") as Promise<[net.Socket]>
        silent.listen(0, "127.0.0.1")
        await once(silent, "listening")
        using proxy = await FaultProxy.start((silent.address() as net.AddressInfo).port)
        proxy.plan([{ direction, at: 0, fault: { do: "stall" } }])
        const client = net.connect(proxy.port, "127.0.0.1")
        client.on("error", () => {}) // it is reset when the proxy goes
        client.write("ping")
        const [served] = await accepted
        served.resume()
        await vi.waitFor(() => expect(proxy.last.isMute).toBe(true))
        const gone = once(served, "close")
        client.end()
        await gone
        silent.close()
    },
)

test("a delay passes the rest later", async () => {
    const [said] = await talkWith([{ direction: "toClient", at: 4, fault: { do: "delay", durationMs: 100 } }])
    expect(said.pieces).toEqual(["0123", "456789"])
    expect(said.durationMs).toBeGreaterThan(95)
})

test("a flip inverts one bit of one byte, whatever pieces the bytes come in", async () => {
    const drip: Step = { direction: "toClient", at: 0, fault: { do: "drip", size: 3 } }
    const flip: Step = { direction: "toClient", at: 7, fault: { do: "flip", bit: 1 } }
    const [said, proxy] = await talkWith([drip, flip])
    expect(said.pieces.join("")).toBe("0123456589")
    expect(proxy.last.toClient.faults).toBe(2)
})

test("a drip sends pieces of the given size from its byte on", async () => {
    const [said] = await talkWith([{ direction: "toClient", at: 4, fault: { do: "drip", size: 2 } }])
    expect(said.pieces).toEqual(["0123", "45", "67", "89"])
})

test("an injection comes before the server's own bytes", async () => {
    const bytes = Buffer.from("hello ")
    const [said] = await talkWith([{ direction: "toClient", at: 0, fault: { do: "inject", bytes } }])
    expect(said.pieces.join("")).toBe("hello 0123456789")
})

test("the script is for one connection each; the rest passes unharmed", async () => {
    using proxy = await FaultProxy.start(port)
    const cut: Step = { direction: "toClient", at: 1, fault: { do: "cut", by: "fin" } }
    proxy.plan([cut], [])
    expect((await talk(proxy)).pieces.join("")).toBe("0")
    expect((await talk(proxy)).pieces.join("")).toBe("0123456789")
    expect(proxy.connections.length).toBe(2)
})
