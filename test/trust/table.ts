// The table "what curl accepts, we accept; what curl refuses, we refuse": how a row is written and held.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { afterAll, describe, expect, test } from "vitest"
import type { ErrorCode } from "#warmhello/base/errors.js"
import type { TlsVersion } from "#warmhello/core/client.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { bundleOf } from "./bundle.js"
import { type Certificate, HOST } from "./certificates.js"
import { askCurl, askUs, type CurlVerdict, type OurVerdict } from "./clients.js"
import { serveChains } from "./servers.js"

/** What a server sends and what its clients trust. */
export interface Case {
    /** Leaf first. */
    sent: Certificate[]
    /** A second chain with a key of another kind, from which the server chooses. */
    orSent?: Certificate[]
    /** PEM, or certificates. */
    trusted: string | Certificate[]
    /** HOST unless told. */
    host?: string
}

export type Says = "open" | ErrorCode

/** What we say of a server that has nothing for us, and tells so by the alert handshake_failure. */
export const NOTHING_IN_COMMON: Says = "alert"

/** Why we accept what curl refuses, where it depends on the order of things. */
export const ANY_PATH =
    "RFC 5280 6.1: any path that is valid will do; OpenSSL tries only the first issuer that it finds"

export interface Row {
    title: string
    /** Ours, in both versions unless told for each. */
    says: Says | Record<TlsVersion, Says>
    /** Why we say something else than curl, with the RFC's section; or that it is a limit of wolfSSL. */
    unlikeCurl?: string
    /** The same of CAs that are given as ESP-IDF's bundle, which says less of them (docs/SECURITY.md). */
    byBundle?: Says
    /** The server has nothing to offer that the client could verify, and ends the handshake itself. */
    serverRefuses?: boolean
    /** The one version that the row is about. */
    only?: TlsVersion
    make: () => Case
}

/** How curl puts that it does not like the URL, the handshake, the certificate or the CA file. */
const refusals = [3, 35, 60, 77]

interface Seen {
    row: Row
    version: TlsVersion
    curl: CurlVerdict
    ours: OurVerdict
    /** Unless the CAs are a text. */
    byBundle: OurVerdict | undefined
    /** Ours, by the CA file. */
    connections: number
    failures: string[]
}

export const asPem = (trusted: Case["trusted"]): Buffer =>
    Buffer.from(typeof trusted === "string" ? trusted : trusted.map((each) => each.pem).join(""))

export const chainsOf = ({ sent, orSent }: Pick<Case, "sent" | "orSent">): Certificate[][] =>
    orSent === undefined ? [sent] : [sent, orSent]

/** Each format of a bundle in one version of TLS. */
const formats = { "1.2": "old", "1.3": "new" } as const

async function visitBoth(row: Row, version: TlsVersion, folder: string): Promise<Seen> {
    const { trusted, host = HOST, ...sent } = row.make()
    await using server = await serveChains(chainsOf(sent))
    const visitor = { host, port: server.port, ca: asPem(trusted), version }
    const curl = await askCurl(visitor, folder)
    const before = server.connections
    const ours = await askUs(visitor)
    const connections = server.connections - before
    const byBundle =
        typeof trusted === "string" ? undefined : await askUs({ ...visitor, ca: bundleOf(trusted, formats[version]) })
    return { row, version, curl, ours, byBundle, connections, failures: server.failures }
}

export const expectedOf = ({ says }: Row, version: TlsVersion): Says =>
    typeof says === "string" ? says : says[version]

function hold({ row, version, curl, ours, byBundle, connections, failures }: Seen): void {
    const expected = expectedOf(row, version)
    expect(ours.says, `ours (wolfSSL ${ours.wolfsslError}); curl: ${curl.exitCode} ${curl.says}`).toBe(expected)
    expect([0, ...refusals], curl.says).toContain(curl.exitCode)
    const agreed = (curl.exitCode === 0) === (ours.says === "open")
    expect(agreed, `the same verdict as curl's: ${curl.exitCode} ${curl.says}`).toBe(row.unlikeCurl === undefined)
    if (byBundle !== undefined)
        expect(byBundle.says, `by a bundle (wolfSSL ${byBundle.wolfsslError})`).toBe(row.byBundle ?? expected)
    if (expected === "host-unusable") expect(connections, "our connections").toBe(0)
    if (row.serverRefuses !== true) expect(failures, "the server's own failures").toEqual([])
}

export const versions = ["1.2", "1.3"] as const

/** Holds each row, in both versions, and leaves what was said in build/trust. */
export function table(name: string, rows: readonly Row[]): void {
    const document = readFileSync("docs/TRUST.md", "utf8").replace(/\s+/g, " ")
    const reasons = new Set(rows.flatMap(({ unlikeCurl }) => unlikeCurl ?? []))
    test.each([...reasons])("docs/TRUST.md says where this differs from curl: %s", (reason) => {
        expect(document).toContain(reason)
    })

    const seen: Seen[] = []
    const folder = temporaryFolder()
    afterAll(() => {
        mkdirSync("build/trust", { recursive: true })
        const lines = seen.map(({ row, version, curl, ours }) =>
            [row.title, version, curl.exitCode, ours.says, curl.says, ours.wolfsslError, expectedOf(row, version)].join(
                "\t",
            ),
        )
        writeFileSync(`build/trust/${name}.tsv`, `${lines.join("\n")}\n`)
    })
    describe.each(versions)("TLS %s", (version) => {
        const here = rows.filter(({ only }) => only === undefined || only === version)
        test.each(here.map((row): [string, Row] => [row.title, row]))("%s", async (_, row) => {
            const both = await visitBoth(row, version, folder)
            seen.push(both)
            hold(both)
        })
    })
}
