// The TLS stack for ESP-IDF 6, below a stand-in for esp_tls, against real servers: what an app sees of it, and
// what the servers say.
import net from "node:net"
import { afterAll, describe, expect, test } from "vitest"
import { FaultProxy } from "#dev/network/fault-proxy.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startMosquitto } from "#dev/servers/mosquitto.js"
import { acknowledged, publishOnce } from "#dev/servers/mqtt.js"
import { startNginx } from "#dev/servers/nginx.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import { compactOf, decodeOutcome } from "#warmhello/base/compact-outcome.js"
import { outcomeSchema } from "#warmhello/base/outcome.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { bundleOfPem } from "../support/crt-bundle.js"
import { hostileKinds } from "../support/servers/hostile.js"
import { refusingPort, sessionKinds, startServer, startTcp } from "../ts/support/tls-server.js"
import { App, type AppOptions, espErrors, request } from "./app.js"

const identity = await createIdentity()
const nginx = await startNginx({ identity: identity.server })
afterAll(() => nginx[Symbol.dispose]())

const names = ["localhost"]
const bundleOf = (pem: string) => bundleOfPem([pem], "new")

/** Of one block of PEM. */
const derOf = (pem: string) => Buffer.from(pem.replaceAll(/-----[^-]*-----/g, ""), "base64")
const app = (options: Partial<AppOptions> = {}) => new App({ port: nginx.port, ca: identity.ca, ...options })

const full = { result: 1, last: 0, code: 0, flags: 0, knows: true, outcome: { result: "full", error: null } }
const resumed = { ...full, outcome: { result: "resumed", reason: "accepted", error: null } }
/** nginx says it in its answer. */
const nginxSays = (isResumed: boolean) => expect.stringContaining(isResumed ? "resumed: r\n" : "resumed: .\n")

const modes = [
    { mode: "a blocking connection", args: [] },
    { mode: "a non-blocking one", args: ["--ask", "async"] },
    { mode: "a blocking one under tcp_transport", args: ["--ask", "poll"] },
    { mode: "a non-blocking one under tcp_transport", args: ["--ask", "async", "--ask", "poll"] },
]

describe.each(modes)("$mode", ({ args }) => {
    const never = { destroyed: 0, leaked: 0 }

    test.each(["1.2", "1.3"])("is made in full once with TLS %s, and resumed in each later wake", async (version) => {
        using device = app({ args: [...args, "--ask", version] })
        const kind = version === "1.2" ? "ticket" : "psk"
        expect(await device.visit()).toMatchObject({
            ...full,
            ...never,
            ended: 0,
            session: true,
            reply: nginxSays(false),
        })
        for (let wake = 2; wake <= 5; wake++) {
            const seen = await device.visit()
            expect(seen).toMatchObject({ ...resumed, ...never, reply: nginxSays(true) })
            expect(seen.outcome).toMatchObject({ kind, protocol: `TLS${version}`, stored: "both" })
            const told = decodeOutcome(Buffer.from(seen.compact, "hex"))
            expect(told).toEqual(compactOf(outcomeSchema.parse(seen.outcome)))
        }
    })

    test("makes a full handshake when the server refuses the session", async () => {
        using server = await startNginx({ identity: identity.server })
        using device = app({ port: server.port, args })
        expect(await device.visit()).toMatchObject(full)
        await server.restart()
        const seen = await device.visit()
        expect(seen).toMatchObject({ ...full, outcome: { reason: "refused" }, reply: nginxSays(false) })
        expect(await device.visit()).toMatchObject({ ...resumed, reply: nginxSays(true) })
    })

    test.each([
        [
            "breaks off",
            (socket: { resetAndDestroy(): void; once(name: "data", f: () => void): void }) =>
                socket.once("data", () => socket.resetAndDestroy()),
        ],
        ["says nothing to", (socket: { resume(): void }) => socket.resume()],
    ])("is made on a second TCP connection when the server %s the one with a session", async (_, treat) => {
        let connections = 0
        await using server = await startServer({
            names,
            onTcp: (socket, n) => {
                connections = n
                if (n !== 2) return "tls"
                treat(socket)
                return "handled"
            },
        })
        using device = app({ ca: server.ca, port: server.port, args: [...args, "--timeout", "4000"] })
        expect(await device.visit()).toMatchObject(full)
        const seen = await device.visit()
        expect(seen).toMatchObject({ ...full, ...never, ended: 0, outcome: { result: "full", reason: "fallback" } })
        expect(seen.reply).toContain("200 OK")
        expect(connections).toBe(3)
        expect(server.resumed).toEqual([false, false])
        expect(await device.visit()).toMatchObject(resumed)
    })

    test("goes round once where it blocks, and little where it does not", async () => {
        await using server = await startTcp((socket) => void socket.resume())
        using device = app({ port: server.port, args: [...args, "--timeout", "600"] })
        const seen = await device.visit()
        expect(seen).toMatchObject({ result: -1, last: espErrors.timeout })
        expect(seen.rounds).toBeLessThanOrEqual(args.includes("async") ? 600 : 1)
        expect(seen.tookMs).toBeGreaterThan(590)
    })
})

