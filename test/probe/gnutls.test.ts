// GnuTLS as a server, which can do without the extended master secret.
import { expect, test } from "vitest"
import { startGnutls } from "#dev/servers/gnutls.js"
import { createIdentity } from "#dev/servers/identities.js"
import { ask, outcomesOf, versionIn } from "./support.js"

async function askGnutls(extendedMasterSecret: boolean) {
    const { ca, server: identity } = await createIdentity()
    using server = await startGnutls({ identity, extendedMasterSecret })
    const options = { ways: ["TLS1.2 ticket", "TLS1.2 id"], waits: true } as const
    return await ask({ server: `localhost:${server.port}`, ca: Buffer.from(ca), language: "https", options })
}

test.concurrent("its TLS 1.2 resumes", async () => {
    const report = await askGnutls(true)
    expect(report.verdict).toMatchObject({ answer: "resumes", protocol: "TLS1.2", kind: "ticket" })
})

test.concurrent("without the extended master secret it resumes what no device keeps", async () => {
    const report = await askGnutls(false)
    expect(new Set(outcomesOf(report, "TLS1.2 ticket"))).toEqual(new Set(["resumed"]))
    expect(versionIn(report, "TLS1.2 ticket").extendedMasterSecret).toBe(false)
    expect(report.verdict).toMatchObject({ answer: "does-not-resume", otherWays: [] })
    expect(report.advice[0]?.code).toBe("extended-master-secret")
})
