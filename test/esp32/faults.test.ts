// What an app on the ESP32 port sees when the network or the server fails it.
import type net from "node:net"
import { describe, expect, test } from "vitest"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { hostileKinds } from "../support/servers/hostile.js"
import { refusingPort, startServer, startTcp, type TestServerOptions } from "../ts/support/tls-server.js"
import { Board, resultOf, slept, type Wake } from "./board.js"

const authority = await createCertificateAuthority()
const start = (options: TestServerOptions = {}) => startServer({ names: ["localhost"], authority, ...options })
const board = (port: number, ...args: string[]) => new Board({ ca: authority.certificate, port, args })

/** Short, since silence has to be waited for. */
const soon = ["--timeout", "1500"]

/** Together, since each is a wait. */
describe.concurrent.each(hostileKinds.map((kind) => [kind.title, kind] as const))("a server that %s", (_, kind) => {
    const timeoutMs = 4000

    test.each([
        ["to an app without a session to offer", 0, "ds"],
        ["to an app with one", 1, "ds"],
        ["to a C program without a session to offer", 0, "c"],
        ["to a C program with one", 1, "c"],
    ])("%s", async (_, wellFor, app) => {
        await using server = await kind.start({ wellFor, slowMs: 2800, names: ["localhost"] })
        const args = ["--app", app, "--timeout", String(timeoutMs)]
        using device = new Board({ ca: server.ca.toString(), port: server.port, args })
        if (wellFor > 0) expect(resultOf(await device.wake("power-on"))).toBe("full")
        const { app: told, line } = slept(await device.wake("deep-sleep"))
        expect(told[0]).toBe(kind.word === null ? "open" : `error ${kind.word}: ${kind.meaning}`)
        const attempts = wellFor > 0 ? kind.attemptsWithSession : 1
        expect(server.connections).toBe(kind.word === "connection-refused" ? wellFor : wellFor + attempts)
        const lastedMs = (line.marksUs.closing ?? 0) / 1000
        expect(lastedMs).toBeGreaterThan(kind.takesAllTime ? timeoutMs - 50 : 0)
        expect(lastedMs).toBeLessThan(timeoutMs + 600)
    })
})

/** Drawn from the second half of `mostS`. */
const waits = (mostS: number) =>
    expect.toSatisfy(
        (line: string) => {
            const s = Number(/^is to wait (\d+) s$/.exec(line)?.[1])
            return mostS / 2 <= s && s <= mostS
        },
        `is to wait ${mostS / 2} to ${mostS} s`,
    )

