// What a connect is on the wire: packets counted on a link with a latency, as the kernel's TCP sends them.
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { describe, expect, test } from "vitest"
import { journeyOf } from "#dev/packets/journey.js"
import { type Packet, whyNoOwnNetwork } from "#dev/packets/link.js"
import type { PacketCase, PacketFigures } from "#dev/packets/packets.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { skipped } from "../support/needs.js"

const run = promisify(execFile)

const why = whyNoOwnNetwork()
const missing = why === undefined ? undefined : skipped(why)

describe.skipIf(missing !== undefined)("a report of 100 bytes and its answer", () => {
    async function counted(server: string): Promise<PacketCase[]> {
        const command = [checkoutPath("build/dev/main.js"), "bench-packets", "--only", server, "--json", "-"]
        const { stdout } = await run(process.execPath, command)
        const { cases }: PacketFigures = JSON.parse(stdout)
        return cases
    }

    test("takes one packet for each flight, and one round trip once there is a session", {
        timeout: 120_000,
    }, async () => {
        const cases = await counted("OpenSSL")
        const resumed = cases.filter(({ result }) => result === "resumed")
        expect(resumed.map(({ way }) => way)).toEqual(["id", "ticket", "psk", "strict", "psk-ke"])
        for (const { way, segments, roundTripsBeforeData, roundTripsBeforeSleep } of resumed) {
            expect(roundTripsBeforeData, way).toBe(1)
            expect(roundTripsBeforeSleep, way).toBe(3)
            // The hello; the end of the handshake and the report; the goodbye.
            expect(segments.filter((bytes) => bytes > 0).length, way).toBe(3)
        }
        const byKey = cases.find(({ way }) => way === "external-psk")
        expect(byKey).toMatchObject({ result: "full", roundTripsBeforeData: 1 })
        expect(byKey?.received.bytes).toBeLessThan(1000) // without a certificate
    })

    test("leaves with the hello as early data, with 3 packets of TLS each way", { timeout: 120_000 }, async () => {
        const cases = await counted("nginx")
        const early = cases.find(({ way, result }) => way === "early" && result === "resumed")
        expect(early).toMatchObject({ earlyData: "accepted", reportBytes: 100, roundTripsBeforeData: 0 })
        const segments = early?.segments ?? []
        expect(segments.filter((bytes) => bytes > 0)).toHaveLength(3)
        expect(segments.filter((bytes) => bytes < 0).length).toBeLessThanOrEqual(3)
    })
})

describe("a journey", () => {
    const [server, device] = [443, 50_000]
    let at = 0
    function packet(from: number, payload: number, flags: Packet["flags"], sequence: number): Packet {
        at += 10
        return {
            ...{ from, to: from === device ? server : device, payload, flags, sequence },
            ...{ bytes: 40 + payload, sentNs: at, arrivedNs: at + 100 },
        }
    }
    const answers = (make: () => Packet[]): Packet[] => {
        at += 200
        return make()
    }

    test("counts what the device waits for, whatever has been acknowledged meanwhile", () => {
        const packets = [
            packet(device, 0, ["syn"], 0),
            ...answers(() => [packet(server, 0, ["syn", "ack"], 0)]),
            ...answers(() => [packet(device, 0, ["ack"], 1), packet(device, 300, ["ack"], 1)]),
            ...answers(() => [packet(server, 0, ["ack"], 1), packet(server, 200, ["ack"], 1)]),
            ...answers(() => [packet(device, 60, ["ack"], 301), packet(device, 120, ["ack"], 361)]),
            ...answers(() => [packet(server, 120, ["ack"], 201)]),
        ]
        const journey = journeyOf(packets, { serverPort: server, overNs: at + 150, handshakeBytes: 360 })
        expect(journey).toMatchObject({
            ...{ roundTripsBeforeData: 1, roundTripsBeforeSleep: 2, sentAfterTcp: 3, receivedAfterTcp: 2 },
            ...{ sent: { packets: 5, acks: 1, bytes: 680 }, segments: [300, -200, 60, 120, -120] },
        })
    })
})
