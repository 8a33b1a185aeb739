// The emulator killed in the middle of a write to flash, again and again: flash is a file that stays.
import net from "node:net"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Outcome } from "#warmhello/core/outcome.js"
import { Emulator, PowerCut, Request } from "#warmhello/mcu/emulator.js"
import { mcuImage } from "#warmhello/mcu/remote-core.js"
import { McuClient, type McuConnection } from "#warmhello/mcu/session.js"
import { SERVER_NAME, startServer, type TestServer } from "../ts/support/tls-server.js"
import { whyNoMcu } from "./support.js"

const missing = whyNoMcu()
if (missing !== undefined) console.warn(`skipped: ${missing}`)

const CUTS = 300
/** Words and sectors that a wake may write: a record has about 120 words. */
const WRITES = 150

/** Wire bytes both ways until the connection is open, or the error is thrown that ends it. */
async function shakeHands(connection: McuConnection, tcp: net.Socket): Promise<void> {
    tcp.write(connection.drain())
    for await (const bytes of tcp) {
        connection.feed(bytes)
        connection.read()
        const answer = connection.drain()
        if (answer.length > 0) tcp.write(answer)
        // In TLS 1.3 the tickets come after the handshake, and with them what is written to flash.
        if (connection.isOpen && (connection.outcome.protocol === "TLS1.2" || connection.ticketWaitMs === 0)) return
    }
}

async function wake(emulator: Emulator, server: TestServer, version: number): Promise<Outcome> {
    const tcp = net.connect(server.port, "127.0.0.1")
    try {
        const options = { host: SERVER_NAME, port: server.port, ca: server.ca, tickets: true }
        const client = new McuClient(emulator, options, version)
        const connection = client.open()
        await shakeHands(connection, tcp)
        connection.close()
        tcp.write(connection.drain())
        const { outcome } = connection
        connection.free()
        client.free()
        return outcome
    } finally {
        tcp.destroy()
    }
}

describe.skipIf(missing !== undefined)("the emulator killed in a write to flash", () => {
    let emulator: Emulator
    let server: TestServer
    beforeAll(async () => {
        server = await startServer()
        const key = Buffer.alloc(32, 7)
        // One second between erases: each wake may write.
        const flash = { flash: undefined, flashSectors: 2, eraseIntervalS: 1 }
        emulator = new Emulator({ image: mcuImage("rv32", "speed"), key, seed: 0, ...flash })
    })
    afterAll(async () => {
        emulator[Symbol.dispose]()
        await server[Symbol.asyncDispose]()
    })

    test(`${CUTS} times: the next wake resumes or connects in full`, { timeout: 600_000 }, async () => {
        const results = { resumed: 0, full: 0 }
        let cuts = 0
        for (let n = 0; cuts < CUTS; n++) {
            const version = 1 + (n % 2)
            emulator.call(new Request("stopInFlash").u32(1 + Math.floor(Math.random() * WRITES)))
            try {
                await wake(emulator, server, version)
                emulator.call(new Request("stopInFlash").u32(0))
                emulator.sleep(600_000)
                continue // it had nothing to write, or less
            } catch (error) {
                if (!(error instanceof PowerCut)) throw error
            }
            cuts++
            emulator.powerUp()
            const outcome = await wake(emulator, server, version)
            expect(outcome).toMatchObject({ error: null })
            results[outcome.result === "resumed" ? "resumed" : "full"]++
            emulator.sleep(600_000)
        }
        console.log(`${CUTS} cuts: ${results.resumed} resumed, ${results.full} in full, none failed`)
        expect(results.resumed).toBeGreaterThan(0)
        expect(results.resumed + results.full).toBe(CUTS)
    })
})