/** With the limits that a device has; together, since each is a wait. */
describe.concurrent("a wake in which nobody answers is over soon:", () => {
    const never = () => {}
    const until = async (wake: Promise<Wake>) => {
        const { app, line } = slept(await wake)
        return {
            app,
            connect: line.connect,
            afterS: Math.round((line.marksUs.closing ?? 0) / 1e6),
            marks: line.marksUs,
        }
    }

    test("an access point that is not there", async () => {
        using device = board(1, "--ap-absent")
        const { app, connect, afterS, marks } = await until(device.wake("power-on"))
        expect(app).toEqual(["error no-network: the access point cannot be reached or has gone"])
        expect(connect).toBeNull()
        expect(Object.keys(marks)).toEqual(["boot", "closing"])
        expect(afterS).toBe(8)
    })

    test("an access point that is not where it was in the last wake", async () => {
        await using server = await start()
        using device = board(server.port)
        slept(await device.wake("power-on"))
        const { app, afterS } = await until(device.wake("deep-sleep", "--ap-absent"))
        expect(app).toEqual(["error no-network: the access point cannot be reached or has gone"])
        expect(afterS).toBe(8)
    })

    test("a network that gives no address", async () => {
        using device = board(1, "--no-dhcp")
        const { app, afterS } = await until(device.wake("power-on"))
        expect(app).toEqual(["error no-address: the access point gives the device no address"])
        expect(afterS).toBe(5)
    })

    test("a name server", async () => {
        using device = board(1, "--host", "silent.invalid")
        const { app, afterS } = await until(device.wake("power-on"))
        expect(app).toEqual(["error unknown-host: the host is unknown or cannot be reached"])
        expect(afterS).toBe(5)
    })

    test("a server that takes no connection", async () => {
        using device = board(1, "--no-route")
        const { app, connect, afterS } = await until(device.wake("power-on"))
        expect(app).toEqual(["error connect-timeout: the server did not answer in time"])
        expect(connect).toBeNull()
        expect(afterS).toBe(6)
    })

    test("a server that takes the connection and says nothing", async () => {
        await using server = await startTcp(never)
        using device = board(server.port)
        const { app, connect, afterS } = await until(device.wake("power-on"))
        expect(app).toEqual(["error connect-timeout: the server did not answer in time"])
        expect(connect).toMatchObject({ result: "failed", error: "connect-timeout" })
        expect(afterS).toBe(10)
    })

    test("a server that says nothing to a request; its session is kept", async () => {
        await using server = await start({ onConnection: never })
        using device = board(server.port)
        const { app, connect, afterS } = await until(device.wake("power-on"))
        expect(app).toEqual(["open", "error server-silent: the server has gone silent"])
        expect(connect).toMatchObject({ result: "full", error: null })
        expect(afterS).toBe(10)
        expect(resultOf(await device.wake("deep-sleep", "--does", "early"))).toBe("resumed")
    })

    test("a server that is slow with a long answer is waited for", async () => {
        const drip = (socket: net.Socket, n: number) => {
            if (n === 0) socket.end("done")
            else socket.write("some", () => setTimeout(() => drip(socket, n - 1), 4000))
        }
        await using server = await start({ onConnection: (socket) => socket.once("data", () => drip(socket, 3)) })
        using device = board(server.port)
        expect((await until(device.wake("power-on"))).app).toEqual(["open", "close, 16 bytes"])
    })
})

test("a network that is away for several wakes is to be left alone, until it is there again", async () => {
    await using server = await start()
    using device = board(server.port, "--app", "c", "--timeout", "300")
    const told: string[][] = []
    for (const args of [
        ["--ap-absent"],
        ["--no-dhcp"],
        ["--ap-absent"],
        ["--ap-absent"],
        ["--timeout", "5000"],
        ["--ap-absent"],
    ]) {
        told.push(slept(await device.wake("deep-sleep", ...args)).app.filter((line) => line.startsWith("is to wait")))
    }
    expect(told).toEqual([[], [], [waits(60)], [waits(120)], [], []])
})

test("a C program hears the same words", async () => {
    await using server = await startTcp(() => {})
    using device = board(server.port, "--app", "c", ...soon)
    expect(slept(await device.wake("power-on")).app).toEqual([
        "error connect-timeout: the server did not answer in time",
    ])
})

test("an access point that leaves in the handshake ends it at once, and does not cost the session", async () => {
    const silent = new Set<number>()
    await using server = await start({ onTcp: (_, n) => (silent.has(n) ? "handled" : "tls") })
    using device = board(server.port, "--max", "1.2")
    expect(resultOf(await device.wake("power-on"))).toBe("full")
    silent.add(2)
    const lost = slept(await device.wake("deep-sleep", "--ap-leaves", "300"))
    expect(lost.app).toEqual(["error no-network: the access point cannot be reached or has gone"])
    expect(resultOf(await device.wake("deep-sleep"))).toBe("resumed")
})

test("an access point that leaves with a connection open ends it at once, and its session is kept", async () => {
    await using server = await start({ onConnection: () => {} }) // it never answers
    using device = board(server.port, "--ap-leaves", "400")
    expect(slept(await device.wake("power-on")).app).toEqual([
        "open",
        "error no-network: the access point cannot be reached or has gone",
    ])
    expect(resultOf(await device.wake("deep-sleep"))).toBe("resumed")
})

test("an address that is taken away with the access point still there ends a connection at once", async () => {
    await using server = await start({ onConnection: () => {} })
    using device = board(server.port, "--address-leaves", "400")
    expect(slept(await device.wake("power-on")).app).toEqual([
        "open",
        "error no-network: the access point cannot be reached or has gone",
    ])
})

