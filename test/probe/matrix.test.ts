// The probe's verdict on the servers of the interop matrix is what OpenSSL's own client finds there, with tickets and
// without, for a sleep that is shorter than the server's memory and for one that is longer. Here the programs that the
// other suites have as well; CI asks all of them (dev/ci/27-interop.mjs).
import { appendFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { catalogue } from "#dev/servers/catalogue.js"
import { skipped } from "../support/needs.js"
import { type Compared, compare } from "./truth.js"

const LIFETIME_S = 6
const SLEEPS_MS = [3000, 9500]

const quick = ["OpenSSL s_server", "nginx", "GnuTLS gnutls-serv", "mosquitto", "Node https"]
const isWhole = process.env.WARMHELLO_PROBE_MATRIX === "whole"
const kinds = catalogue.filter(({ name }) => isWhole || quick.includes(name))

/** For who wants to read them. */
const file = process.env.WARMHELLO_PROBE_MATRIX_FILE

const told = ({ sleepMs, way, openssl, probe, why, report: { verdict } }: Compared) => ({
    ...{ sleepMs, way, openssl, probe, why, verdict: verdict.answer, text: verdict.text },
})

/** What a device does not keep it does not resume, though the server would. */
const UNKEPT = /a device keeps|extended master secret|no new session|in a row/

/** The verdict is about a device's way: where OpenSSL's client does not resume by it, the answer is no; where it does, it
 * is yes, or the reason is told. */
function isVerdictTrue(all: readonly Compared[], { sleepMs, report: { verdict } }: Compared): boolean {
    const own = all.find((one) => one.sleepMs === sleepMs && one.way === `${verdict.protocol} ${verdict.kind}`)
    if (own?.openssl !== true) return verdict.answer === "does-not-resume"
    return verdict.answer === "resumes" || verdict.answer === "sometimes" || UNKEPT.test(verdict.text)
}

/** Of a server that takes some sessions and not others of the same age, OpenSSL's one session is no measure. */
const isUnsteady = ({ way, report: { versions } }: Compared): boolean =>
    versions.some((one) => `${one.protocol} ${one.kind}` === way && one.lifetime.isUnsteady)

describe.concurrent.each([true, false])("with tickets: %s", (tickets) => {
    test.each(kinds.map((kind) => ({ kind, name: kind.name })))(
        "$name",
        // A server with few places for sessions, as wolfSSL's 33 are, may have put another in that of OpenSSL's one.
        { timeout: 120_000, retry: 1 },
        async ({ kind, name }) => {
            const missing = kind.missing()
            if (missing !== undefined) return void skipped(`the probe of ${name}: ${missing}`)
            const all = await compare(kind, { tickets, lifetimeS: LIFETIME_S }, SLEEPS_MS)
            if (file !== undefined)
                for (const one of all) appendFileSync(file, `${JSON.stringify({ name, tickets, ...told(one) })}\n`)
            expect(all.filter((one) => one.openssl !== one.probe && !isUnsteady(one)).map(told)).toEqual([])
            expect(all.filter((one) => !isVerdictTrue(all, one)).map(told)).toEqual([])
        },
    )
})