test("the end of an answer is heard of at once where it came with the last bytes, and TCP stays open", async () => {
    // As the last that tcp_transport's select() could see has been read with them.
    await using line = await startTcp((socket) => {
        const there = net.connect(nginx.port, "127.0.0.1")
        const answer: Buffer[] = []
        let hasAsked = false
        socket.on("data", (bytes) => {
            hasAsked ||= bytes[0] === 23 // a record of the app's
            there.write(bytes)
        })
        there.on("data", (bytes) => (hasAsked ? answer.push(bytes) : socket.write(bytes)))
        there.on("end", () => socket.write(Buffer.concat(answer)))
        there.on("error", () => {})
    })
    using device = app({ port: line.port, args: ["--ask", "poll", "--ask", "1.2"] })
    expect(await device.visit()).toMatchObject({ ...full, ended: 0, reply: nginxSays(false) })
})

describe("no wake fails because of resumption:", () => {
    const cuts = ["fin", "rst"] as const

    test.each(["1.2", "1.3"])("a handshake with a session of TLS %s is cut at eleven places", async (version) => {
        using proxy = await FaultProxy.start(nginx.port)
        const sessionless = () => app({ port: proxy.port, args: ["--ask", version] })
        using measured = sessionless()
        expect(await measured.visit()).toMatchObject(full)
        const { outcome } = await measured.visit()
        expect(outcome).toMatchObject({ result: "resumed" })
        const ofServer = Array.from({ length: 8 }, (_, i) => Math.floor((i * Number(outcome?.bytesRx)) / 8))
        const points = [
            ...ofServer.map((at) => ({ direction: "toClient", at }) as const),
            ...[1, 100, 200].map((at) => ({ direction: "toServer", at }) as const),
        ]
        for (const [i, point] of points.entries()) {
            const by = cuts[i % 2] ?? "fin"
            using device = sessionless()
            expect(await device.visit()).toMatchObject(full)
            proxy.plan([{ ...point, fault: { do: "cut", by } }])
            const seen = await device.visit(...(i % 3 === 0 ? ["--ask", "async"] : []))
            expect(seen, `${point.direction} at ${point.at} by ${by}`).toMatchObject({
                ...{ ...full, ended: 0, leaked: 0, reply: nginxSays(false) },
                outcome: { result: "full", reason: "fallback" },
            })
        }
    })
})

describe("mosquitto", async () => {
    const devices = await createCertificateAuthority("devices")
    const bytes = Buffer.concat(
        publishOnce("warmhello/reading", "21.5")
            .slice(0, 2)
            .map(({ send }) => send),
    )
    const publishes = [...request(bytes), "--until", String(acknowledged.length)]

    test.each(modes)("takes what an app publishes, and resumes: $mode", async ({ args }) => {
        using broker = await startMosquitto({ identity: identity.server })
        using device = app({ port: broker.port, args: [...args, ...publishes] })
        const said = { ended: 1, reply: acknowledged.toString("latin1") }
        expect(await device.visit()).toMatchObject({ ...full, ...said })
        expect(await device.visit()).toMatchObject({ ...resumed, ...said })
        expect(await device.visit()).toMatchObject({ ...resumed, ...said })
    })

    test.each(["PEM", "DER"])("knows a device by its certificate, in %s", async (form) => {
        using broker = await startMosquitto({ identity: identity.server, clientCa: devices.certificate })
        using device = app({ port: broker.port, args: publishes })
        const own = await devices.issue({ names: ["device-1"], keyKind: "ecdsa", purpose: "client" })
        const as = (pem: string) => (form === "PEM" ? pem : derOf(pem))
        const files = ["--cert", device.file("cert", as(own.certificate)), "--key", device.file("key", as(own.key))]
        expect(await device.visit(...files)).toMatchObject(full)
        expect(await device.visit(...files)).toMatchObject(resumed)
    })

    test("refuses one without", async () => {
        using broker = await startMosquitto({ identity: identity.server, clientCa: devices.certificate })
        using stranger = app({ port: broker.port, args: [...publishes, "--ask", "1.2"] })
        expect(await stranger.visit()).toMatchObject({ result: -1, last: espErrors.handshake, code: 0x7780, flags: 0 })
    })
})

