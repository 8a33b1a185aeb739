// What is wrong with the server, in the words that a user sees.
import { beforeEach, describe, expect, test } from "vitest"
import { losePower } from "#warmhello/core/platform.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { refusingPort, startServer, startTcp, type TestServerOptions } from "./support/tls-server.js"
import { clientOptions, visit } from "./support/visit.js"

const DAY_MS = 24 * 60 * 60 * 1000
const authority = await createCertificateAuthority()
const ca = Buffer.from(authority.certificate)

beforeEach(losePower)

const badCertificates: [string, TestServerOptions][] = [
    ["untrusted", { authority: await createCertificateAuthority("another CA") }],
    ["wrong-name", { authority, names: ["other.test"] }],
    ["certificate-expired", { authority, notAfter: new Date(Date.now() - DAY_MS / 2) }],
    ["certificate-not-yet-valid", { authority, notBefore: new Date(Date.now() + DAY_MS) }],
]

describe.each(["1.2", "1.3"] as const)("over TLS %s", (version) => {
    test.each(badCertificates)("a certificate that is %s ends the connection", async (code, serverOptions) => {
        await using server = await startServer(serverOptions)
        const options = { ...clientOptions({ port: server.port, ca }), minVersion: version, maxVersion: version }
        const { error, outcome, received } = await visit(options)
        expect(error).toMatchObject({ code, class: "peer", exitCode: 5 })
        expect(error?.message).toContain(`127.0.0.1:${server.port}: `)
        expect(outcome).toMatchObject({ result: "failed", error: code, stored: null })
        expect(received).toBe("")
    })
})

test("a name that only begins like the certificate's is wrong", async () => {
    await using server = await startServer({ authority, names: ["warmhello.test.example"] })
    expect((await visit(clientOptions({ port: server.port, ca }))).error?.code).toBe("wrong-name")
})

test("an address in the certificate is as good as a name", async () => {
    await using server = await startServer({ authority, names: ["127.0.0.1"] })
    const { outcome } = await visit({ ...clientOptions({ port: server.port, ca }), host: "127.0.0.1" })
    expect(outcome?.result).toBe("full")
})

test("an address that is not in the certificate is wrong", async () => {
    await using server = await startServer({ authority, names: ["127.0.0.2", "warmhello.test"] })
    const { error } = await visit({ ...clientOptions({ port: server.port, ca }), host: "127.0.0.1" })
    expect(error?.code).toBe("wrong-name")
})

test("a server that greets in plain text does not speak TLS", async () => {
    await using server = await startTcp((socket) => socket.write("220 mail.example ESMTP\r\n"))
    expect((await visit(clientOptions({ port: server.port, ca }))).error).toMatchObject({
        code: "not-tls",
        exitCode: 5,
    })
})

test("a server that answers HTTP does not speak TLS", async () => {
    await using server = await startTcp((socket) =>
        socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
    )
    expect((await visit(clientOptions({ port: server.port, ca }))).error?.code).toBe("not-tls")
})

test("a server of TLS 1.2 only and a client of 1.3 only have no version in common", async () => {
    await using server = await startServer({ authority, versions: { maxVersion: "TLSv1.2" } })
    const { error } = await visit({ ...clientOptions({ port: server.port, ca }), minVersion: "1.3" })
    expect(error?.code).toBe("no-common-version")
})

test("a server that hangs up in the handshake has closed", async () => {
    await using server = await startTcp((socket) => socket.once("data", () => socket.end()))
    expect((await visit(clientOptions({ port: server.port, ca }))).error).toMatchObject({ code: "closed", exitCode: 5 })
})

test("a port on which nothing listens refuses the connection", async () => {
    const { error, attempts } = await visit(clientOptions({ port: await refusingPort(), ca }))
    expect(error).toMatchObject({ code: "connection-refused", class: "network", exitCode: 4 })
    expect(attempts).toBe(1)
})
