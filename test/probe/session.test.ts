// What is read out of Node's sessions is what OpenSSL's own decoder says of the same bytes.
import { execFileSync } from "node:child_process"
import net from "node:net"
import { expect, test } from "vitest"
import { connect } from "#warmhello/probe/connect.js"
import { readTarget } from "#warmhello/probe/target.js"
import type { Way } from "#warmhello/probe/ways.js"
import { nginx, openssl, type Running } from "./real-servers.js"

const request = (running: Running, way: Way) => ({
    ...{ target: readTarget(running.server), address: "127.0.0.1", way, proxy: undefined, timeoutMs: 5000 },
    credentials: { ca: running.ca, certificate: undefined, key: undefined, alpn: [] },
    signal: new AbortController().signal,
})

/** OpenSSL reads its own structure, without what Node has put in front of it. */
function decoded(bytes: Buffer): string {
    const starts = [...bytes.keys()].filter((at) => bytes[at] === 0x30 && bytes[at + 1] === 0x82)
    for (const start of starts) {
        try {
            const input = bytes.subarray(start)
            return execFileSync("openssl", ["sess_id", "-inform", "DER", "-text", "-noout"], {
                input,
                stdio: "pipe",
            }).toString()
        } catch {} // not the beginning
    }
    throw new Error("OpenSSL finds no session in it")
}

/** A dump has at most 16 bytes a line. */
const ticketBytes = (text: string): number =>
    [...text.matchAll(/^ {4}[0-9a-f]{4} - ((?:[0-9a-f]{2}[ -]?){1,16})/gm)]
        .map(([, row = ""]) => row.match(/[0-9a-f]{2}/g)?.length ?? 0)
        .reduce((sum, size) => sum + size, 0)

test.each<Way>(["TLS1.3 psk", "TLS1.2 ticket", "TLS1.2 id"])("%s", async (way) => {
    await using running = await openssl("-max_early_data", "4096")
    const { sessions } = await connect(request(running, way))
    expect(sessions.length).toBe(way === "TLS1.3 psk" ? 2 : 1)
    for (const session of sessions) {
        const text = decoded(session.bytes)
        expect(text).toContain(`Protocol  : ${way === "TLS1.3 psk" ? "TLSv1.3" : "TLSv1.2"}`)
        expect(/TLS session ticket lifetime hint: (\d+)/.exec(text)?.[1]).toBe(session.lifetimeS?.toString())
        expect(ticketBytes(text)).toBe(session.ticketBytes)
        expect(text).toContain(`Extended master secret: ${session.extendedMasterSecret ? "yes" : "no"}`)
        expect(session.maxEarlyData).toBe(Number(/Max Early Data: (\d+)/.exec(text)?.[1] ?? 0))
        expect(session.maxEarlyData).toBe(way === "TLS1.3 psk" ? 4096 : 0)
        if (way === "TLS1.2 id") expect(text).toContain(`Session-ID: ${session.name.toString("hex").toUpperCase()}`)
    }
})

test("the certificates are those that were sent, encrypted or not", async () => {
    await using running = await nginx({ settings: "ssl_protocols TLSv1.2 TLSv1.3;" })
    const pem = running.identity.server.certificate
    const body = pem.replaceAll(/-----[^-]*-----|\s/g, "")
    for (const way of ["TLS1.3 psk", "TLS1.2 ticket"] as const) {
        const { certificates } = await connect(request(running, way))
        expect(certificates.map((der) => der.toString("base64"))).toEqual([body])
    }
})

const SLOW_MS = 300

/** Answers TCP itself, and passes all on to a server that is far away. */
async function relayTo(port: number): Promise<AsyncDisposable & { server: string }> {
    const relay = net.createServer((near) => {
        const far = net.connect(port, "127.0.0.1")
        for (const [from, to] of [
            [near, far],
            [far, near],
        ] as const) {
            from.on("data", (bytes: Buffer) => setTimeout(() => to.writable && to.write(bytes), SLOW_MS))
            from.on("end", () => setTimeout(() => to.end(), SLOW_MS))
            from.on("error", () => to.destroy())
        }
    })
    await new Promise<void>((up) => relay.listen(0, "127.0.0.1", up))
    return {
        server: `localhost:${(relay.address() as net.AddressInfo).port}`,
        [Symbol.asyncDispose]: () => new Promise<void>((down) => relay.close(() => down())),
    }
}

test("the tickets of a server that is far behind what answers TCP are waited for", async () => {
    await using running = await openssl()
    await using relay = await relayTo(running.port)
    const { sessions } = await connect(request({ ...running, ...relay }, "TLS1.3 psk"))
    expect(sessions).toHaveLength(2)
})