describe("OpenSSL's server", () => {
    test.each(sessionKinds)("resumes by a $title", async ({ kind, version, tickets }) => {
        using server = await startOpenssl({ identity: identity.server, tickets })
        using device = app({ port: server.port, args: ["--ask", version] })
        const says = (word: string) => expect.stringMatching(new RegExp(`^${word}, TLS`, "m"))
        expect(await device.visit()).toMatchObject({ ...full, reply: says("New") })
        expect(await device.visit()).toMatchObject({ ...resumed, outcome: { kind }, reply: says("Reused") })
    })
})

describe("a pre-shared key (psk_hint_key)", () => {
    const psk = { identity: "sensor-17", key: Buffer.alloc(32, 0x17) }
    const keyOf = ({ identity, key }: typeof psk) => ["--psk-hint", identity, "--psk-key", key.toString("hex")]
    const of = { another: { ...psk, key: Buffer.alloc(32, 0x18) }, anotherName: { ...psk, identity: "sensor-18" } }
    const byPsk = { ...full, outcome: { ...full.outcome, kind: "external-psk" } }
    const bytes = Buffer.concat(
        publishOnce("warmhello/reading", "21.5")
            .slice(0, 2)
            .map(({ send }) => send),
    )
    const publishes = [...request(bytes), "--until", String(acknowledged.length)]

    describe.each(["1.2", "1.3"])("with TLS %s", (version) => {
        const args = ["--ask", version, ...keyOf(psk)]

        test("alone: OpenSSL's server, which has no certificate, is greeted by it", async () => {
            using server = await startOpenssl({ identity: identity.server, psk, pskAlone: true })
            using device = new App({ port: server.port, args })
            const seen = await device.visit()
            expect(seen).toMatchObject(byPsk)
            expect(server.isAnswer(Buffer.from(seen.reply, "latin1"))).toBe(true)
            expect(await device.visit("--ask", "async")).toMatchObject(version === "1.2" ? resumed : byPsk)
        })

        test("alone: mosquitto takes what is published by it", async () => {
            using broker = await startMosquitto({ identity: identity.server, psk, pskAlone: true })
            using device = new App({ port: broker.port, args: [...args, ...publishes] })
            expect(await device.visit()).toMatchObject({ ...byPsk, ended: 1, reply: acknowledged.toString("latin1") })
        })

        // s_server takes any identity in TLS 1.2.
        test.each([
            ["OpenSSL", "another key", startOpenssl, of.another],
            ["mosquitto", "another key", startMosquitto, of.another],
            ["mosquitto", "another identity", startMosquitto, of.anotherName],
        ] as const)("alone: %s with %s lets nobody in, and is told of", async (_, _which, start, known) => {
            using server = await start({ identity: identity.server, psk: known, pskAlone: true })
            using device = new App({ port: server.port, args })
            const seen = await device.visit()
            expect(seen).toMatchObject({
                ...{ result: -1, last: espErrors.handshake, code: 0x7780 },
                outcome: { result: "failed", error: "psk-refused" },
            })
            expect(seen.log).toContain("psk-refused: ")
        })

        test("alone: a server with a certificate and without the key is not believed", async () => {
            using server = await startOpenssl({ identity: identity.server })
            using device = new App({ port: server.port, args })
            const seen = await device.visit()
            expect(seen).toMatchObject({ result: -1, outcome: { result: "failed", error: "psk-refused" } })
        })

        test("beside a CA: the key goes first, and a server without it goes by certificate", async () => {
            using knows = await startOpenssl({ identity: identity.server, psk })
            using device = app({ port: knows.port, args })
            expect(await device.visit()).toMatchObject(byPsk)
            using stranger = app({ args })
            expect(await stranger.visit()).toMatchObject({ ...full, outcome: { ...full.outcome, kind: null } })
        })
    })
})

