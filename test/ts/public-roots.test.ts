// Node's public roots end one after the other, and nothing of ours ends with one of them.
import { X509Certificate } from "node:crypto"
import { rootCertificates } from "node:tls"
import { beforeEach, describe, expect, test } from "vitest"
import type { WarmhelloError } from "#warmhello/base/errors.js"
import { Client } from "#warmhello/core/client.js"
import { CoreConnect } from "#warmhello/core/connect.js"
import { jumpWallClock, restartWithFlash } from "#warmhello/core/platform.js"
import { startServer } from "./support/tls-server.js"
import { clientOptions, visit } from "./support/visit.js"

const HOUR_MS = 3_600_000

/** A key that no device of ours can verify with leaves a root aside on any day. */
function isSupported(pem: string): boolean {
    try {
        using _client = new Client(clientOptions({ port: 443, ca: Buffer.from(pem) }))
        return true
    } catch (error) {
        return (error as WarmhelloError).code === "ca-expired"
    }
}

const roots = rootCertificates.filter(isSupported).map((pem) => {
    const { validFrom, validTo } = new X509Certificate(pem)
    return { fromMs: Date.parse(validFrom), toMs: Date.parse(validTo) }
})

/** The next dates on which one ends or more. */
const nextEnds = [...new Set(roots.map(({ toMs }) => toMs).filter((toMs) => toMs > Date.now()))]
    .toSorted((a, b) => a - b)
    .slice(0, 10)

/** Moves the device's clock to that moment. */
function setClock(ms: number): void {
    jumpWallClock(Math.round((ms - Date.now()) / 1000))
}

/** What it sends once TCP is up. */
function firstSent(connect: CoreConnect): Buffer {
    for (let step = connect.next(); step.do !== "over"; step = connect.next()) {
        if (step.do === "send") return step.bytes
        if (step.do === "resolve") connect.resolved(true)
        else if (step.do === "open") connect.ready(step.tcp)
    }
    return Buffer.alloc(0)
}

beforeEach(() => restartWithFlash(undefined)) // back to this machine's time

test("there are ten such dates ahead", () => {
    expect(nextEnds).toHaveLength(10)
})

describe.each(nextEnds.map((ms) => ({ date: new Date(ms).toISOString().slice(0, 10), ms })))(
    "around $date",
    ({ ms }) => {
        const pem = rootCertificates.join("\n")

        test.each([
            ["before", ms - HOUR_MS],
            ["after", ms + HOUR_MS],
        ])("a client of all public roots connects, an hour %s, and counts those that are left", (_, clockMs) => {
            setClock(clockMs)
            const valid = roots.filter(({ fromMs, toMs }) => fromMs <= clockMs && toMs >= clockMs).length
            using client = new Client({ ...clientOptions({ port: 443, ca: Buffer.from(pem) }), host: "localhost" })
            expect(client.cas).toMatchObject({ given: roots.length, usable: valid })
            using connect = new CoreConnect(client, 10_000)
            expect(firstSent(connect)[0]).toBe(0x16) // a ClientHello is on its way
        })

        test("beside them another CA is trusted as before", async () => {
            await using server = await startServer()
            setClock(ms + HOUR_MS)
            const ca = Buffer.concat([Buffer.from(`${pem}\n`), server.ca])
            expect((await visit({ ...clientOptions(server), ca })).outcome).toMatchObject({
                result: "full",
                error: null,
            })
        })
    },
)
