// What the probe says of the chain that a server sends, held against OpenSSL's own verification of it.
import { spawnSync } from "node:child_process"
import { X509Certificate } from "node:crypto"
import { expect, test } from "vitest"
import type { Identity } from "#dev/servers/identities.js"
import { readChain } from "#warmhello/probe/certificates.js"
import { readCredentials } from "#warmhello/probe/credentials.js"
import type { ProbeEvent } from "#warmhello/probe/probe.js"
import type { ProbeReport } from "#warmhello/probe/report.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { createPki, p256, rsa } from "../ts/support/pki.js"
import { nginx } from "./real-servers.js"
import { ask } from "./support.js"

const pki = createPki(temporaryFolder())
const DAY_MS = 86_400_000

const der = (pem: string): Buffer[] =>
    (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []).map(
        (block) => new X509Certificate(block).raw,
    )

const sentBy = (...names: string[]): Buffer[] => names.flatMap((name) => der(pki.text(`${name}.pem`)))

/** Whether OpenSSL gets from the first to the CA, with the others to help. */
function opensslVerifies(ca: string, leaf: string, ...others: string[]): boolean {
    pki.write("others.pem", others.map((name) => pki.text(`${name}.pem`)).join("\n"))
    const args = ["verify", "-CAfile", `${ca}.pem`, "-untrusted", "others.pem", `${leaf}.pem`]
    return spawnSync("openssl", args, { cwd: pki.folder }).status === 0
}