describe("whom an app trusts", () => {
    const untrusted = { result: -1, last: espErrors.handshake, code: 0x2700, flags: 0x08 }

    test("a CA of its own, and no server of another's", async () => {
        using stranger = app({ ca: (await createIdentity()).ca })
        const seen = await stranger.visit()
        expect(seen).toMatchObject({ ...untrusted, outcome: { result: "failed", error: "untrusted" } })
        expect(seen.log).toContain("untrusted: the server's certificate is not signed by the given CA")
    })

    test("a CA in DER", async () => {
        using device = app({ ca: derOf(identity.ca) })
        expect(await device.visit()).toMatchObject(full)
        expect(await device.visit()).toMatchObject(resumed)
    })

    test("the global CA store, to which it may add", async () => {
        using device = new App({ port: nginx.port, args: ["--ask", "global"] })
        const other = ["--global", device.file("other", (await createIdentity()).ca)]
        const right = ["--global", device.file("right", identity.ca)]
        expect(await device.visit(...other)).toMatchObject({ ...untrusted, set: [{ global: 0 }] })
        expect(await device.visit(...other, ...right)).toMatchObject(full)
        expect(await device.visit(...other, ...right)).toMatchObject(resumed)
        expect(await device.visit(...right, ...other)).toMatchObject(full)
        const der = ["--global", device.file("der", derOf(identity.ca))]
        expect(await device.visit(...der, ...other)).toMatchObject({ result: 1 })
        expect(await device.visit(...other, ...der)).toMatchObject({ result: 1 })
    })

    test("nobody while the global CA store is empty, or was given no certificate", async () => {
        using device = new App({ port: nginx.port, args: ["--ask", "global"] })
        const missing = { result: -1, last: espErrors.invalidState }
        expect(await device.visit()).toMatchObject(missing)
        const bad = ["--global", device.file("bad", "nothing")]
        expect(await device.visit(...bad)).toMatchObject({ ...missing, set: [{ global: -1 }] })
    })

    test("the bundle that it has registered, whatever attaches one", async () => {
        using device = new App({ port: nginx.port, args: ["--ask", "other-bundle"] })
        const seen = await device.visit()
        expect(seen).toMatchObject({ result: -1, last: espErrors.notSupported })
        expect(seen.log).toContain("no-bundle: ")
        const registered = ["--registered", device.file("bundle", bundleOf(identity.ca))]
        expect(await device.visit(...registered)).toMatchObject(full)
        expect(await device.visit(...registered)).toMatchObject(resumed)
    })

    test("ESP-IDF's bundle: the embedded one, or the one that it has set", async () => {
        using device = new App({ port: nginx.port, hasBundle: true, args: ["--ask", "bundle"] })
        expect(await device.visit()).toMatchObject({ ...untrusted, outcome: { error: "untrusted" } })
        const set = ["--set-bundle", device.file("bundle", bundleOf(identity.ca))]
        expect(await device.visit(...set)).toMatchObject({ ...full, set: [{ bundle: 0 }] })
        const refused = ["--set-bundle", device.file("empty", "")]
        expect(await device.visit(...refused)).toMatchObject({
            ...untrusted,
            set: [{ bundle: espErrors.invalidArgument }],
        })
    })
})

describe("a server's name", () => {
    test("is the host's", async () => {
        using device = app({ args: ["--host", "127.0.0.2"] })
        const seen = await device.visit()
        expect(seen).toMatchObject({ result: -1, last: espErrors.failedConnect })
        await using other = await startServer({ names: ["somewhere.example"] })
        using wrong = app({ port: other.port, ca: other.ca })
        expect(await wrong.visit()).toMatchObject({ result: -1, last: espErrors.handshake, code: 0x2700, flags: 0x04 })
    })

    test("is common_name where that is given, and any where it is skipped", async () => {
        await using other = await startServer({ names: ["somewhere.example"] })
        using device = app({ port: other.port, ca: other.ca, args: ["--common-name", "somewhere.example"] })
        expect(await device.visit("--host", "127.0.0.1")).toMatchObject(full)
        expect(await device.visit("--host", "127.0.0.1")).toMatchObject(resumed)
        using nameless = app({ port: other.port, ca: other.ca, args: ["--ask", "any-name"] })
        const seen = await nameless.visit()
        expect(seen).toMatchObject(full)
        expect(seen.log).toContain("any-name: ")
        expect(await nameless.visit()).toMatchObject(resumed)
        const long = await device.visit("--common-name", "a".repeat(300))
        expect(long).toMatchObject({ result: -1, last: espErrors.hostname })
    })
})

