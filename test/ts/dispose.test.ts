import { once } from "node:events"
import { describe, expect, test } from "vitest"
import { Client, type ClientOptions } from "#warmhello/core/client.js"
import { CoreConnect } from "#warmhello/core/connect.js"
import { TlsSocket } from "#warmhello/core/tls-socket.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { startServer } from "./support/tls-server.js"
import { clientOptions } from "./support/visit.js"

const authority = await createCertificateAuthority()
const options: ClientOptions = clientOptions({ port: 443, ca: Buffer.from(authority.certificate) })
const usedAfterDispose = expect.objectContaining({ code: "use-after-dispose", class: "platform" })

function disposedClient(): Client {
    const client = new Client(options)
    client[Symbol.dispose]()
    return client
}

function disposedConnect(): CoreConnect {
    using client = new Client(options)
    const connect = new CoreConnect(client, 1000)
    connect[Symbol.dispose]()
    return connect
}

/** Calls a method, or reads a property. */
function use(object: object, name: string, ...args: unknown[]): void {
    const member: unknown = Reflect.get(object, name)
    if (typeof member === "function") member.call(object, ...args)
}

/** What a connect's methods take; those that are not named take nothing. */
const taken: Record<string, unknown[]> = {
    resolved: [true],
    ready: [0],
    failed: [0, "connection-refused"],
    received: [0, Buffer.alloc(4)],
    sent: [0, 0],
    write: [Buffer.alloc(4)],
    close: [true],
}

/** All that can be called or read, so that what is added later is tested as well. */
function membersOf(type: { prototype: object }): string[] {
    return Object.getOwnPropertyNames(type.prototype).filter((name) => name !== "constructor")
}

describe.each(membersOf(CoreConnect))("CoreConnect.%s", (name) => {
    test("works before it is disposed of", () => {
        using client = new Client(options)
        using connect = new CoreConnect(client, 1000)
        expect(() => use(connect, name, ...(taken[name] ?? []))).not.toThrow()
    })

    test("throws use-after-dispose afterwards", () => {
        const connect = disposedConnect()
        expect(() => use(connect, name, ...(taken[name] ?? []))).toThrow(usedAfterDispose)
    })
})

describe.each(membersOf(Client))("Client.%s", (name) => {
    test("throws use-after-dispose after it was disposed of", () => {
        const client = disposedClient()
        expect(() => use(client, name)).toThrow(usedAfterDispose)
    })
})

test("no connect can be made with a client that was disposed of", () => {
    const client = disposedClient()
    expect(() => new CoreConnect(client, 1000)).toThrow(usedAfterDispose)
})

test("disposing twice is harmless", () => {
    expect(() => disposedClient()[Symbol.dispose]()).not.toThrow()
    expect(() => disposedConnect()[Symbol.dispose]()).not.toThrow()
})

test("a socket that was closed takes no more, and still tells what it did", async () => {
    await using server = await startServer()
    using client = new Client({ ...options, port: server.port, ca: server.ca })
    const socket = new TlsSocket(client, { host: "127.0.0.1", port: server.port, connectTimeoutMs: 10_000 })
    await new Promise<void>((opened, failed) => {
        socket.on("open", opened)
        socket.on("error", failed)
        socket.connect()
    })
    socket.close()
    socket.close()
    expect(socket.write(Buffer.from("late"))).toBe(false)
    expect(socket.outcome?.result).toBe("full")
    await once(socket, "closed")
    expect(socket.outcome?.result).toBe("full")
})

test("a client refuses a CA without a certificate, and what is out of range", () => {
    expect(() => new Client({ ...options, ca: Buffer.from("nothing here") })).toThrow(
        expect.objectContaining({ code: "ca-unreadable", exitCode: 2 }),
    )
    for (const wrong of [
        { code: "argument", port: 0 },
        { code: "host-unusable", host: "" },
        { code: "host-unusable", host: "x".repeat(254) },
        { code: "argument", minVersion: "1.3", maxVersion: "1.2" },
    ]) {
        const { code, ...given } = wrong
        expect(() => new Client({ ...options, ...given } as ClientOptions)).toThrow(
            expect.objectContaining({ code, exitCode: 2 }),
        )
    }
})
