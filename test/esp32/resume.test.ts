// The whole way of a wake on the ESP32 port: radio, TLS task, socket adapter, sleep; against OpenSSL.
import { afterAll, describe, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { startServer, startTcp } from "../ts/support/tls-server.js"
import { Board, type BoardOptions, type Reason, resultOf, slept } from "./board.js"

const identity = await createIdentity()
const server = await startOpenssl({ identity: identity.server })
const stateful = await startOpenssl({ identity: identity.server, tickets: false })
afterAll(() => {
    server[Symbol.dispose]()
    stateful[Symbol.dispose]()
})

const kinds = [
    { title: "a TLS 1.3 ticket", port: server.port, args: [], kind: "psk" },
    { title: "a TLS 1.2 ticket", port: server.port, args: ["--max", "1.2"], kind: "ticket" },
    { title: "a TLS 1.2 session ID", port: stateful.port, args: ["--max", "1.2"], kind: "id" },
]

const board = (options: Partial<BoardOptions> = {}) => new Board({ ca: identity.ca, port: server.port, ...options })

describe.each(kinds)("with $title", ({ port, args, kind }) => {
    test.each(["ds", "c"])("a program (%s) connects by a full handshake, and resumes after deep sleep", async (app) => {
        using device = board({ port, args: [...args, "--app", app] })
        const first = slept(await device.wake("power-on"))
        expect(first.line).toMatchObject({ wake: 1, cause: "power-on", sleptMs: 0 })
        expect(first.line.connect).toMatchObject({ result: "full", reason: "none", error: null })
        const second = slept(await device.wake("deep-sleep"))
        expect(second.line).toMatchObject({ wake: 2, cause: "deep-sleep", forcedFull: false })
        expect(second.line.connect).toMatchObject({ result: "resumed", reason: "accepted", kind })
        expect(second.line.sleptMs).toBeGreaterThanOrEqual(600_000)
    })

    test("resumes after a loss of power", async () => {
        using device = board({ port, args })
        expect(resultOf(await device.wake("power-on"))).toBe("full")
        const again = slept(await device.wake("power-on"))
        expect(again.line.connect).toMatchObject({ result: "resumed", kind, sessionAgeS: null })
        expect(again.world).toContain("wifi scan home")
    })
})

test("what an app writes in pieces goes out in one", async () => {
    const wakes = await Promise.all(
        ["get", "pieces"].map(async (does) => {
            using device = board({ args: ["--does", does] })
            return slept(await device.wake("power-on"))
        }),
    )
    expect(wakes.map(({ app }) => app.at(-1))).toEqual(Array(2).fill(expect.stringMatching(/^close, \d{4} bytes$/)))
    expect(wakes[1]?.line.connect?.totalTx).toBe(wakes[0]?.line.connect?.totalTx)
})

describe("what an app writes arrives whole and in order:", () => {
    /** Ends at a line's end, which the apps' text has at its own. */
    const lines = () =>
        startServer({
            names: ["localhost"],
            onConnection: (socket) => socket.on("data", (bytes) => bytes.at(-1) === 10 && socket.end("done")),
        })
    /** As test/esp32/board.c has it. */
    const text = (size: number) =>
        `${Buffer.from(Array.from({ length: size - 1 }, (_, i) => 97 + ((i * 7 + Math.floor(i / 251)) % 26))).toString()}\n`

    test.each([
        ["parts of all sizes, one after the other", "many", []],
        ["the same, of which many wait", "many at once", []],
        ["one after the other, while the first of them is on its way", "many", ["--narrow"]],
        ["many that wait, while the first of them is on its way", "many at once", ["--narrow"]],
    ])("%s", async (_, does, args) => {
        await using reader = await lines()
        using device = new Board({
            ca: reader.authority.certificate,
            port: reader.port,
            args: ["--does", does, ...args],
        })
        expect(slept(await device.wake("power-on")).app).toEqual(["open", "close, 4 bytes"])
        expect(reader.received).toEqual([text(16_462)])
    })

    test("a few bytes after each part that has left, until one is left and none", async () => {
        await using reader = await lines()
        using device = new Board({ ca: reader.authority.certificate, port: reader.port, args: ["--does", "steps"] })
        expect(slept(await device.wake("power-on")).app).toEqual(["open", "close, 4 bytes"])
        expect(reader.received).toEqual([text(16_820)])
    })

    test.each(["many", "many at once"])("the same without TLS, where a part may be half sent (%s)", async (does) => {
        let received = ""
        await using reader = await startTcp((socket) =>
            socket.on("data", (bytes) => {
                received += bytes.toString("latin1")
                if (bytes.at(-1) === 10) socket.end("done")
            }),
        )
        using device = new Board({ ca: "", port: reader.port, args: ["--plain", "--narrow", "--does", does] })
        expect(slept(await device.wake("power-on")).app).toEqual(["open", "close, 4 bytes"])
        expect(received).toBe(text(16_462))
    })

    test("a packet holds 1024 bytes of parts, and what is beyond that goes into the next", async () => {
        await using reader = await lines()
        const sent: (number | undefined)[] = []
        for (const does of ["whole", "brim"]) {
            using device = new Board({ ca: reader.authority.certificate, port: reader.port, args: ["--does", does] })
            sent.push(slept(await device.wake("power-on")).line.connect?.totalTx)
        }
        expect(reader.received).toEqual([text(1025), text(1025)])
        const [whole = 0, brim = 0] = sent
        expect(brim - whole).toBe(5 + 1 + 16) // one record more (RFC 8446 5.2)
    })

    test("what fits into a packet is given to TCP at once, with what TLS adds", async () => {
        await using reader = await lines()
        const args = ["--does", "brim", "--tells-sends"]
        using device = new Board({ ca: reader.authority.certificate, port: reader.port, args })
        const { world } = slept(await device.wake("power-on"))
        const sends = world.filter((line) => line.startsWith("tcp sends"))
        expect(sends).toContain(`tcp sends ${1024 + 22 + 1 + 22}`) // two records
    })

    test("nothing, and then more than a packet", async () => {
        await using reader = await lines()
        const args = ["--app", "c", "--does", "empty"]
        using device = new Board({ ca: reader.authority.certificate, port: reader.port, args })
        expect(slept(await device.wake("power-on")).app).toEqual(["open", "got 4 bytes, full"])
        expect(reader.received).toEqual([text(1025)])
    })
})

test("an app sees the same events in a full and in a resumed connect", async () => {
    using device = board()
    const wakes = [await device.wake("power-on"), await device.wake("deep-sleep")]
    for (const { app } of wakes) expect(app).toEqual(["open", expect.stringMatching(/^close, \d{4} bytes$/)])
})

test.each([
    ["a program that restarts itself", "reset", "reset"],
    ["a panic", "panic", "crash"],
] as const)("%s does not cost the session", async (_, reason, cause) => {
    using device = board({ args: ["--no-journal"] })
    expect(resultOf(await device.wake("power-on"))).toBe("full")
    const again = slept(await device.wake(reason))
    expect(again.line).toMatchObject({ cause, connect: { result: "resumed" } })
})

test("a panic resets the chip at once, whatever locks are taken, and the next wake says crash and resumes", async () => {
    using device = board({ args: ["--no-journal"] })
    expect(resultOf(await device.wake("power-on"))).toBe("full")
    const crashed = await device.wake("deep-sleep", "--does", "panic")
    expect(crashed.code).toBe(43)
    expect(crashed.world.at(-1)).toBe("restart")
    expect(crashed.world.filter((line) => /^(sleep|warmhello-wake|wifi off)/.test(line))).toEqual([])
    const after = slept(await device.wake("reset"))
    expect(after.line).toMatchObject({ cause: "crash", sleptMs: 0, connect: { result: "resumed" } })
})

/** Before wh_boot_memory there are the fake's clock and note. */
const RTC_MEMORY_AT = 16

test("whatever a crash has done to RTC memory, the next wake connects, and only what is sound is used", async () => {
    const results = new Map<number, string>()
    for (let at = RTC_MEMORY_AT; ; at += 150) {
        using device = board({ args: ["--no-journal"] })
        slept(await device.wake("power-on"))
        if (!device.damage(at)) break
        const after = slept(await device.wake("panic"))
        results.set(at, `${after.line.cause} ${after.line.connect?.result}`)
    }
    expect(results.get(RTC_MEMORY_AT)).toBe("power-on full") // the magic number: nothing is believed
    expect([...results.values()].sort()).toContain("crash full") // the session's record
    expect([...results.values()].sort()).toContain("crash resumed") // something else
})

test.each<Reason>(["brown-out", "power-on"])("RTC memory is not believed after %s", async (reason) => {
    using device = board({ args: ["--no-journal"] })
    expect(resultOf(await device.wake("power-on"))).toBe("full")
    const again = slept(await device.wake(reason))
    expect(again.line).toMatchObject({ wake: 1, cause: reason, connect: { result: "full", reason: "none" } })
    expect(again.world).toContain("wifi scan home")
})

test("the connect comes about whichever operation on flash the supply fails in", async () => {
    const results = new Set<string>()
    let operation = 1
    for (; ; operation++) {
        using device = board()
        const cut = await device.wake("power-on", "--cut-at", String(operation))
        expect(cut.stderr).toBe("")
        if (cut.code === 0) break // no operation is left
        expect(cut.code).toBe(42)
        const after = slept(await device.wake("brown-out")).line.connect
        const next = slept(await device.wake("deep-sleep")).line.connect
        results.add(`${after?.result}, ${next?.result} (${next?.reason})`)
    }
    expect(operation).toBeGreaterThan(10)
    // A session that was whole in flash is taken on trust, as nobody knows how long the supply was away.
    expect([...results]).toEqual(["full, resumed (accepted)", "resumed, resumed (accepted)"])
})

test("an encrypted journal is left alone", async () => {
    using device = board({ args: ["--journal-encrypted"] })
    const first = slept(await device.wake("power-on"))
    expect(first.line.connect).toMatchObject({ result: "full", stored: "rtc" })
    expect(first.world).toContain("partition wh_sess is encrypted, or smaller than two sectors: not used")
    expect(resultOf(await device.wake("deep-sleep"))).toBe("resumed")
})

test("a ClientHello with a ticket of more than 1 KB goes out in one", async () => {
    const authority = await createCertificateAuthority()
    // It is in the server's ticket.
    const { certificate, key } = await authority.issue({ names: ["a", "b", "c", "d"].map((name) => name.repeat(60)) })
    await using mutual = await startServer({ names: ["localhost"], authority, asksForCertificate: true })
    using device = new Board({ ca: authority.certificate, port: mutual.port, args: ["--tells-sends"] })
    const files = ["--certificate", device.file("own.pem", certificate), "--key", device.file("own.key", key)]
    expect(resultOf(await device.wake("power-on", ...files))).toBe("full")
    const { line, world } = slept(await device.wake("deep-sleep", ...files))
    expect(line.connect).toMatchObject({ result: "resumed", kind: "psk" })
    const [hello = 0] = world.filter((told) => told.startsWith("tcp sends ")).map((told) => Number(told.slice(10)))
    expect(hello).toBeGreaterThan(1024)
    expect(hello).toBeLessThanOrEqual(1440) // a segment of lwIP's
})

describe("the key", () => {
    test("is said to be as strong as the chip can hold it", async () => {
        using device = board()
        expect((await device.wake("power-on")).world).toContain(
            "session key: nvs; session survives a loss of power: yes",
        )
        expect((await device.wake("power-on", "--fused-key")).world).toContain(
            "session key: efuse; session survives a loss of power: yes",
        )
    })

    test("of another chip opens nothing", async () => {
        using device = board()
        expect(resultOf(await device.wake("power-on"))).toBe("full")
        expect(resultOf(await device.wake("deep-sleep", "--fused-key"))).toBe("full")
        expect(resultOf(await device.wake("deep-sleep", "--fused-key"))).toBe("resumed")
    })
})

describe("every second wake connects by a full handshake", () => {
    test.each(["--every-second-wake-full", "--strapped"])("by %s", async (word) => {
        using device = board({ args: [word] })
        const results: [string, boolean][] = []
        for (const reason of ["power-on", "deep-sleep", "deep-sleep", "deep-sleep", "deep-sleep"] as const) {
            const { line } = slept(await device.wake(reason))
            results.push([line.connect?.result ?? "none", line.forcedFull])
        }
        expect(results).toEqual([
            ["full", false],
            ["full", true],
            ["resumed", false],
            ["full", true],
            ["resumed", false],
        ])
    })
})

test("a second connect in the same wake resumes, and the log has the first", async () => {
    using device = board({ args: ["--connects", "2"] })
    const { app, line } = slept(await device.wake("power-on"))
    expect(app.filter((event) => event === "open")).toHaveLength(2)
    expect(line.connect).toMatchObject({ result: "full" })
    expect(resultOf(await device.wake("deep-sleep"))).toBe("resumed")
})

describe.each(["ds", "c"])("a program (%s) whose files are rotated in their place between two connects", (app) => {
    const padded = (pem: string) => pem.padEnd(2000, "\n")
    const refused = /^error untrusted/

    test("connects by the new CA, and not by what was there before", async () => {
        const others = await createIdentity()
        using device = new Board({ ca: padded(others.ca), port: server.port, args: ["--app", app, "--connects", "2"] })
        const next = device.file("next.pem", padded(identity.ca))
        const { app: told, line } = slept(await device.wake("power-on", "--next-ca", next))
        expect(told).toEqual([
            expect.stringMatching(refused),
            "open",
            expect.stringMatching(app === "ds" ? /^close, / : /^got \d+ bytes, full$/),
        ])
        expect(line.connect).toMatchObject({ error: "untrusted" })
    })

    test("does not resume what the old CA was tied to", async () => {
        const others = await createIdentity()
        using device = new Board({
            ca: padded(identity.ca),
            port: server.port,
            args: ["--app", app, "--connects", "2"],
        })
        const next = device.file("next.pem", padded(others.ca))
        const { app: told } = slept(await device.wake("power-on", "--next-ca", next))
        expect(told.at(-1)).toMatch(refused)
    })
})

test("a program (c) presents the certificate that has come into the old one's place", async () => {
    const padded = (pem: string) => pem.padEnd(2000, "\n")
    const authority = await createCertificateAuthority()
    const [old, next] = await Promise.all(["old", "next"].map((name) => authority.issue({ names: [name] })))
    await using mutual = await startServer({ names: ["localhost"], authority, asksForCertificate: true })
    using device = new Board({
        ca: authority.certificate,
        port: mutual.port,
        args: ["--app", "c", "--connects", "2", "--max", "1.2"],
    })
    const files = [
        ...["--certificate", device.file("old.pem", padded(old?.certificate ?? ""))],
        ...["--key", device.file("old.key", padded(old?.key ?? ""))],
        ...["--next-certificate", device.file("next.pem", padded(next?.certificate ?? ""))],
        ...["--next-key", device.file("next.key", padded(next?.key ?? ""))],
    ]
    slept(await device.wake("power-on", ...files))
    expect(mutual.clientNames).toEqual(["old", "next"])
})

test.each([
    ["closes before the answer", "early", /^closed, 0 bytes$/],
    ["closes at the first bytes", "first", /^closed, \d+ bytes$/],
])("an app that %s still has a ticket for its next wake", async (_, does, closed) => {
    using device = board({ args: ["--does", does] })
    expect(slept(await device.wake("power-on")).app).toEqual(["open", expect.stringMatching(closed)])
    expect(resultOf(await device.wake("deep-sleep"))).toBe("resumed")
})

test("a current meter sees each phase on its pin, and all fall before sleep", async () => {
    using device = board()
    slept(await device.wake("power-on"))
    const { world } = slept(await device.wake("deep-sleep"))
    const pins = world.filter((line) => line.startsWith("pin "))
    const raised = pins.filter((line) => line.endsWith(" 1")).map((line) => Number(line.split(" ")[1]) - 10)
    expect(raised).toEqual([0, 1, 2, 7, 3, 4, 6, 5])
    expect(pins.slice(-8).every((line) => line.endsWith(" 0"))).toBe(true)
    expect(world.indexOf(pins.at(-1) ?? "")).toBeLessThan(world.indexOf("sleep 600000"))
})

test("the wake's line is out before sleep, and nobody waits for a computer that is not there", async () => {
    using device = board()
    const { world } = slept(await device.wake("power-on"))
    const order = world
        .filter((line) => /^(warmhello-wake|usb goes|rom keeps|sleep)/.test(line))
        .map((line) => line.split(" ")[0])
    expect(order).toEqual(["warmhello-wake", "rom", "sleep"])
})