test("a server may be at an IPv6 address, as which the kernel takes an IPv4 one too", async () => {
    using device = app({ args: ["--host", "::ffff:127.0.0.1", "--common-name", "localhost"] })
    expect(await device.visit()).toMatchObject({ ...full, reply: nginxSays(false) })
    expect(await device.visit()).toMatchObject({ ...resumed, reply: nginxSays(true) })
    // The same name and port: the same server.
    expect(await device.visit("--host", "127.0.0.1")).toMatchObject({ ...resumed, reply: nginxSays(true) })
})

describe("ALPN", () => {
    test("asks for the app's protocols in their order", async () => {
        await using server = await startServer({ names, alpn: ["http/1.1"] })
        using device = app({ port: server.port, ca: server.ca, args: ["--alpn", "h2", "--alpn", "http/1.1"] })
        expect(await device.visit()).toMatchObject(full)
        expect(await device.visit()).toMatchObject(resumed)
        expect(server.alpn).toEqual(["http/1.1", "http/1.1"])
        const none = await device.visit("--alpn", "a,b")
        expect(none).toMatchObject({ result: -1, last: espErrors.alpn })
        expect(none.log).toContain("alpn-unusable: a,b")
        const many = Array.from({ length: 5 }, (_, i) => ["--alpn", `protocol-${i}-${"x".repeat(9)}`]).flat()
        expect(await device.visit(...many)).toMatchObject({ result: -1, last: espErrors.alpn })
    })
})

describe("what a connection may not ask for is refused with its own word:", () => {
    const notSupported = espErrors.notSupported
    test.each([
        ["ds", "no-ds-peripheral", notSupported],
        ["ecdsa", "no-ecdsa-peripheral", notSupported],
        ["secure-element", "no-secure-element", notSupported],
        ["password", "no-key-password", notSupported],
        ["ciphers", "no-cipher-list", notSupported],
        ["buffers", "no-buffer-strategy", notSupported],
        ["no-such-version", "no-such-version", espErrors.invalidArgument],
    ] as const)("%s", async (what, word, last) => {
        using device = app()
        for (const mode of [[], ["--ask", "async"]]) {
            const seen = await device.visit("--ask", what, ...mode)
            expect(seen).toMatchObject({ result: -1, last, outcome: null, session: false, knows: false })
            expect(seen.log).toContain(`${word}: `)
        }
    })

    test("no CA at all", async () => {
        using device = new App({ port: nginx.port })
        const seen = await device.visit()
        expect(seen).toMatchObject({ result: -1, last: espErrors.setup, outcome: null })
        expect(seen.log).toContain("no-ca: ")
    })

    test.each([
        ["a pre-shared key of 15 bytes", ["--psk-hint", "a", "--psk-key", "00".repeat(15)]],
        ["one of 65", ["--psk-hint", "a", "--psk-key", "00".repeat(65)]],
        ["one without its hint", ["--psk-key", "00".repeat(32)]],
        ["a hint of 65 bytes", ["--psk-hint", "a".repeat(65), "--psk-key", "00".repeat(32)]],
    ])("%s", async (_, args) => {
        using device = app()
        const seen = await device.visit(...args)
        expect(seen).toMatchObject({ result: -1, last: espErrors.psk, outcome: null })
        expect(seen.log).toContain("psk-unusable: ")
    })

    test("to be a server", async () => {
        using device = app({ args: ["--last", "server"] })
        const seen = await device.visit()
        expect(seen).toMatchObject({ result: -1, last: espErrors.notSupported, outcome: null })
        expect(seen.log).toContain("no-server: ")
    })

    test("half an identity", async () => {
        using device = app()
        const seen = await device.visit("--key", device.file("key", "any"))
        expect(seen).toMatchObject({ result: -1, last: espErrors.invalidState })
        expect(seen.log).toContain("half-identity: ")
    })
})

