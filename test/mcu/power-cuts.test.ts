// The emulator killed in the middle of a write to flash, again and again: flash is a file that stays.
import net from "node:net"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { McuClient, type McuConnection } from "#dev/mcu/connection.js"
import type { Outcome } from "#warmhello/base/outcome.js"
import { Emulator, PowerCut, Request } from "#warmhello/mcu/emulator.js"
import { mcuImage } from "#warmhello/mcu/remote-core.js"
import { SERVER_NAME, startServer, type TestServer } from "../ts/support/tls-server.js"
import { whyNoMcu } from "./support.js"

const missing = whyNoMcu()

const CUTS = process.env.CI ? 300 : 40

/** Longer than any ticket is waited for. */
const TICKET_MS = 5000

/** Wire bytes both ways until the goodbye has left, or the error is thrown that ends the connect. */
async function visit(connection: McuConnection, tcp: net.Socket): Promise<void> {
    const send = () => {
        const bytes = connection.drain()
        if (bytes.length > 0) tcp.write(bytes)
    }
    send()
    let isClosed = false
    for await (const bytes of tcp) {
        connection.feed(bytes)
        if (connection.isOpen && !isClosed) {
            isClosed = true
            connection.close() // waits for the tickets of TLS 1.3, of which Node sends none where it resumes
            if (connection.outcome.result === "resumed") connection.wait(TICKET_MS)
        }
        send()
        if (connection.isShut) return
    }
}

type Version = "1.2" | "1.3"

const other: Record<Version, Version> = { "1.2": "1.3", "1.3": "1.2" }

async function wake(emulator: Emulator, server: TestServer, version: Version): Promise<Outcome> {
    const tcp = net.connect(server.port, "127.0.0.1")
    try {
        const { port, ca } = server
        const versions = { minVersion: version, maxVersion: version }
        const client = new McuClient(emulator, { host: SERVER_NAME, port, ca, tickets: true, ...versions })
        const connection = client.open()
        await visit(connection, tcp)
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
    let writesOfAWake = 0
    beforeAll(async () => {
        stopInFlash(0)
        await wake(emulator, server, "1.2")
        writesOfAWake = stopInFlash(0)
        expect(writesOfAWake).toBeGreaterThan(50)
    })
    afterAll(async () => {
        emulator[Symbol.dispose]()
        await server[Symbol.asyncDispose]()
    })

    /** Words and sectors written since the last time; stops in the nth from now. */
    const stopInFlash = (nth: number) => emulator.call(new Request("stopInFlash").u32(nth)).result

    /** A wake with the supply cut in the nth write to flash. True if it came to that. */
    async function wakeAndCut(version: Version, nth: number): Promise<boolean> {
        stopInFlash(nth)
        try {
            await wake(emulator, server, version)
            return false
        } catch (error) {
            if (!(error instanceof PowerCut)) throw error
            return true
        }
    }

    test(`${CUTS} times: the next wake resumes or connects by a full handshake`, { timeout: 600_000 }, async () => {
        const results = { resumed: 0, full: 0 }
        let cuts = 0
        // Another version each time, so that a session is written in place of another one. Then flash has the old
        // one or the new one, and the wake that follows wants either.
        for (let stored: Version = "1.2"; cuts < CUTS; ) {
            const wanted: Version = other[stored]
            const cut = await wakeAndCut(wanted, 1 + Math.floor(Math.random() * writesOfAWake))
            if (cut) {
                cuts++
                emulator.powerUp()
                stored = Math.random() < 0.5 ? stored : wanted
                const outcome = await wake(emulator, server, stored)
                expect(outcome).toMatchObject({ error: null })
                results[outcome.result === "resumed" ? "resumed" : "full"]++
            } else {
                stored = wanted
            }
            emulator.sleep(600_000)
        }
        console.log(`${CUTS} cuts: ${results.resumed} resumed, ${results.full} by a full handshake, none failed`)
        expect(results.resumed).toBeGreaterThan(0)
        expect(results.full).toBeGreaterThan(0)
        expect(results.resumed + results.full).toBe(CUTS)
    })
})
