// One CA file, one verdict: what OpenSSL takes (here by curl) is taken by provision, by the client of simulate and the
// preload, and by the C example; what it refuses is refused, in the same words. And the command in those words works.
import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { temporaryFolder } from "../support/temporary-folder.js"
import { caFiles, makeCaMaterial } from "./support/ca-files.js"
import { createPki, PASSPHRASE } from "./support/pki.js"
import { startServer, type TestServer } from "./support/tls-server.js"
import {
    clientRefusal,
    commandOf,
    convert,
    curlTakesCa,
    provisionRefusal,
    type Refusal,
    resumeRefusal,
} from "./support/verdicts.js"

const folder = temporaryFolder()
const pki = createPki(folder)
makeCaMaterial(pki)
const files = caFiles(pki)
let server: TestServer
beforeAll(async () => {
    server = await startServer({
        names: ["localhost"],
        versions: { cert: pki.read("leaf.pem"), key: pki.read("leaf.key") },
    })
})
afterAll(() => server[Symbol.asyncDispose]())

/** Each has its own name for the file. */
const withoutName = (refusal: Refusal, name: string) => refusal?.replaceAll(name, "X")

function provisionOf(file: string) {
    const json = { wifi: { ssid: "workshop", password: "correct horse" }, server: { host: "localhost", ca: file } }
    return provisionRefusal(pki.write("device.json", JSON.stringify(json)))
}

test("the table has at least 60 files", () => {
    expect(files.length).toBeGreaterThanOrEqual(60)
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length)
})

describe("a CA file:", () => {
    test.each(files)("$name", async ({ contents, words, unlikeOpenSsl, warnings }) => {
        const file = pki.write("ca.pem", contents)
        const byClient = withoutName(clientRefusal(contents), "the CA")
        expect(byClient === undefined ? "taken" : byClient).toContain(words ?? "taken")
        const byOpenSsl = await curlTakesCa(file, server.port, folder)
        expect(byOpenSsl).toBe((byClient === undefined) === (unlikeOpenSsl === undefined))
        const provision = provisionOf(file)
        if (contents.length < 8000) {
            expect(withoutName(provision.refusal, "server.ca")).toBe(byClient)
            if (warnings !== undefined) expect(provision.warnings).toEqual(warnings)
        } else {
            expect(provision.refusal).toContain("slot")
        }
        expect(withoutName(await resumeRefusal(file, server.port, folder), file)).toBe(byClient)
    })
})

/** Those that a command can help. */
const convertible = files.flatMap((file) => {
    const command = commandOf(clientRefusal(file.contents) ?? "")
    return command === undefined ? [] : [{ ...file, command }]
})

describe("the command in the words makes a file that is taken, of", () => {
    test.each(convertible)("$name: $command", async ({ name, contents, command }) => {
        pki.write("given", contents)
        const made = await convert(
            name.includes("old ciphers") ? command.replace("pkcs12", "pkcs12 -legacy") : command,
            "given",
            folder,
            PASSPHRASE,
        )
        expect(clientRefusal(readFileSync(made))).toBeUndefined()
        expect(await resumeRefusal(basename(made), server.port, folder)).toBeUndefined()
    })

    test("and every form has such a command that has one in its words", () => {
        expect(convertible.map(({ name }) => name)).toEqual([
            ...["CR alone", "blanks before BEGIN", "END and BEGIN in one line", "all in one line"],
            ...["blanks for line breaks", "\\n written out", "UTF-16", "PKCS#7", "PKCS#7 in DER", "PKCS#12"],
            ...["PKCS#12 with old ciphers", "base64 without BEGIN and END"],
        ])
    })
})
