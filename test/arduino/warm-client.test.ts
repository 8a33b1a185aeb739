// WarmClient as a sketch uses it, in both versions of arduino-esp32, against real servers.
import { createPrivateKey } from "node:crypto"
import type { TLSSocket } from "node:tls"
import { describe, expect, test } from "vitest"
import { FaultProxy } from "#dev/network/fault-proxy.js"
import { earlyNginx } from "#dev/servers/early-data.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startMosquitto } from "#dev/servers/mosquitto.js"
import { acknowledged, publishOnce } from "#dev/servers/mqtt.js"
import { startNginx } from "#dev/servers/nginx.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import { helloSaysResumed } from "#dev/servers/wire.js"
import { compactOf, decodeOutcome } from "#warmhello/base/compact-outcome.js"
import { outcomeSchema } from "#warmhello/base/outcome.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { bundleOfPem } from "../support/crt-bundle.js"
import { refusingPort, startServer, startTcp } from "../ts/support/tls-server.js"
import { Sketch, versions } from "./sketch.js"

const identity = await createIdentity()
const HOST = "localhost"

const hex = (text: string): string => Buffer.from(text).toString("hex")
const bytes = (digits: string): Buffer => Buffer.from(digits, "hex")
const GET = hex("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")

/** A new client of this name that trusts this CA. */
async function makeClient(sketch: Sketch, name: string, ca: string | Buffer): Promise<void> {
    await sketch.do("new", name)
    await sketch.do("ca", name, sketch.file(`${name}.pem`, ca))
}

/** Asks for a page, and answers all that comes until the server closes. */
async function getPage(sketch: Sketch, name: string): Promise<string> {
    await sketch.do("write", name, GET)
    return bytes(await sketch.do("read-bytes", name, 100_000)).toString("latin1")
}

/** Publishes a reading, and answers what the broker has said. */
async function publish(sketch: Sketch, name: string): Promise<Buffer> {
    let got = ""
    for (const { send, until } of publishOnce("warmhello/reading", "21.5")) {
        await sketch.do("write", name, Buffer.from(send).toString("hex"))
        if (typeof until === "number" && until > got.length / 2) {
            got += await sketch.do("read-bytes", name, until - got.length / 2)
        }
    }
    return bytes(got)
}

/** A server that says this at once, and keeps the connection. */
const speaker = (text: string) => startServer({ names: [HOST], onConnection: (socket) => void socket.write(text) })

/** A server that does nothing, and tells which of its connections are open. */
async function startListener() {
    const open: boolean[] = []
    const sockets: TLSSocket[] = []
    const server = await startServer({
        names: [HOST],
        onConnection: (socket) => {
            const index = open.push(true) - 1
            sockets.push(socket)
            socket.resume().once("close", () => (open[index] = false))
        },
    })
    return Object.assign(server, { open, sockets })
}

