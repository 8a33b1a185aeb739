// A device's certificate and key: what OpenSSL takes (here by curl) is taken by provision and by the client of simulate
// and the preload; what it refuses is refused, in the same words. And the command in those words works.
import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { temporaryFolder } from "../support/temporary-folder.js"
import { makeOwnMaterial, ownFiles } from "./support/own-files.js"
import { createPki, PASSPHRASE } from "./support/pki.js"
import { startServer, type TestServer } from "./support/tls-server.js"
import { clientRefusal, commandOf, convert, curlTakesOwn, provisionRefusal } from "./support/verdicts.js"
import { clientOptions, visit } from "./support/visit.js"

const folder = temporaryFolder()
const pki = createPki(folder)
makeOwnMaterial(pki)
const files = ownFiles(pki)
const ca = pki.read("root.pem")
let server: TestServer
beforeAll(async () => {
    const versions = { cert: pki.read("ec.pem"), key: pki.read("ec.key") }
    server = await startServer({ names: ["localhost"], versions, asksForCertificate: true })
})
afterAll(() => server[Symbol.asyncDispose]())

function provision() {
    const identity = { certificate: "own.pem", key: "own.key" }
    const json = {
        ...{ wifi: { ssid: "workshop", password: "correct horse" }, identity },
        server: { host: "localhost", ca: "root.pem" },
    }
    return provisionRefusal(pki.write("device.json", JSON.stringify(json)))
}

/** Each has its own name for the file. */
const withoutNames = (refusal: string | undefined) =>
    refusal?.replaceAll(/the client (certificate|key)|identity\.(certificate|key)/g, "X")

test("no row of the table stands there twice", () => {
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length)
})

describe("a certificate or key:", () => {
    test.each(files)("$name", async ({ certificate, key, words, unlikeOpenSsl, warnings = [] }) => {
        const own = { certificate: pki.write("own.pem", certificate), key: pki.write("own.key", key), ca: "root.pem" }
        const byClient = withoutNames(clientRefusal(ca, { certificate, key }))
        expect(byClient === undefined ? "taken" : byClient).toContain(words ?? "taken")
        expect(await curlTakesOwn(own, server.port, folder)).toBe(
            (byClient === undefined) === (unlikeOpenSsl === undefined),
        )
        const byProvision = provision()
        if (words === "does not belong to") expect(byProvision.refusal).toContain(words)
        else expect(withoutNames(byProvision.refusal)).toBe(byClient)
        if (byClient !== undefined) return
        expect(byProvision.warnings).toEqual(warnings)
        // And it is the key of that certificate: the server sees both at work.
        const identity = { certificate, key }
        const { outcome } = await visit({
            ...clientOptions(server),
            host: "localhost",
            ca,
            identity,
            policy: { disabled: true },
        })
        expect(outcome).toMatchObject({ result: "full", error: null })
        expect(server.clientNames.at(-1)).toBe(new X509Certificate(pki.read("own.pem")).subject.slice("CN=".length))
    })
})

/** Those that a command can help. */
const convertible = files.flatMap((file) => {
    const command = commandOf(clientRefusal(ca, file) ?? "")
    return command === undefined ? [] : [{ ...file, command }]
})

describe("the command in the words makes a file that is taken, of", () => {
    test.each(convertible)("$name: $command", async ({ certificate, key, command, refused }) => {
        pki.write("given", refused === "certificate" ? certificate : key)
        const made = readFileSync(await convert(command, "given", folder, PASSPHRASE))
        const now = refused === "certificate" ? { certificate: made, key } : { certificate, key: made }
        expect(clientRefusal(ca, now)).toBeUndefined()
    })

    test("and every form has such a command that has one in its words", () => {
        expect(convertible.map(({ name }) => name)).toEqual([
            ...[
                "damage, and a locked one behind it",
                "CR alone",
                "\\n written out",
                "locked PKCS#8",
                "locked SEC1",
                "a locked one behind its certificate",
            ],
            ...["DER, locked", "PKCS#12", "base64 without BEGIN and END"],
            ...["RSA, locked PKCS#1", "OpenSSH's own form", "OpenSSH's own form, locked"],
            ...["a compressed point", "a curve written out"],
            ...["a certificate in PKCS#7", "a certificate in PKCS#12"],
        ])
    })
})
