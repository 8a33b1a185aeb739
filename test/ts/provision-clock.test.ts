// Provisioning on a machine whose clock was never set: it says so, and blames no certificate.
import { afterEach, expect, test, vi } from "vitest"
import { builtAtMs } from "#warmhello/core/platform.js"
import { checkProvision } from "#warmhello/provision/provision.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { createProvisionFiles } from "./support/provision-files.js"

const DAY_MS = 86_400_000
const folder = temporaryFolder()
afterEach(() => vi.useRealTimers())

const files = await createProvisionFiles(folder)

function found(changes: Parameters<typeof files.provision>[0] = {}) {
    const { errors, warnings } = checkProvision(files.provision(changes))
    return [...errors, ...warnings].map(({ code, message }) => ({ code, message }))
}

test("a clock of 1970 is wrong, not the certificates", () => {
    vi.setSystemTime(DAY_MS)
    expect(found()).toEqual([
        {
            code: "clock-wrong",
            message: expect.stringMatching(
                /^this machine's clock is wrong: it says 1970-01-02, and warmhello was built on 20\d\d-\d\d-\d\d$/,
            ),
        },
    ])
})

test("what had ended before warmhello was built has ended by a clock of 1970 as well", async () => {
    const ended = { notBefore: new Date(0), notAfter: new Date(builtAtMs() - DAY_MS) }
    files.write("ended.pem", (await createCertificateAuthority("ended", "ecdsa", ended)).certificate)
    vi.setSystemTime(DAY_MS)
    expect(found({ server: { ca: "ended.pem" } }).map(({ code }) => code)).toContain("ca-expired")
})

test("a right clock is not mentioned", () => {
    expect(found()).toEqual([])
})