/** An authority of a key that is there, by another or by itself, until a date. */
function authority(name: string, key: string, subject: string, issuer?: string, days = "3000"): void {
    pki.openssl("req", "-new", "-key", `${key}.key`, "-subj", `/CN=${subject}`, "-out", `${name}.csr`)
    pki.write("authority.ext", "basicConstraints=critical,CA:TRUE\n")
    const by = issuer === undefined ? ["-signkey", `${key}.key`] : ["-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`]
    const made = ["-in", `${name}.csr`, "-days", days, "-extfile", "authority.ext", "-out", `${name}.pem`]
    pki.openssl("x509", "-req", ...by, "-set_serial", "7", ...made)
}

pki.authority("root", ...p256)
pki.authority("old-root", ...p256)
pki.openssl("genpkey", ...p256, "-out", "between.key")
authority("between", "between", "between", "root")
pki.issue("leaf", "between", ...p256)
// As Let's Encrypt had it: the root that is trusted today, signed by one that has ended or is unknown.
authority("cross", "root", "root", "old-root")

const read = (names: string[], ca: string | undefined, now = Date.now()) =>
    readChain(sentBy(...names), ca === undefined ? undefined : pki.read(`${ca}.pem`), now)

test("a chain that leads to the CA as it is", () => {
    const chain = read(["leaf", "between"], "root")
    expect(opensslVerifies("root", "leaf", "between")).toBe(true)
    expect(chain).toMatchObject({ needsAlternativePath: false, superfluous: [], expired: [], key: "EC prime256v1" })
    expect(chain?.bytes).toBe(sentBy("leaf", "between").reduce((sum, { length }) => sum + length, 0))
    const ends = ["leaf", "between", "root"].map((name) =>
        Date.parse(new X509Certificate(pki.read(`${name}.pem`)).validTo),
    )
    expect(chain?.endsAt).toBe(new Date(Math.min(...ends)).toISOString())
})

test("one with the root in it has a certificate too many", () => {
    expect(read(["leaf", "between", "root"], "root")).toMatchObject({
        ...{ needsAlternativePath: false, superfluous: ["CN=root"] },
    })
})

test("one that goes on past the CA needs another path, as OpenSSL finds it", () => {
    const chain = read(["leaf", "between", "cross"], "root")
    expect(opensslVerifies("root", "leaf", "between", "cross")).toBe(true)
    expect(chain).toMatchObject({ needsAlternativePath: true, superfluous: ["CN=root"] })
    expect(opensslVerifies("old-root", "leaf", "between", "cross")).toBe(true)
    expect(read(["leaf", "between", "cross"], "old-root")).toMatchObject({
        needsAlternativePath: false,
        superfluous: [],
    })
})

test("one out of order, or with one that has nothing to do with it, is told", () => {
    pki.authority("stranger", ...p256)
    expect(read(["leaf", "stranger", "between"], "root")).toMatchObject({
        ...{ needsAlternativePath: true, superfluous: ["CN=stranger"] },
    })
})

test("a long one, of certificates that all issue each other, is told as fast as another", () => {
    const stuffed = ["leaf", "between", ...Array.from({ length: 60 }, () => "old-root")]
    expect(read(stuffed, "root")).toMatchObject({ needsAlternativePath: true, superfluous: ["CN=old-root"] })
    expect(read(["leaf", ...stuffed.slice(2)], "root")).toMatchObject({ endsAt: null })
})

test("one that leads nowhere has no end and needs no other path, as there is none", () => {
    expect(opensslVerifies("old-root", "leaf", "between")).toBe(false)
    expect(read(["leaf", "between"], "old-root")).toMatchObject({ needsAlternativePath: false, endsAt: null })
    expect(readChain([], undefined, Date.now())).toBeUndefined()
})

test("certificates that have ended are told, and the way around them", () => {
    const later = Date.now() + 20 * DAY_MS
    authority("short", "root", "root", "old-root", "10")
    expect(read(["leaf", "between", "short"], "root", later)).toMatchObject({
        ...{ expired: ["CN=root"], needsAlternativePath: true },
    })
})

test("a CA that has ended is no end of a chain", () => {
    authority("ended", "between", "ended", undefined, "10")
    pki.write("ended.key", pki.read("between.key"))
    pki.issue("under-ended", "ended", ...p256)
    expect(read(["under-ended"], "ended")?.endsAt).not.toBeNull()
    expect(read(["under-ended"], "ended", Date.now() + 20 * DAY_MS)).toMatchObject({ endsAt: null, expired: [] })
})

test("a CA is taken as PEM, as DER, and out of a file of several of which one has ended", () => {
    const given = (ca: Buffer, now = Date.now()) =>
        readCredentials({ ca, certificate: undefined, key: undefined, alpn: [] }, now).ca?.toString()
    const root = new X509Certificate(pki.read("root.pem"))
    expect(given(pki.read("root.pem"))).toBe(root.toString())
    expect(given(root.raw)).toBe(root.toString())
    authority("brief", "root", "root", undefined, "10")
    const both = Buffer.concat([pki.read("brief.pem"), pki.read("root.pem")])
    expect(given(both, Date.now() + 20 * DAY_MS)).toContain(root.toString())
    const ended = () => given(pki.read("brief.pem"), Date.now() + 20 * DAY_MS)
    expect(ended).toThrow(expect.objectContaining({ code: "ca-expired" }))
})

test("an RSA key is told, also under Node's own roots", async () => {
    pki.issue("rsa", "root", ...rsa(2048))
    expect(read(["rsa"], "root")?.key).toBe("RSA 2048")
    const { certificate } = await createCertificateAuthority("nobody's")
    expect(readChain(der(certificate), undefined, Date.now())).toMatchObject({ endsAt: null, superfluous: [] })
})

const SLEEP_MS = 60_000

/** Each of them ends within a sleep that begins now. */
const chains: Record<string, (notAfter: Date) => Promise<Identity>> = {
    "the server's certificate": async (notAfter) => {
        const root = await createCertificateAuthority()
        return { ca: root.certificate, server: await root.issue({ names: ["localhost"], notAfter }) }
    },
    "its issuer's certificate": async (notAfter) => {
        const root = await createCertificateAuthority()
        const issuer = await root.createIntermediate("issuer", { notAfter })
        return { ca: root.certificate, server: await issuer.issue({ names: ["localhost"] }) }
    },
    "the CA": async (notAfter) => {
        const root = await createCertificateAuthority("ends", "ecdsa", { notAfter })
        return { ca: root.certificate, server: await root.issue({ names: ["localhost"] }) }
    },
}

async function askUntilSurveyed(identity: Identity): Promise<ProbeReport> {
    await using running = await nginx({ settings: "ssl_session_timeout 1h; ssl_protocols TLSv1.2 TLSv1.3;", identity })
    const end = new AbortController()
    const onEvent = ({ kind }: ProbeEvent) => kind === "surveyed" && end.abort()
    return await ask({ ...running, options: { sleepMs: SLEEP_MS, agesMs: [0, SLEEP_MS], signal: end.signal, onEvent } })
}

test.each(Object.keys(chains))("no sleep in which %s ends is one after which a device resumes", async (whose) => {
    const issued = chains[whose] as (typeof chains)[string]
    const soon = new Date(Date.now() + SLEEP_MS - 1000)
    const { verdict, advice, certificates } = await askUntilSurveyed(await issued(soon))
    expect(verdict).toMatchObject({ answer: "does-not-resume", otherWays: [] })
    expect(verdict.text).toMatch(
        new RegExp(
            `^Does not resume after 1m: ${whose} ends on ${soon.toISOString().slice(0, 10)} .* no wake after that resumes`,
        ),
    )
    expect(advice.map(({ code }) => code)).toEqual(["chain-ends"])
    expect(certificates?.endsAt?.slice(0, 19)).toBe(soon.toISOString().slice(0, 19))
    const later = await askUntilSurveyed(await issued(new Date(Date.now() + 20 * SLEEP_MS)))
    expect(later.verdict.answer).toBe("could-not-tell")
})
