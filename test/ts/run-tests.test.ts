// Programs of devs/run-tests that run inside the virtual machine, with @devicescript/test.
import type tls from "node:tls"
import { afterEach, expect, test, vi } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startMosquitto } from "#dev/servers/mosquitto.js"
import { Service } from "#warmhello/core/service.js"
import type { RunTestName } from "./support/compile-apps.js"
import { runApp } from "./support/simulate.js"
import { startServer } from "./support/tls-server.js"

afterEach(() => {
    vi.restoreAllMocks()
})

type Given = NonNullable<Parameters<typeof runApp>[1]>

/** What the program printed, in its one wake. */
async function linesOf(name: RunTestName, given: Given = {}): Promise<string[]> {
    const { lines } = await runApp(name, { cycles: 1, ...given })
    return lines.map(({ text }) => text)
}

test("an app reads outcomes, hears events, sets what counts next and forgets", async () => {
    const lines = await linesOf("run-service")
    expect(lines.at(-1), lines.join("\n")).toBe("tests: 12, pass: 12, error: 0")
})

test("DeviceScript's Socket sends and receives over resumed sessions", async () => {
    const echo = (socket: tls.TLSSocket) => {
        socket.on("data", (bytes) => (bytes.toString() === "bye" ? socket.end() : socket.write(bytes)))
    }
    await using server = await startServer({ names: ["localhost"], onConnection: echo })
    const lines = await linesOf("run-socket", { server: { host: "localhost", port: server.port, ca: server.ca } })
    expect(lines.at(-1), lines.join("\n")).toBe("tests: 4, pass: 4, error: 0")
    expect(server.resumed.slice(0, 2)).toEqual([false, true])
})

test("DeviceScript's MQTT client publishes and subscribes over resumed sessions", async () => {
    const identity = await createIdentity()
    using server = await startMosquitto({ identity: identity.server })
    const lines = await linesOf("run-mqtt", {
        server: { host: "localhost", port: server.port, ca: Buffer.from(identity.ca) },
    })
    expect(lines.at(-1), lines.join("\n")).toBe("tests: 2, pass: 2, error: 0")
})

const calls = ["outcome", "counts", "setEnabled", "forget", "compact"]
const NOTHING = "to send along: nothing"

test("firmware without the service: every call ends with `absent`", async () => {
    const lines = await linesOf("run-no-service", { hasService: false })
    expect(lines).toEqual([...calls.map((call) => `${call}: absent`), NOTHING, "there: false"])
})

test("a service that does not answer: every call ends with `no-answer`", async () => {
    vi.spyOn(Service.prototype, "handlePacket").mockReturnValue("silent")
    const lines = await linesOf("run-no-service")
    expect(lines).toEqual([...calls.map((call) => `${call}: no-answer`), NOTHING, "there: true"])
})

test("a service that knows nothing: every call ends with `unsupported`", async () => {
    vi.spyOn(Service.prototype, "handlePacket").mockReturnValue("not-implemented")
    const lines = await linesOf("run-no-service")
    expect(lines).toEqual([...calls.map((call) => `${call}: unsupported`), NOTHING, "there: true"])
})

test.each([0, 3, 100])("answers of %i bytes where there should be others: no call takes them", async (size) => {
    vi.spyOn(Service.prototype, "handlePacket").mockImplementation((command) => ({
        isEvent: false,
        command,
        payload: Buffer.alloc(size, 0xff),
    }))
    const lines = await linesOf("run-no-service")
    expect(lines.slice(0, 4)).toEqual([
        ...["outcome: bad-answer", "counts: bad-answer", "setEnabled: not-taken", "forget: bad-answer"],
    ])
    expect(lines).toContain(NOTHING)
})