describe("a failure is what mbedTLS's stack would call it:", () => {
    const failed = (last: number, code: number, flags = 0) => ({ result: -1, last, code, flags })
    const { handshake } = espErrors

    test("a port that refuses", async () => {
        const port = await refusingPort()
        using device = app({ port })
        expect(await device.visit()).toMatchObject({ result: -1, last: espErrors.failedConnect })
        const seen = await device.visit("--ask", "async")
        expect(seen).toMatchObject({ result: -1, last: espErrors.failedConnect })
        expect(seen.log).toContain("host-unreachable: ")
    })

    test("something else than TLS", async () => {
        await using plain = await startTcp((socket) => socket.end("220 mail.example.com ESMTP\r\n"))
        using device = app({ port: plain.port })
        expect(await device.visit()).toMatchObject(failed(handshake, 0x7200))
    })

    test("a server that hangs up", async () => {
        await using server = await startTcp((socket) => socket.once("data", () => socket.end()))
        using device = app({ port: server.port })
        expect(await device.visit()).toMatchObject(failed(handshake, 0x7280))
        expect(await device.visit("--ask", "async")).toMatchObject(failed(handshake, 0x7280))
    })

    test("an alert", async () => {
        await using server = await startServer({ names, alpn: ["mqtt"] })
        using device = app({ port: server.port, ca: server.ca, args: ["--alpn", "h2"] })
        expect(await device.visit()).toMatchObject(failed(handshake, 0x7780))
    })

    test("a certificate that has ended, and one that has not begun", async () => {
        const day = (days: number) => new Date(Date.now() + days * 86_400_000)
        for (const [notBefore, notAfter, flags] of [
            [day(-20), day(-10), 0x01],
            [day(10), day(20), 0x0200],
        ] as const) {
            await using server = await startServer({ names, notBefore, notAfter })
            using device = app({ port: server.port, ca: server.ca })
            expect(await device.visit()).toMatchObject(failed(handshake, 0x2700, flags))
        }
    })

    test("a CA that is none", async () => {
        using device = app({ ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" })
        expect(await device.visit()).toMatchObject(failed(espErrors.certificateUnreadable, 0x2180))
    })

    test("an end without a goodbye", async () => {
        await using server = await startServer({
            names,
            onConnection: (socket) => {
                socket.once("data", () => {
                    socket.write("half", () => socket.destroy())
                })
            },
        })
        using device = app({ port: server.port, ca: server.ca })
        const seen = await device.visit()
        expect(seen).toMatchObject({ result: 1, ended: -0x7280, last: espErrors.read, code: 0x7280, reply: "half" })
    })
})

describe("deleted at any moment, a connection leaves nothing behind:", () => {
    test.each([
        ["before it begins", "init", 0],
        ["when it is open", "opened", 1],
        ["when something is written", "written", 1],
    ] as const)("%s", async (_, last, result) => {
        using device = app({ args: ["--last", last] })
        expect(await device.visit()).toMatchObject({ result })
        expect(await device.visit()).toMatchObject({ result })
    })

    test("while it is made, without a session and with one", async () => {
        let isSilent = true
        await using server = await startServer({
            names,
            onTcp: (socket) => {
                if (!isSilent) return "tls"
                socket.resume()
                return "handled"
            },
        })
        using device = app({ port: server.port, ca: server.ca })
        const round = ["--ask", "async", "--last", "round"]
        expect(await device.visit(...round)).toMatchObject({ result: 0, outcome: { result: "pending" } })
        isSilent = false
        expect(await device.visit()).toMatchObject(full)
        isSilent = true
        expect(await device.visit(...round)).toMatchObject({ result: 0 })
        isSilent = false
        expect(await device.visit()).toMatchObject({ result: 1 })
    })
})

test("several connections of one wake resume each other's sessions", async () => {
    using device = app()
    const { connections } = await device.wake("--connects", "3")
    expect(connections.map(({ outcome }) => outcome?.result)).toEqual(["full", "resumed", "resumed"])
    expect(connections.map(({ leaked }) => leaked)).toEqual([0, 0, 0])
})

describe.each(hostileKinds)("a server that $title", (kind) => {
    test.each(["with a session", "without"])("ends a connect %s by its word, or opens", async (which) => {
        const wellFor = which === "with a session" ? 1 : 0
        await using server = await kind.start({ wellFor, slowMs: 2500, names })
        using device = app({ port: server.port, ca: server.ca, args: ["--timeout", "4000"] })
        if (wellFor === 1) expect(await device.visit()).toMatchObject(full)
        const seen = await device.visit()
        expect(seen.result).toBe(kind.word === null ? 1 : -1)
        if (kind.word === "connect-timeout") expect(seen.last).toBe(espErrors.timeout)
        if (kind.word === "closed") expect(seen).toMatchObject({ last: espErrors.handshake, code: 0x7280 })
        if (kind.word === "connection-refused") expect(seen.last).toBe(espErrors.failedConnect)
    })
})
