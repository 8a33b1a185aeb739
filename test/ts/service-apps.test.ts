// The apps of devs/src that ask the service.
import { expect, test } from "vitest"
import { decodeOutcome } from "#warmhello/base/compact-outcome.js"
import { kindOptions, resultsOf, runApp } from "./support/simulate.js"
import { sessionKinds, startServer } from "./support/tls-server.js"

test.each(sessionKinds)("telemetry sends along what the wake before cost: $title", async (kind) => {
    await using server = await startServer({ names: ["localhost"] })
    const { lines, wakes } = await runApp("telemetry", {
        ...kindOptions(kind),
        server: { host: "localhost", port: server.port, ca: server.ca },
    })
    const sent = server.received.map((request) => /^warmhello-outcome: ([0-9a-f]+)\r$/im.exec(request)?.[1] ?? "")
    const told = sent.map((hex) => decodeOutcome(Buffer.from(hex, "hex")))
    expect(told[0]).toBeUndefined()
    expect(told[1]).toMatchObject({ result: "full", reason: "none", firmware: 10402 })
    expect(told[2]).toMatchObject({ result: wakes[1]?.result })
    expect(lines.map(({ text }) => text).filter((text) => text.startsWith("server"))).toHaveLength(3)
    expect(lines[1]?.text).toMatch(/^full \(none\), received \d{3,} B$/)
    for (const [index, { result, reason, bytesRx }] of wakes.entries()) {
        expect(lines[2 * index + 1]?.text).toBe(`${result} (${reason}), received ${bytesRx} B`)
    }
})

test("telemetry reports on firmware without the service as well", async () => {
    const { lines, wakes } = await runApp("telemetry", { hasService: false, cycles: 2 })
    expect(resultsOf(wakes)).toEqual(["full", "resumed"])
    expect(lines.map(({ text }) => text)).toEqual(Array(2).fill("server answers 204"))
})

test("commission forgets the session when address or CA change, and only then", async () => {
    const commissions = [
        { server: "a.test", ca: "1" },
        { server: "a.test", ca: "1" },
        { server: "b.test", ca: "1" },
        { server: "b.test", ca: "1" },
        { server: "b.test", ca: "2" },
        { server: "b.test", ca: "2" },
    ]
    let n = 0
    await using server = await startServer({
        names: ["localhost"],
        onConnection: (socket) => {
            socket.once("data", () => {
                const body = JSON.stringify(commissions[n++])
                socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
            })
        },
    })
    const { lines, wakes } = await runApp("commission", {
        ...kindOptions(sessionKinds[1]),
        cycles: commissions.length,
        server: { host: "localhost", port: server.port, ca: server.ca },
    })
    expect(lines.map(({ text }) => text)).toEqual([
        "now with a.test",
        "still with a.test",
        "now with b.test, session forgotten",
        "still with b.test",
        "now with b.test, session forgotten",
        "still with b.test",
    ])
    expect(resultsOf(wakes)).toEqual(["full", "resumed", "resumed", "full", "resumed", "full"])
    expect(wakes[3]?.reason).toBe("none")
})

test("commission is answered by the built-in server, too", async () => {
    const { lines, wakes } = await runApp("commission", { cycles: 2 })
    expect(lines.map(({ text }) => text)).toEqual(["now with warmhello.test", "still with warmhello.test"])
    expect(resultsOf(wakes)).toEqual(["full", "resumed"])
})