test.each([
    ["a name that does not exist", "nobody.invalid"],
    ["a name server that does not answer", "silent.invalid"],
])("%s is an unknown host", async (_, host) => {
    using device = board(1, "--host", host, ...soon)
    expect(slept(await device.wake("power-on")).app).toEqual([
        "error unknown-host: the host is unknown or cannot be reached",
    ])
})

test("a server that refuses is told as such", async () => {
    using device = board(await refusingPort())
    expect(slept(await device.wake("power-on")).app).toEqual([
        "error connection-refused: the server refuses connections on this port",
    ])
})

/** What lwIP makes of a connect that fails: at once, or told by SO_ERROR. */
const connectErrors = [
    ["--late-error", "ECONNREFUSED", "connection-refused: the server refuses connections on this port", true],
    ["--late-error", "ECONNRESET", "connection-refused: the server refuses connections on this port", true],
    ["--late-error", "ETIMEDOUT", "connect-timeout: the server did not answer in time", true],
    ["--late-error", "ECONNABORTED", "host-unreachable: no way leads to the server's address", false],
    ["--late-error", "EHOSTUNREACH", "host-unreachable: no way leads to the server's address", false],
    ["--connect-error", "EHOSTUNREACH", "host-unreachable: no way leads to the server's address", false],
    ["--connect-error", "ENETUNREACH", "host-unreachable: no way leads to the server's address", false],
    ["--connect-error", "ENOMEM", "memory: out of memory", false],
    ["--connect-error", "ENOBUFS", "memory: out of memory", false],
    ["--late-error", "ENFILE", "memory: out of memory", false],
] as const

test.each(connectErrors)(
    "a connect that fails (%s %s) is told as what it is: %s",
    async (when, error, told, isServers) => {
        using device = board(1, when, error)
        expect(slept(await device.wake("power-on")).app).toEqual([`error ${told}`])
        // Only what the server does itself counts against it: after the third time.
        await device.wake("deep-sleep")
        const { app } = slept(await device.wake("deep-sleep", "--app", "c"))
        expect(app.slice(1)).toEqual(isServers ? [waits(60)] : [])
    },
)

test("a server that says nothing is given up at the deadline", async () => {
    await using server = await startTcp(() => {})
    using device = board(server.port, ...soon)
    expect(slept(await device.wake("power-on")).app).toEqual([
        "error connect-timeout: the server did not answer in time",
    ])
})

test("a server that answers a session with silence gets a second connection, with a full handshake", async () => {
    await using server = await start({ onTcp: (_, n) => (n === 2 ? "handled" : "tls") })
    using device = board(server.port, ...soon)
    expect(resultOf(await device.wake("power-on"))).toBe("full")
    const second = slept(await device.wake("deep-sleep"))
    expect(second.app).toEqual(["open", "close, 59 bytes"])
    expect(second.line.connect).toMatchObject({ result: "full", reason: "fallback" })
})

test.each([
    ["resets", (socket: net.Socket) => socket.resetAndDestroy()],
    ["closes", (socket: net.Socket) => socket.end()],
    ["sends garbage", (socket: net.Socket) => socket.end("this is not TLS\r\n")],
] as const)("a server that %s at a session gets a second connection, with a full handshake", async (_, act) => {
    await using server = await start({
        onTcp: (socket, n) => {
            if (n !== 2) return "tls"
            socket.once("data", () => act(socket))
            return "handled"
        },
    })
    using device = board(server.port)
    expect(resultOf(await device.wake("power-on"))).toBe("full")
    const second = slept(await device.wake("deep-sleep"))
    expect(second.app).toEqual(["open", "close, 59 bytes"])
    expect(second.line.connect).toMatchObject({ result: "full", reason: "fallback" })
})

