import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { coreErrors } from "#warmhello/base/core-codes.js"
import { coreError, type ErrorCode, errorCodes, exitCodes, WarmhelloError } from "#warmhello/base/errors.js"
import { hintsFor } from "#warmhello/base/hints.js"
import { checkoutPath } from "#warmhello/base/paths.js"

/** These say all there is to say in their message. */
const selfExplaining: ErrorCode[] = ["interrupted", "output-closed"]

hintsFor((setting) => `--${setting}`)

describe.each(errorCodes)("the error %s", (code) => {
    const error = new WarmhelloError(code, "it went wrong")

    test("belongs to a class with an exit code", () => {
        expect(error.exitCode).toBe(exitCodes[error.class].code)
        expect(error.exitCode).toBeGreaterThan(0)
    })

    test("tells what to do, or what it means", () => {
        const meaning = code in coreErrors ? coreError(code as keyof typeof coreErrors).message : ""
        if (!selfExplaining.includes(code)) expect(error.hint + meaning).not.toBe("")
    })
})

test("each exit code has one class", () => {
    const codes = Object.values(exitCodes).map(({ code }) => code)
    expect(new Set(codes).size).toBe(codes.length)
})

test("docs/OUTCOMES.md documents each exit code", () => {
    const page = readFileSync(checkoutPath("docs/OUTCOMES.md"), "utf8")
    for (const [name, { code, meaning }] of Object.entries(exitCodes)) {
        expect(page).toContain(`| ${code} | ${name} | ${meaning} |`)
    }
})

test.each(errorCodes)("docs/OUTCOMES.md has the error %s and its exit code", (code) => {
    const row = readFileSync(checkoutPath("docs/OUTCOMES.md"), "utf8")
        .split("\n")
        .find(
            (line) =>
                line.startsWith(`| \`${code}\` |`) && line.includes(`| ${new WarmhelloError(code, "").exitCode} |`),
        )
    expect(row).toBeDefined()
})

test("an error of the core speaks in the core's words and says where", () => {
    const error = coreError("untrusted", "example.com:443: ")
    expect(error.message).toBe("example.com:443: the server's certificate is not signed by the given CA")
    expect(error.code).toBe("untrusted")
    expect(error.exitCode).toBe(exitCodes.peer.code)
})
