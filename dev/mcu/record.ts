// Makes recordings: the emulated microcontroller with a fixed seed, against OpenSSL. All stacks meet the same server
// with the same certificates.
import { execFileSync } from "node:child_process"
import { once } from "node:events"
import net from "node:net"
import { setTimeout as wait } from "node:timers/promises"
import type { TlsVersion } from "../../ts/core/client.js"
import type { Profile } from "../../ts/core/kinds.js"
import { Emulator, Request } from "../../ts/mcu/emulator.js"
import { createCertificateAuthority, type KeyKind, type ServerCertificate } from "../../ts/sim/certificates.js"
import { OpensslServer } from "../network/openssl-server.js"
import { startNginx } from "../servers/nginx.js"
import { McuClient, type McuConnection } from "./connection.js"
import { clientOptions, HOST, LINE, lineOf, type Recording, type Step, sleepMsOf } from "./recording.js"

export interface Case {
    name: string
    title: string
    version: TlsVersion
    tickets: boolean
    keyKind: KeyKind
    group: "X25519" | "P-256"
    psk?: Recording["psk"]
    profile?: Profile
    earlyData?: true
    /** How many resumed connections follow the full one, of which the last is measured; 1 unless told. */
    resumptions?: number
    /** For OpenSSL's server. */
    serverFlags?: string[]
}

const usual = { tickets: true, keyKind: "ecdsa", group: "X25519" } as const
const tls12 = { ...usual, version: "1.2" } as const
const tls13 = { ...usual, version: "1.3" } as const