test("a second connection for which there is no socket is an error at once, and the next wake is served", async () => {
    await using server = await start({
        onTcp: (socket, n) => {
            if (n !== 2) return "tls"
            socket.resetAndDestroy()
            return "handled"
        },
    })
    using device = board(server.port)
    expect(resultOf(await device.wake("power-on"))).toBe("full")
    const { app, line } = slept(await device.wake("deep-sleep", "--sockets", "1"))
    expect(app).toEqual(["error memory: out of memory"]) // and not a timeout, after 20 s
    expect(line.marksUs.closing).toBeLessThan(5_000_000)
    expect(slept(await device.wake("deep-sleep")).app).toEqual(["open", "close, 59 bytes"])
})

test("garbage without a session is an error", async () => {
    await using server = await startTcp((socket) => socket.end("this is not TLS\r\n"))
    using device = board(server.port)
    expect(slept(await device.wake("power-on")).app).toEqual([expect.stringMatching(/^error not-tls: /)])
})

test("a server with another CA's certificate is not talked to", async () => {
    await using server = await start()
    const other = await createCertificateAuthority()
    using device = new Board({ ca: other.certificate, port: server.port })
    expect(slept(await device.wake("power-on")).app).toEqual([expect.stringMatching(/^error untrusted: /)])
    expect(server.received.join("")).toBe("")
})

test("a CA that cannot be read is told as such, when a full handshake needs it", async () => {
    await using server = await start()
    using device = new Board({ ca: "nonsense", port: server.port })
    expect(slept(await device.wake("power-on")).app).toEqual([expect.stringMatching(/^error ca-unreadable: /)])
})

test("a server that is gone in the middle of its answer is an error, after what came", async () => {
    await using server = await start({
        onConnection: (socket) => socket.once("data", () => socket.write("half", () => socket.destroy())),
    })
    using device = board(server.port)
    expect(slept(await device.wake("power-on")).app).toEqual(["open", expect.stringMatching(/^error /)])
})

test("300 KB arrive complete, through all queues", async () => {
    await using server = await start({
        onConnection: (socket) => socket.once("data", () => socket.end(Buffer.alloc(300_000, "x"))),
    })
    // Together, so that the two tasks of each are stopped at any place: a bell that is not rung once is a wake that hangs.
    const wakes = Array.from({ length: 8 }, async () => {
        using device = board(server.port)
        expect(slept(await device.wake("power-on")).app).toEqual(["open", "close, 300000 bytes"])
    })
    await Promise.all(wakes)
})

test("an app that writes more than can be kept hears so; no write ever returns an error", async () => {
    await using server = await start({ onConnection: (socket) => socket.pause() })
    using device = board(server.port, "--does", "flood")
    expect(slept(await device.wake("power-on")).app).toEqual([
        "open",
        "error send-overflow: more was written than can be kept until it is sent",
    ])
})

test("plain TCP works as before, and leaves the session alone", async () => {
    await using server = await start()
    await using plain = await startTcp((socket) => socket.once("data", () => socket.end("hello")))
    using device = board(server.port)
    expect(resultOf(await device.wake("power-on"))).toBe("full")
    const { app, line } = slept(await device.wake("deep-sleep", "--plain", "--port", String(plain.port)))
    expect(app).toEqual(["open", "close, 5 bytes"])
    expect(line.connect).toBeNull()
    expect(resultOf(await device.wake("deep-sleep"))).toBe("resumed")
})

test("plain TCP to nobody is an error", async () => {
    using device = board(await refusingPort(), "--plain")
    expect(slept(await device.wake("power-on")).app).toEqual([expect.stringMatching(/^error connection-refused/)])
})

test.each([
    ["refused", "error connection-refused: the server refuses connections on this port", []],
    ["unknown", "error unknown-host: the host is unknown or cannot be reached", ["--host", "nobody.invalid"]],
])("a C program gets an error and a sentence: %s", async (_, said, args) => {
    using device = board(await refusingPort(), "--app", "c", ...args)
    expect(slept(await device.wake("power-on")).app).toEqual([said])
})

test("a C program starts on a board whose NVS another firmware has left behind", async () => {
    await using server = await start()
    using device = board(server.port, "--app", "c")
    const { app, world } = slept(await device.wake("power-on", "--nvs-of-other-firmware"))
    expect(world).toContain("nvs erased")
    expect(app).toEqual(["open", expect.stringMatching(/^got \d+ bytes, full$/)])
})
