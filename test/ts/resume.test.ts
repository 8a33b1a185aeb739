import { fork } from "node:child_process"
import { once } from "node:events"
import { beforeEach, describe, expect, test } from "vitest"
import { type Outcome, outcomeSchema } from "#warmhello/base/outcome.js"
import type { ClientOptions } from "#warmhello/core/client.js"
import { losePower, saveState } from "#warmhello/core/platform.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { sessionKinds, startServer, type TestServer, WITHOUT_TICKETS } from "./support/tls-server.js"
import { clientOptions, visit } from "./support/visit.js"

beforeEach(losePower)

/** Makes one connection in a new process that starts with this board's state. */
async function visitFromNewProcess(options: ClientOptions): Promise<Outcome> {
    const child = fork(new URL("./support/visit-process.mjs", import.meta.url), {
        execArgv: [],
        serialization: "advanced",
    })
    child.send({ state: saveState(), options })
    const [outcome] = await once(child, "message")
    return outcomeSchema.parse(outcome)
}

describe.each(sessionKinds)("with a $title", (session) => {
    const serverFor = () => startServer(session.kind === "id" ? { versions: WITHOUT_TICKETS } : {})

    test("the first handshake is full, the second is resumed, and the server says the same", async () => {
        await using server = await serverFor()
        const options = clientOptions(server, session)
        const first = await visit(options)
        const second = await visit(options)
        expect(first.outcome).toMatchObject({ result: "full", reason: "none", kind: null, stored: "rtc" })
        expect(second.outcome).toMatchObject({ result: "resumed", reason: "accepted", kind: session.kind })
        expect(second.outcome?.protocol).toBe(`TLS${session.version}`)
        expect(server.resumed).toEqual([false, true])
        expect(second.received).toBe(first.received)
    })

    test("the resumed handshake receives fewer bytes than the full one", async () => {
        await using server = await serverFor()
        const options = clientOptions(server, session)
        const full = await visit(options)
        const resumed = await visit(options)
        expect(resumed.outcome?.bytesRx).toBeLessThan((full.outcome?.bytesRx ?? 0) / 2)
    })

    test("loss of power makes the next handshake full", async () => {
        await using server = await serverFor()
        const options = clientOptions(server, session)
        await visit(options)
        losePower()
        expect((await visit(options)).outcome).toMatchObject({ result: "full", kind: null })
        expect(server.resumed).toEqual([false, false])
    })

    test("a new process goes on with the stored session", async () => {
        await using server = await serverFor()
        const options = clientOptions(server, session)
        await visit(options)
        const outcome = await visitFromNewProcess(options)
        expect(outcome).toMatchObject({ result: "resumed", reason: "accepted", kind: session.kind })
        expect(server.resumed).toEqual([false, true])
    })

    test("a new process does not offer it at another port", async () => {
        await using server = await serverFor()
        await using other = await startServer({ authority: server.authority })
        await visit(clientOptions(server, session))
        const outcome = await visitFromNewProcess(clientOptions(other, session))
        expect(outcome).toMatchObject({ result: "full", reason: "other-binding", kind: null })
    })

    test("a new process does not offer it under another CA", async () => {
        await using server = await serverFor()
        const options = clientOptions(server, session)
        await visit(options)
        const another = await createCertificateAuthority("another CA")
        const ca = Buffer.concat([server.ca, Buffer.from(`\n${another.certificate}`)])
        const outcome = await visitFromNewProcess({ ...options, ca })
        expect(outcome).toMatchObject({ result: "full", reason: "other-binding", kind: null })
        expect(server.resumed).toEqual([false, false])
    })
})

describe("a stored session is not offered", () => {
    async function secondVisit(server: TestServer, change: Partial<ClientOptions>) {
        const options = clientOptions(server)
        await visit(options)
        return (await visit({ ...options, ...change })).outcome
    }

    test("under another host name", async () => {
        await using server = await startServer({ names: ["warmhello.test", "other.test"] })
        const outcome = await secondVisit(server, { host: "other.test" })
        expect(outcome).toMatchObject({ result: "full", reason: "other-binding" })
    })

    test("for another range of versions", async () => {
        await using server = await startServer()
        const outcome = await secondVisit(server, { minVersion: "1.3" })
        expect(outcome).toMatchObject({ result: "full", reason: "other-binding" })
    })
})

test("a server that no longer knows the session gets a full handshake on the same connection", async () => {
    await using server = await startServer()
    const options = clientOptions(server)
    await visit(options)
    server.forgetSessions()
    const second = await visit(options)
    expect(second.outcome).toMatchObject({ result: "full", reason: "refused", kind: "psk" })
    expect(second.attempts).toBe(1)
})

test("a client without tickets never resumes TLS 1.3", async () => {
    await using server = await startServer()
    const options: ClientOptions = { ...clientOptions(server), minVersion: "1.3", tickets: false }
    await visit(options)
    await visit(options)
    expect(server.resumed).toEqual([false, false])
})