/** For nobody but these recordings. */
const psk = { identity: "recorded-17", key: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" }

export const cases: readonly Case[] = [
    { ...tls12, name: "tls12-id", title: "TLS 1.2, session ID, ECDSA", tickets: false },
    { ...tls12, name: "tls12-ticket", title: "TLS 1.2, ticket, ECDSA" },
    { ...tls12, name: "tls12-ticket-rsa", title: "TLS 1.2, ticket, RSA 2048", keyKind: "rsa" },
    { ...tls13, name: "tls13-x25519", title: "TLS 1.3, psk_dhe_ke, X25519, ECDSA" },
    { ...tls13, name: "tls13-p256", title: "TLS 1.3, psk_dhe_ke, P-256, ECDSA", group: "P-256" },
    {
        ...{ ...tls13, name: "tls13-x25519-p384", keyKind: "ecdsa384" },
        title: "TLS 1.3, psk_dhe_ke, X25519, ECDSA P-384 chain",
    },
    { ...tls12, name: "tls12-external-psk", title: "TLS 1.2, external PSK with ECDHE, X25519; its ticket", psk },
    { ...tls13, name: "tls13-early", title: "TLS 1.3, early data, X25519, ECDSA", earlyData: true },
    { ...tls13, name: "tls13-external-psk", title: "TLS 1.3, external PSK with psk_dhe_ke, X25519", psk },
    {
        ...{ ...tls13, name: "tls13-psk-ke", title: "TLS 1.3, psk_ke (frugal), ECDSA" },
        ...{ profile: "frugal", resumptions: 2, serverFlags: ["-allow_no_dhe_kex"] }, // one to learn that it is taken
    },
]

export function seededEmulator(image: string, seed: number, more: string[] = []): Emulator {
    const key = Buffer.alloc(32, seed)
    return new Emulator({ image, flash: undefined, key, flashSectors: 4, eraseIntervalS: 0, seed, more })
}

/** After so long a silence the server has said all that it had to. Nothing that is measured depends on it. */
const SILENCE_MS = 300

/** The line to the server, noting what passes. */
class Tap {
    readonly #tcp: net.Socket
    #arrived: Buffer[] = []
    steps: Step[] = []

    private constructor(tcp: net.Socket) {
        this.#tcp = tcp
        tcp.on("data", (bytes) => this.#arrived.push(bytes))
    }

    static async to(port: number): Promise<Tap> {
        const tcp = net.connect(port, "127.0.0.1")
        await once(tcp, "connect")
        return new Tap(tcp)
    }

    send(bytes: Buffer): void {
        if (bytes.length === 0) return
        this.steps.push({ sends: bytes.toString("base64") })
        this.#tcp.write(bytes)
    }

    /** What the server says until it is silent. */
    async get(): Promise<Buffer> {
        while (this.#arrived.length === 0) await once(this.#tcp, "data")
        let size = -1
        while (size !== this.#arrived.length) {
            size = this.#arrived.length
            await wait(SILENCE_MS)
        }
        const bytes = Buffer.concat(this.#arrived.splice(0))
        this.steps.push({ gets: bytes.toString("base64") })
        return bytes
    }

    take(): Step[] {
        const { steps } = this
        this.steps = []
        return steps
    }

    async end(): Promise<void> {
        if (this.#tcp.closed) return // the server was first
        this.#tcp.end()
        await once(this.#tcp, "close")
    }
}

async function connect(connection: McuConnection, port: number, line: string) {
    const tap = await Tap.to(port)
    tap.send(connection.drain())
    while (!connection.isOpen) {
        connection.feed(await tap.get())
        tap.send(connection.drain())
    }
    const handshake = tap.take()
    if (!connection.wroteEarly) connection.write(line)
    tap.send(connection.drain())
    let answer = connection.read()
    for (; answer.length < LINE.length; answer += connection.read()) connection.feed(await tap.get())
    connection.close()
    tap.send(connection.drain())
    await tap.end()
    return { handshake, after: tap.take() }
}

interface RecordedServer {
    port: number
    /** PEM. */
    ca: string
}

/** Has a full connection and as many resumed ones as the case says, and returns them with all that it takes to have them again. */
async function recordAgainst(server: RecordedServer, one: Case, image: string): Promise<Recording> {
    const seed = 20_261_124
    using emulator = seededEmulator(image, seed)
    const wallS = Math.floor(Date.now() / 1000)
    emulator.call(new Request("setWall").i64(wallS))
    const options = clientOptions(one, server.ca)
    const connections = []
    const afterwards = one.psk !== undefined && one.version === "1.3" ? "full" : "resumed"
    for (const expected of ["full", ...Array<string>(one.resumptions ?? 1).fill(afterwards)]) {
        const client = new McuClient(emulator, options)
        const line = lineOf(one)
        const connection = client.open(line)
        connections.push(await connect(connection, server.port, line))
        const { result } = connection.outcome
        if (result !== expected) throw new Error(`${one.name}: ${result} instead of ${expected}`)
        connection.free()
        client.free()
        emulator.sleep(sleepMsOf(one))
    }
    return {
        ...{ format: 1, name: one.name, title: one.title, version: one.version, tickets: one.tickets },
        ...(one.psk === undefined ? {} : { psk: one.psk }),
        ...(one.profile !== undefined && { profile: one.profile }),
        ...(one.earlyData !== undefined && { earlyData: one.earlyData }),
        ...{ ca: server.ca, seed, wallS, server: execFileSync("openssl", ["version"], { encoding: "utf8" }).trim() },
        connections,
    }
}

/** OpenSSL's own server echoes no early data. */
function serverFor({ group, psk, earlyData, serverFlags = [] }: Case, identity: ServerCertificate) {
    if (earlyData === true) return startNginx({ identity, group: "x25519", earlyDataMax: () => 4096 })
    const keys = psk === undefined ? [] : ["-psk_identity", psk.identity, "-psk", psk.key]
    return OpensslServer.start({
        ...{ ...identity, clientCa: undefined, overlay: undefined, environment: process.env },
        arguments: ["-rev", "-groups", group, ...serverFlags, ...keys],
    })
}

/** One recording for each image, of a server that sends each line back reversed. */
export async function record(one: Case, images: readonly string[]): Promise<Recording[]> {
    const { keyKind } = one
    const authority = await createCertificateAuthority("warmhello recording CA", keyKind)
    using server = await serverFor(one, await authority.issue({ names: [HOST], keyKind }))
    const made = []
    for (const image of images) {
        made.push(await recordAgainst({ port: server.port, ca: authority.certificate }, one, image))
    }
    return made
}
