// Years of skipped sleeps: the built-in server renews its certificate in time, as a server on the net does.
import { X509Certificate } from "node:crypto"
import { connect } from "node:tls"
import { beforeEach, describe, expect, test } from "vitest"
import { House } from "#dev/field/house.js"
import { Stretch } from "#dev/soak/stretch.js"
import { Random } from "#warmhello/base/random.js"
import { restartWithFlash, sleep } from "#warmhello/core/platform.js"
import { BUILTIN_HOST, BuiltinServer } from "#warmhello/sim/builtin-server.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { TimeSkip } from "#warmhello/sim/time-skip.js"
import { resultsOf, runApp } from "./support/simulate.js"
import { sessionKinds } from "./support/tls-server.js"
import { clientOptions, visit } from "./support/visit.js"

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

/** Back to this machine's time. */
beforeEach(() => restartWithFlash(undefined))

/** The certificate that the server presents. */
async function presented(server: BuiltinServer): Promise<X509Certificate> {
    // Not by this process's clock, to which it may not be valid yet.
    const socket = connect({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false })
    await new Promise((opened) => socket.once("secureConnect", opened))
    const certificate = new X509Certificate(socket.getPeerCertificate().raw)
    socket.destroy()
    return certificate
}

test("no wake fails in 25 years", async () => {
    const { wakes } = await runApp("app", { sleepMs: 100 * DAY_MS, cycles: 92 })
    expect(resultsOf(wakes)).toEqual(Array(92).fill("full"))
})

test("the certificate is renewed a month before its end, and not before", async () => {
    using timeSkip = new TimeSkip()
    using server = await BuiltinServer.start({ sessionLifetimeS: 60, stateful: true, timeSkip })
    const first = await presented(server)
    timeSkip.skip(59 * DAY_MS)
    await server.renewWhenDue()
    expect((await presented(server)).fingerprint256).toBe(first.fingerprint256)
    timeSkip.skip(2 * DAY_MS)
    await server.renewWhenDue()
    const second = await presented(server)
    expect(second.fingerprint256).not.toBe(first.fingerprint256)
    expect(Date.parse(second.validTo) - Date.parse(first.validTo)).toBeCloseTo(61 * DAY_MS, -6)
})

test.each(sessionKinds)("a $title survives the renewal", async (kind) => {
    using timeSkip = new TimeSkip()
    const stateful = kind.kind === "id"
    using server = await BuiltinServer.start({ sessionLifetimeS: 7200, stateful, timeSkip })
    const visitAfter = async (sleepMs: number) => {
        timeSkip.skip(sleepMs)
        sleep(sleepMs)
        await server.renewWhenDue()
        return (await visit({ ...clientOptions(server, kind), host: BUILTIN_HOST }, REQUEST)).outcome
    }
    expect(await visitAfter(60 * DAY_MS - HOUR_MS)).toMatchObject({ result: "full", kind: null })
    const before = await presented(server)
    expect(await visitAfter(HOUR_MS)).toMatchObject({ result: "resumed", reason: "accepted", kind: kind.kind })
    expect((await presented(server)).fingerprint256).not.toBe(before.fingerprint256)
})

test("the soak's server renews its certificate as well", async () => {
    using house = await House.open()
    using stretch = await Stretch.open(house, new Random(1))
    for (let decades = 0; decades < 3; decades++) {
        await stretch.sleep(4000 * DAY_MS)
        const { validFrom, validTo } = await presented(house.server)
        const nowMs = Date.now() + house.timeSkip.skippedMs
        expect(Date.parse(validFrom)).toBeLessThan(nowMs)
        expect(Date.parse(validTo)).toBeGreaterThan(nowMs)
    }
})

describe("dates of certificates", () => {
    const hasFraction = (pem: string) =>
        /\d{14}\.\d+Z/.test(Buffer.from(pem.replace(/-----.*-----|\s/g, ""), "base64").toString("latin1"))

    test("have no fractions of a second, also from 2050 on", async () => {
        const dates = {
            notBefore: new Date("2051-01-01T00:00:00.250Z"),
            notAfter: new Date("2061-01-01T00:00:00.750Z"),
        }
        const authority = await createCertificateAuthority("later CA", "ecdsa", dates)
        const { certificate } = await authority.issue({ names: ["localhost"], ...dates })
        expect([authority.certificate, certificate].map(hasFraction)).toEqual([false, false])
        expect(new X509Certificate(certificate).validTo).toBe("Jan  1 00:00:00 2061 GMT")
    })
})