describe.each(versions)("with arduino-esp32 %d.x", (version) => {
    const startSketch = () => new Sketch(version)

    describe.each([
        ["TLS 1.3", true],
        ["TLS 1.2", false],
    ])("and %s", (protocol, has13) => {
        test.each([
            ["nginx", startNginx, /^resumed: r$/m],
            ["OpenSSL", startOpenssl, /^Reused, TLS/m],
        ] as const)("resumes after each sleep, as %s says", async (_, start, says) => {
            using server = await start({ identity: identity.server, hasTls13: () => has13 })
            await using sketch = startSketch()
            await makeClient(sketch, "proto", identity.ca)
            for (let wake = 1; wake <= 4; wake++) {
                await sketch.do("copy", "proto", "a")
                expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(1)
                const page = await getPage(sketch, "a")
                expect(page).toContain(" 200 ")
                expect(says.test(page), `wake ${wake}: ${page}`).toBe(wake > 1)
                await sketch.do("stop", "a")
                expect(await sketch.outcome("a")).toMatchObject({
                    result: wake > 1 ? "resumed" : "full",
                    protocol: protocol.replace(" ", ""),
                })
                const told = decodeOutcome(Buffer.from(await sketch.do("compact", "a"), "hex"))
                expect(told).toEqual(compactOf(outcomeSchema.parse(await sketch.outcome("a"))))
                await sketch.do("delete", "a")
                await sketch.do("sleep", 60)
            }
            await sketch.end()
        })

        test("publishes to mosquitto, which resumes", async () => {
            using server = await startMosquitto({ identity: identity.server, hasTls13: () => has13 })
            using proxy = await FaultProxy.start(server.port)
            await using sketch = startSketch()
            for (let wake = 1; wake <= 3; wake++) {
                await makeClient(sketch, "a", identity.ca)
                expect(await sketch.ask("connect", "a", HOST, proxy.port)).toBe(1)
                const answer = await publish(sketch, "a")
                await sketch.do("stop", "a")
                expect(answer).toEqual(acknowledged)
                expect(helloSaysResumed(proxy.last.toClient.bytes)).toBe(wake > 1)
                await sketch.do("sleep", 60)
            }
            await sketch.end()
        })
    })

    test("with consent, writes before the handshake: the server has the request as early data", async () => {
        using server = await earlyNginx({
            ...{ identity: identity.server, earlyDataMax: () => 4000 },
        })
        using line = await FaultProxy.start(server.server.port)
        await using sketch = startSketch()
        await makeClient(sketch, "a", identity.ca)
        await sketch.do("early-data", "a")
        for (const earlyData of [null, "accepted"]) {
            expect(await sketch.ask("connect", "a", HOST, line.port)).toBe(1)
            expect(await getPage(sketch, "a")).toContain(" 200 ")
            await sketch.do("stop", "a")
            expect(await sketch.outcome("a")).toMatchObject({ earlyData })
        }
        expect(line.last.flights[0]?.direction).toBe("toServer")
        expect(await server.arrivals(2)).toHaveLength(2)
        await sketch.end()
    })

    test("drops what has come and was not read", async () => {
        await using server = await speaker("hello")
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(1)
        expect(await sketch.ask("await", "a", 5)).toBe(5)
        await sketch.do("clear", "a")
        expect([await sketch.ask("available", "a"), await sketch.ask("connected", "a")]).toEqual([0, 1])
        await sketch.end()
    })

    test("reads, peeks and counts what has come, and no more", async () => {
        await using server = await speaker("hello")
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        expect(await sketch.ask("available", "a")).toBe(0)
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(1)
        expect(await sketch.ask("await", "a", 5)).toBe(5)
        expect(await sketch.ask("peek", "a")).toBe(0x68)
        expect(await sketch.ask("peek", "a")).toBe(0x68)
        expect(await sketch.ask("available", "a")).toBe(5)
        expect(await sketch.ask("read", "a")).toBe(0x68)
        expect(await sketch.do("read-some", "a", 0)).toBe("")
        expect(await sketch.do("read-some", "a", 10)).toBe(hex("ello"))
        expect(await sketch.do("read-some", "a", 10)).toBe("none")
        expect([await sketch.ask("read", "a"), await sketch.ask("peek", "a")]).toEqual([-1, -1])
        expect([await sketch.ask("connected", "a"), await sketch.ask("bool", "a")]).toEqual([1, 1])
        expect(await sketch.do("fd", "a")).toBe("open")
        await sketch.end()
    })

    test("has all that the server wrote before it closed, and is connected as long", async () => {
        const text = "0123456789".repeat(500)
        await using server = await startServer({ names: [HOST], onConnection: (socket) => void socket.end(text) })
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        await sketch.do("connect", "a", HOST, server.port)
        expect(await sketch.ask("await", "a", text.length)).toBe(text.length)
        expect(await sketch.ask("connected", "a")).toBe(1)
        expect(bytes(await sketch.do("read-bytes", "a", 2 * text.length)).toString()).toBe(text)
        expect([await sketch.ask("connected", "a"), await sketch.ask("available", "a")]).toEqual([0, 0])
        expect(await sketch.do("error", "a")).toBe("0 ")
        expect(await sketch.ask("write", "a", hex("too late"))).toBe(0)
        expect(await sketch.ask("write-error", "a")).toBe(1)
        await sketch.end()
    })

    test("writes bytes, a stream and more than TCP has room for", async () => {
        await using server = await startListener()
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        await sketch.do("connect", "a", HOST, server.port)
        expect(await sketch.ask("write-byte", "a", 0x21)).toBe(1)
        expect(await sketch.ask("write-stream", "a", hex("stream"))).toBe(6)
        const large = "x".repeat(3_000_000)
        expect(await sketch.ask("write", "a", hex(large))).toBe(large.length)
        await sketch.do("flush", "a")
        await sketch.do("stop", "a")
        await expect.poll(() => server.open).toEqual([false])
        expect(server.received).toEqual([`!stream${large}`])
        await sketch.end()
    })

    test("waits for bytes as long as Stream's timeout says", async () => {
        await using server = await speaker("abc")
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        await sketch.do("connect", "a", HOST, server.port)
        await sketch.do("stream-timeout", "a", 200)
        const started = performance.now()
        expect(await sketch.do("read-bytes", "a", 4)).toBe(hex("abc"))
        expect(performance.now() - started).toBeGreaterThan(190)
        await sketch.end()
    })

    test("copies share a connection, which closes once, with the last of them", async () => {
        await using server = await startListener()
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        await sketch.do("connect", "a", HOST, server.port)
        await sketch.do("copy", "a", "b")
        await sketch.do("new", "c")
        await sketch.do("assign", "b", "c")
        await sketch.do("assign", "c", "c")
        expect(await sketch.ask("same", "a", "c")).toBe(1)
        await sketch.do("delete", "a")
        await sketch.do("new", "other")
        await sketch.do("assign", "other", "b") // which leaves it to the others
        expect(await sketch.ask("write", "c", hex("still here"))).toBe(10)
        expect(server.open).toEqual([true])
        await sketch.do("delete", "c")
        await expect.poll(() => server.open).toEqual([false])
        expect(server.received).toEqual(["still here"])
        await sketch.end()
    })

    test("stop() of one copy is the end for all, and the session is kept", async () => {
        await using server = await startListener()
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        for (const result of ["full", "resumed"]) {
            await sketch.do("connect", "a", HOST, server.port)
            await sketch.do("copy", "a", "b")
            await sketch.do("stop", "b")
            expect([await sketch.ask("connected", "a"), await sketch.do("fd", "a")]).toEqual([0, "none"])
            expect(await sketch.outcome("a")).toMatchObject({ result })
        }
        expect(server.resumed).toEqual([false, true])
        await sketch.end()
    })

    test("a copy connects for itself, with the settings that it was made with", async () => {
        await using server = await startListener()
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        await sketch.do("copy", "a", "b")
        await sketch.do("ca", "a", "-")
        expect(await sketch.ask("connect", "b", HOST, server.port)).toBe(1)
        expect(await sketch.ask("connected", "a")).toBe(0)
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(0)
        expect(await sketch.ask("connected", "b")).toBe(1)
        await sketch.do("assign", "a", "b") // leaves b's own connection
        await expect.poll(() => server.open).toEqual([false])
        await sketch.end()
    })

    test("stop() may come in every state, and twice", async () => {
        await using server = await speaker("unread")
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        const stop = async () => {
            await sketch.do("stop", "a")
            await sketch.do("stop", "a")
            return [await sketch.ask("connected", "a"), await sketch.do("fd", "a")]
        }
        expect(await stop()).toEqual([0, "none"])
        expect(await sketch.ask("connect", "a", HOST, await refusingPort())).toBe(0)
        expect(await stop()).toEqual([0, "none"])
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(1)
        expect(await stop()).toEqual([0, "none"])
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(1)
        expect(await sketch.ask("await", "a", 6)).toBe(6)
        expect(await stop()).toEqual([0, "none"])
        expect(await sketch.ask("available", "a")).toBe(0)
        await sketch.end()
    })

    test("goes from server to server, and leaves the one that it was connected to", async () => {
        await using first = await startListener()
        await using second = await startListener()
        await using sketch = startSketch()
        await makeClient(sketch, "a", `${first.ca}\n${second.ca}`)
        await sketch.do("connect", "a", HOST, first.port)
        await sketch.do("connect", "a", HOST, second.port)
        await expect.poll(() => [first.open, second.open]).toEqual([[false], [true]])
        await sketch.do("connect", "a", HOST, second.port)
        expect([first.resumed, second.resumed]).toEqual([[false], [false, true]])
        await sketch.end()
    })

    test("two clients may be open at a time", async () => {
        await using server = await startListener()
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        await makeClient(sketch, "b", server.ca)
        await sketch.do("connect", "a", HOST, server.port)
        await sketch.do("connect", "b", HOST, server.port)
        expect(await sketch.ask("write", "a", hex("one"))).toBe(3)
        expect(await sketch.ask("write", "b", hex("two"))).toBe(3)
        expect(await sketch.ask("same", "a", "b")).toBe(0)
        await sketch.do("stop", "a")
        await sketch.do("stop", "b")
        await expect.poll(() => server.open).toEqual([false, false])
        expect(server.received).toEqual(["one", "two"])
        await sketch.end()
    })

    test("says why it does not connect", async () => {
        await using server = await startListener()
        await using named = await startServer({ names: ["elsewhere.example"] })
        await using plain = await startTcp((socket) => socket.end("220 mail.example.com ESMTP\r\n"))
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        await makeClient(sketch, "other", (await createCertificateAuthority()).certificate)
        await makeClient(sketch, "none", "nothing\n")
        await makeClient(sketch, "named", named.ca)
        await sketch.do("new", "bare")
        const cases: [string, string, number, string][] = [
            ["other", HOST, server.port, "-40 the server's certificate is not signed by the given CA"],
            ["named", HOST, named.port, "-41 the server's certificate is for another host name"],
            ["none", HOST, server.port, "-92 "],
            ["bare", HOST, server.port, "-92 "],
            ["a", HOST, plain.port, "-45 the server does not speak TLS on this port"],
            ["a", HOST, await refusingPort(), "-75 the server refuses connections on this port"],
            ["a", "no-such-host.invalid", server.port, "-72 the host is unknown or cannot be reached"],
            ["a", "no/host", server.port, "-99 "],
            ["a", HOST, 0, "-90 "],
        ]
        for (const [name, host, port, why] of cases) {
            expect(await sketch.ask("connect", name, host, port), why).toBe(0)
            expect(await sketch.do("error", name)).toMatch(new RegExp(`^${why}`))
            expect(await sketch.ask("connected", name)).toBe(0)
        }
        expect(sketch.log).toContain(`${HOST}:${server.port}: the server's certificate is not signed`)
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(1)
        expect(await sketch.do("error", "a")).toBe("0 ")
        await sketch.end()
    })

    test("gives up in the time that it was given", async () => {
        await using silent = await startTcp(() => {})
        await using sketch = startSketch()
        await makeClient(sketch, "a", identity.ca)
        const away = await sketch.ask("no-answer")
        await sketch.do("timeout", "a", 1000)
        await sketch.do("handshake-timeout", "a", 2)
        for (const [port, atLeastMs] of [
            [away, 1000],
            [silent.port, 2900],
        ] as const) {
            const started = performance.now()
            expect(await sketch.ask("connect", "a", HOST, port)).toBe(0)
            expect(performance.now() - started).toBeGreaterThan(atLeastMs)
            expect(performance.now() - started).toBeLessThan(atLeastMs + 1500)
            expect(await sketch.do("error", "a")).toBe("-76 the server did not answer in time")
        }
        const started = performance.now()
        await sketch.do("handshake-timeout", "a", 0)
        expect(await sketch.ask("connect", "a", HOST, away, 300)).toBe(0)
        expect(performance.now() - started).toBeLessThan(1500)
        await sketch.end()
    })

    test("connects to an address that the certificate has, or whose name it has", async () => {
        using server = await startNginx({ identity: identity.server })
        await using named = await startListener()
        await using sketch = startSketch()
        await makeClient(sketch, "a", identity.ca)
        expect(await sketch.ask("connect-address", "a", "127.0.0.1", server.port)).toBe(1)
        expect(await sketch.ask("connect-address", "a", "127.0.0.1", named.port)).toBe(0)
        const ca = sketch.file("named.pem", named.ca)
        expect(await sketch.ask("connect-as", "a", "127.0.0.1", named.port, HOST, ca)).toBe(1)
        await sketch.do("stop", "a")
        expect(await sketch.ask("connect-as", "a", "127.0.0.1", named.port, HOST, ca)).toBe(1)
        expect(named.resumed).toEqual([false, true])
        await sketch.end()
    })

    test("trusts a certificate bundle, in the format of its ESP-IDF, and a CA rather", async () => {
        using server = await startNginx({ identity: identity.server })
        const other = (await createCertificateAuthority("another root", "rsa")).certificate
        const format = version === 3 ? "new" : "old"
        await using sketch = startSketch()
        const bundle = (name: string, cas: string[]) => sketch.file(name, bundleOfPem(cas, format))
        await sketch.do("new", "a")
        await sketch.do("bundle", "a", bundle("both", [other, identity.ca]))
        for (const isResumed of [false, true]) {
            expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(1)
            expect(await getPage(sketch, "a")).toContain(isResumed ? "resumed: r" : "resumed: .")
        }
        await sketch.do("ca", "a", sketch.file("other.pem", other))
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(0)
        await sketch.do("ca", "a", "-")
        await sketch.do("bundle", "a", bundle("other", [other]))
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(0)
        expect(await sketch.do("error", "a")).toMatch(/^-40 /)
        await sketch.end()
    })

    test("shows its own certificate, of a constant, of a stream, or for one connection", async () => {
        const devices = await createCertificateAuthority("devices")
        const device = await devices.issue({ names: ["device-1"], purpose: "client" })
        using server = await startNginx({ identity: identity.server, clientCa: devices.certificate })
        await using sketch = startSketch()
        const certificate = sketch.file("certificate.pem", device.certificate)
        const key = sketch.file("key.pem", device.key)
        const ca = sketch.file("ca.pem", identity.ca)
        await makeClient(sketch, "a", identity.ca)
        await sketch.do("certificate", "a", certificate)
        await sketch.do("key", "a", key)
        await sketch.do("new", "b")
        expect(await sketch.ask("load", "b", "ca", ca)).toBe(1)
        expect(await sketch.ask("load", "b", "certificate", certificate)).toBe(1)
        expect(await sketch.ask("load", "b", "key", key)).toBe(1)
        expect(await sketch.ask("load-more", "b", "key", key)).toBe(0)
        await sketch.do("new", "c")
        const connects: [string, ...(string | number)[]][] = [
            ["connect", "a", HOST, server.port],
            ["connect", "b", HOST, server.port],
            ["connect-with", "c", HOST, server.port, ca, certificate, key],
        ]
        for (const [index, connect] of connects.entries()) {
            expect(await sketch.ask(...connect)).toBe(1)
            const name = String(connect[1])
            // Another file in its place meanwhile is none of this connection's business.
            await sketch.do("load", name, "ca", certificate)
            expect(await getPage(sketch, name)).toContain(index > 0 ? "resumed: r" : "resumed: .")
        }
        await sketch.end()
    })

    test("names what is wrong with its own certificate and key", async () => {
        const device = await (await createCertificateAuthority()).issue({ names: ["d"], purpose: "client" })
        const cipher = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" } as const
        await using server = await startServer({ names: [HOST], asksForCertificate: true })
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        await sketch.do("certificate", "a", sketch.file("certificate.pem", device.certificate))
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(0)
        expect(await sketch.do("error", "a")).toMatch(/^-90 /)
        const locked = createPrivateKey(device.key).export(cipher)
        await sketch.do("key", "a", sketch.file("key.pem", locked))
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(0)
        expect(await sketch.do("error", "a")).toBe("-95 the client key is locked with a passphrase")
        await sketch.end()
    })

    test("asks for application protocols", async () => {
        await using server = await startServer({ names: [HOST], alpn: ["mqtt"], onConnection: (s) => void s.resume() })
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        await sketch.do("alpn", "a", "x-amzn-mqtt-ca", "mqtt")
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(1)
        expect(server.alpn).toEqual(["mqtt"])
        await sketch.do("alpn", "a", "http/1.1")
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(0)
        await sketch.do("alpn", "a", "x".repeat(40), "y".repeat(40))
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(0)
        expect(await sketch.do("error", "a")).toMatch(/^-97 /)
        await sketch.end()
    })

    test("refuses what it does not do, in words, and connects to nobody", async () => {
        await using server = await startListener()
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        for (const [set, word, takeBack] of [
            ["insecure", "setInsecure", ["ca", "a", sketch.file("ca.pem", server.ca)]],
            ["plain", "setPlainStart", undefined],
            ["ciphers", "setCiphers", undefined],
        ] as const) {
            await sketch.do("copy", "a", "b")
            await sketch.do(set, "b")
            expect(await sketch.ask("connect", "b", HOST, server.port), set).toBe(0)
            expect(await sketch.do("error", "b")).toMatch(new RegExp(`^-90 ${word}: `))
            expect(sketch.log).toContain(`[E] ${word}: `)
            if (takeBack !== undefined) {
                await sketch.do(takeBack[0], "b", ...takeBack.slice(2))
                expect(await sketch.ask("connect", "b", HOST, server.port), set).toBe(1)
            }
        }
        expect(await sketch.ask("start-tls", "a")).toBe(0)
        expect(server.open).toHaveLength(1)
        await sketch.end()
    })

    describe("with a pre-shared key", () => {
        const psk = { identity: "sensor-17", key: Buffer.alloc(32, 0x17) }
        const another = { ...psk, key: Buffer.alloc(32, 0x18) }
        const words = ({ identity, key }: typeof psk) => [identity, key.toString("hex")] as const

        test.each([
            ["TLS1.3", true],
            ["TLS1.2", false],
        ])("and no CA, OpenSSL's server without a certificate is greeted by it in %s", async (protocol, has13) => {
            const options = { psk, pskAlone: true, hasTls13: () => has13 }
            using server = await startOpenssl({ identity: identity.server, ...options })
            await using sketch = startSketch()
            await sketch.do("new", "proto")
            await sketch.do("psk", "proto", ...words(psk))
            await sketch.do("copy", "proto", "a")
            await sketch.do("delete", "proto")
            expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(1)
            expect(server.isAnswer(Buffer.from(await getPage(sketch, "a"), "latin1"))).toBe(true)
            await sketch.do("stop", "a")
            expect(await sketch.outcome("a")).toMatchObject({ result: "full", kind: "external-psk", protocol })
            await sketch.end()
        })

        test("and no CA, mosquitto takes what it publishes", async () => {
            using server = await startMosquitto({ identity: identity.server, psk, pskAlone: true })
            await using sketch = startSketch()
            await sketch.do("new", "a")
            await sketch.do("psk", "a", ...words(psk))
            expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(1)
            expect(await publish(sketch, "a")).toEqual(acknowledged)
            await sketch.do("stop", "a")
            expect(await sketch.outcome("a")).toMatchObject({ result: "full", kind: "external-psk" })
            await sketch.end()
        })

        test("and no CA, nobody without it is believed", async () => {
            using stranger = await startMosquitto({ identity: identity.server, psk: another, pskAlone: true })
            using certified = await startOpenssl({ identity: identity.server })
            await using sketch = startSketch()
            await sketch.do("new", "a")
            await sketch.do("psk", "a", ...words(psk))
            for (const { port } of [stranger, certified]) {
                expect(await sketch.ask("connect", "a", HOST, port)).toBe(0)
                expect(await sketch.do("error", "a")).toMatch(/^-57 .*pre-shared key/)
            }
            await sketch.end()
        })

        test("and a CA, the key goes first, and a server without it goes by certificate", async () => {
            using knows = await startOpenssl({ identity: identity.server, psk })
            using stranger = await startOpenssl({ identity: identity.server })
            await using sketch = startSketch()
            await makeClient(sketch, "a", identity.ca)
            await sketch.do("psk", "a", psk.identity, psk.key.toString("hex").toUpperCase())
            for (const [{ port }, kind] of [
                [knows, "external-psk"],
                [stranger, null],
            ] as const) {
                expect(await sketch.ask("connect", "a", HOST, port)).toBe(1)
                await sketch.do("stop", "a")
                expect(await sketch.outcome("a")).toMatchObject({ result: "full", kind })
            }
            await sketch.end()
        })

        test("of one connection alone", async () => {
            using server = await startOpenssl({ identity: identity.server, psk, pskAlone: true })
            await using sketch = startSketch()
            await sketch.do("new", "a")
            expect(await sketch.ask("connect-psk", "a", HOST, server.port, ...words(psk))).toBe(1)
            await sketch.do("stop", "a")
            expect(await sketch.outcome("a")).toMatchObject({ kind: "external-psk" })
            expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(0)
            expect(await sketch.do("error", "a")).toMatch(/^-92 /)
            await sketch.end()
        })

        test.each([
            ["of 15 bytes", ["a", "00".repeat(15)]],
            ["of 65 bytes", ["a", "00".repeat(65)]],
            ["of half a byte more", ["a", `${"00".repeat(32)}0`]],
            ["that is a password", ["a", "correct_horse_battery_staple_...."]],
            ["of too long an identity", ["a".repeat(65), "00".repeat(32)]],
        ])("%s, it connects to nobody and says so, until the key is taken back", async (_, key) => {
            await using server = await startListener()
            await using sketch = startSketch()
            await makeClient(sketch, "a", server.ca)
            await sketch.do("psk", "a", ...key)
            expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(0)
            expect(await sketch.do("error", "a")).toMatch(/^-90 setPreSharedKey: /)
            expect(await sketch.ask("connect-psk", "a", HOST, server.port, ...key)).toBe(0)
            expect(server.open).toEqual([])
            expect(sketch.log).toContain("[E] setPreSharedKey: ")
            await sketch.do("no-psk", "a")
            expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(1)
            await sketch.end()
        })
    })

    test("wants Wi-Fi on, or another true source of random numbers", async () => {
        await using server = await startListener()
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        await sketch.do("wifi", "off")
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(0)
        expect(await sketch.do("error", "a")).toBe("-81 the random generator failed")
        await sketch.do("entropy", "on")
        expect(await sketch.ask("connect", "a", HOST, server.port)).toBe(1)
        await sketch.end()
    })

    test("tells the chip what a full handshake has proven of the time", async () => {
        await using server = await startListener()
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        await sketch.do("connect", "a", HOST, server.port)
        expect(await sketch.ask("proven")).toBeGreaterThan(1_700_000_000)
        await sketch.end()
    })

    test("says that a server has broken off, after what it said", async () => {
        await using server = await startListener()
        using proxy = await FaultProxy.start(server.port)
        await using sketch = startSketch()
        await makeClient(sketch, "a", server.ca)
        await sketch.do("connect", "a", HOST, proxy.port)
        await expect.poll(() => server.sockets.length).toBe(1)
        await new Promise<unknown>((sent) => server.sockets[0]?.write("so far", sent))
        expect(await sketch.ask("await", "a", 6)).toBe(6)
        proxy[Symbol.dispose]()
        expect(bytes(await sketch.do("read-bytes", "a", 100)).toString()).toBe("so far")
        expect(await sketch.ask("connected", "a")).toBe(0)
        expect(await sketch.do("error", "a")).toMatch(/^-(49|74) /)
        await sketch.end()
    })
})
