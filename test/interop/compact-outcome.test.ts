// An app tells how its connects went, in bytes that somebody else's server passes on.
import { once } from "node:events"
import { join } from "node:path"
import tls from "node:tls"
import mqtt, { type Packet } from "mqtt-packet"
import { expect, test } from "vitest"
import { kinds } from "#dev/interop/board.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startMosquitto } from "#dev/servers/mosquitto.js"
import { startNginx } from "#dev/servers/nginx.js"
import { type CompactOutcome, decodeOutcome } from "#warmhello/base/compact-outcome.js"
import type { FleetSummary } from "#warmhello/fleet/page-data.js"
import type { Wake } from "#warmhello/sim/simulation.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { warmhello } from "../ts/support/command.js"
import { runApp } from "../ts/support/simulate.js"
import { startServer } from "../ts/support/tls-server.js"

/** What the simulator has seen of the wake's connect, as its outcome should tell it. */
function seen(wake: Wake): Partial<CompactOutcome> {
    const { result, reason, protocol, kind, attempts, handshakeMs, bytesTx, bytesRx, sessionAgeS } = wake
    return {
        ...{ result, reason: reason ?? "unknown", error: null, protocol, kind, attempts, clock: "known" },
        endingCas: "none",
        handshakeMs: Math.floor(handshakeMs ?? 0),
        handshakeBytes: bytesTx + bytesRx,
        sessionAgeS: sessionAgeS ?? 0,
    }
}

interface Subscriber extends Disposable {
    payloads: Buffer[]
    /** Whatever was published before this call has arrived when it returns. */
    ping(): Promise<void>
}

async function subscribe(port: number, ca: string, topic: string): Promise<Subscriber> {
    const socket = tls.connect({ port, host: "localhost", ca })
    const parser = mqtt.parser({ protocolVersion: 4 })
    const payloads: Buffer[] = []
    const answers = new Map<string, () => void>()
    parser.on("packet", (packet: Packet) => {
        if (packet.cmd === "publish") payloads.push(Buffer.from(packet.payload as Buffer))
        else answers.get(packet.cmd)?.()
    })
    socket.on("data", (bytes) => parser.parse(bytes))
    const ask = (packet: Packet, answer: string) => {
        const answered = new Promise<void>((resolve) => answers.set(answer, resolve))
        socket.write(mqtt.generate(packet))
        return answered
    }
    await once(socket, "secureConnect")
    await ask(
        { cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: true, clientId: "fleet", keepalive: 60 },
        "connack",
    )
    await ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 1 }] }, "suback")
    return {
        payloads,
        ping: () => ask({ cmd: "pingreq" }, "pingresp"),
        [Symbol.dispose]: () => void socket.destroy(),
    }
}

test.each(["id", "ticket", "psk"] as const)(
    "over MQTT an app tells of the connect that it publishes by, and mosquitto passes it on: %s",
    async (kind) => {
        const identity = await createIdentity()
        using server = await startMosquitto({ identity: identity.server })
        using fleet = await subscribe(server.port, identity.ca, "warmhello/+/outcome")
        const { wakes } = await runApp("publish", {
            ...kinds[kind],
            server: { host: "localhost", port: server.port, ca: Buffer.from(identity.ca) },
        })
        await fleet.ping()
        expect(wakes.map(({ result }) => result)).toEqual(["full", "resumed", "resumed"])
        expect(fleet.payloads.map((bytes) => decodeOutcome(bytes))).toMatchObject(wakes.map(seen))
        for (const { length } of fleet.payloads) expect(length).toBeLessThanOrEqual(24)
    },
)

test("over HTTP a header tells of the wake before, also when that one has failed", async () => {
    await using server = await startServer({
        names: ["localhost"],
        onTcp: (socket, n) => {
            if (n !== 2) return "tls"
            socket.resetAndDestroy()
            return "handled"
        },
    })
    const { wakes } = await runApp("telemetry", {
        ...kinds.psk,
        cycles: 4,
        server: { host: "localhost", port: server.port, ca: server.ca },
    })
    const headers = server.received.map((request) => /^warmhello-outcome: ([0-9a-f]+)\r$/im.exec(request)?.[1])
    expect(headers[0]).toBeUndefined()
    const told = headers.slice(1).map((hex = "") => decodeOutcome(Buffer.from(hex, "hex")))
    const [, failed, third] = wakes
    expect(wakes.map(({ result }) => result)).toEqual(["full", "failed", "resumed", "resumed"])
    // The failed wake could send nothing, so that what it had to tell of the first one is lost.
    expect(told).toMatchObject([
        { result: "failed", error: failed?.error?.code, attempts: 1, endingCas: "none", firmware: 10402 },
        seen(third as Wake),
    ])
})

test("nginx logs that header, and `warmhello fleet` reads the log", async () => {
    const identity = await createIdentity()
    const log = join(temporaryFolder(), "access.log")
    using server = await startNginx({ identity: identity.server, outcomesLog: log })
    const { wakes } = await runApp("telemetry", {
        ...kinds.psk,
        cycles: 4,
        server: { host: "localhost", port: server.port, ca: Buffer.from(identity.ca) },
    })
    expect(wakes.map(({ result }) => result)).toEqual(["full", "resumed", "resumed", "resumed"])
    const { code, stdout } = await warmhello("fleet", log, "--json", "-")
    expect(code).toBe(0)
    const { results, devices, refused } = JSON.parse(stdout) as FleetSummary
    expect({ results, devices, refused }).toMatchObject({ results: { full: 1, resumed: 2 }, devices: 1, refused: {} })
})
