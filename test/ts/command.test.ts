import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { z } from "zod"
import { checkoutPath } from "#warmhello/base/paths.js"
import { TemporaryFolder } from "#warmhello/base/temporary.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { dev, startCommand, warmhello } from "./support/command.js"
import { appFile } from "./support/compile-apps.js"

/** The fields that other programs rely on: the command contract. */
const wakeSchema = z.looseObject({
    n: z.int().positive(),
    result: z.enum(["full", "resumed", "failed"]),
    reason: z.string().nullable(),
    protocol: z.enum(["TLS1.2", "TLS1.3"]).nullable(),
    kind: z.enum(["id", "ticket", "psk"]).nullable(),
    group: z.string().nullable(),
    handshakeMs: z.number().nullable(),
    bytesTx: z.int(),
    bytesRx: z.int(),
    serverSaysResumed: z.boolean().nullable(),
    error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
})
const runSchema = z.object({
    wakes: z.array(wakeSchema),
    summary: z.object({ wakes: z.int(), failed: z.int(), full: z.unknown(), resumed: z.unknown() }),
})
const startSchema = z.object({ runs: z.array(runSchema.extend({ kind: z.string() })) })

describe("warmhello start", () => {
    test("with --json - prints nothing but JSON on standard output, one entry per kind", async () => {
        const { code, stdout, stderr } = await warmhello("start", "--cycles", "5", "--json", "-")
        expect(code).toBe(0)
        const { runs } = startSchema.parse(JSON.parse(stdout))
        expect(runs.map(({ kind }) => kind)).toEqual(["id", "ticket", "psk"])
        for (const { kind, wakes, summary } of runs) {
            expect(wakes.map(({ result }) => result)).toEqual(["full", "resumed", "resumed", "resumed", "resumed"])
            expect(wakes.map(({ serverSaysResumed }) => serverSaysResumed)).toEqual([false, true, true, true, true])
            expect(new Set(wakes.slice(1).map((wake) => wake.kind))).toEqual(new Set([kind]))
            expect(summary).toMatchObject({ wakes: 5, failed: 0 })
        }
        expect(stderr).toContain("In each run the first wake was full and every other one resumed, on both sides.")
    })

    test("exits 1 when wakes do not resume, and names the runs", async () => {
        const { code, stdout, stderr } = await warmhello("start", "--cycles", "2", "--server-forgets", "5m")
        expect(code).toBe(1)
        expect(stderr).toContain(
            "error: not as it should be: TLS 1.2, session ID; TLS 1.2, ticket; TLS 1.3, ticket (PSK)",
        )
        expect(stdout).not.toContain("every other one resumed")
    })
})

test("--version tells that of package.json, and CHANGELOG has it", async () => {
    const { version } = JSON.parse(readFileSync(checkoutPath("package.json"), "utf8"))
    for (const command of [warmhello, dev]) {
        expect(await command("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" })
    }
    expect(readFileSync(checkoutPath("docs/CHANGELOG.md"), "utf8")).toContain(`\n## ${version}`)
})

describe("from another folder", () => {
    const elsewhere = temporaryFolder()
    const simulate = (...args: string[]) => startCommand(["simulate", ...args], {}, undefined, elsewhere).ended

    test("the sample app is found without being named", async () => {
        const { code, stdout } = await simulate("--cycles", "1")
        expect(stdout).toContain("compiling devs/src/app.ts ...")
        expect(code).toBe(0)
    })

    test("a path that is given is one from there", async () => {
        const { code, stderr } = await simulate("devs/src/app.ts")
        expect(stderr).toContain("error: there is no devs/src/app.ts")
        expect(code).toBe(2)
    })
})

describe("warmhello simulate", () => {
    test("shows a row per wake, the app's lines, and a summary", async () => {
        const { code, stdout, stderr } = await warmhello("simulate", appFile("app"), "--cycles", "3")
        expect(code).toBe(0)
        expect(stderr).toBe("")
        expect(stdout).toMatch(/^wake +result +why +protocol +kind/m)
        expect(stdout).toMatch(/^ +1 +full +none +TLS1\.3 /m)
        expect(stdout).toMatch(/^ +2 +resumed +accepted +TLS1\.3 +psk /m)
        expect(stdout).toMatch(/^ +3 +resumed +accepted +TLS1\.3 +psk .* resumed$/m)
        expect(stdout.match(/^app: sent \d+ C, server answers 204$/gm)).toHaveLength(3)
        expect(stdout).toContain("3 wakes: 1 full, 2 resumed, 0 failed; the server says the same of 3.")
        expect(stdout).not.toContain("connecting to tls:")
    })

    test("with --verbose shows the app's debug lines as well", async () => {
        const { stdout } = await warmhello("simulate", appFile("app"), "--cycles", "1", "--verbose")
        expect(stdout).toContain("app: connecting to tls://warmhello.test:443")
    })

    test("with --tls 1.2 --no-tickets resumes by session ID", async () => {
        const flags = ["--tls", "1.2", "--no-tickets", "--cycles", "2", "--json", "-"]
        const { stdout } = await warmhello("simulate", appFile("app"), ...flags)
        const { wakes } = runSchema.parse(JSON.parse(stdout))
        expect(wakes).toMatchObject([{ result: "full" }, { result: "resumed", kind: "id", protocol: "TLS1.2" }])
    })

    test("compiles the sample app when none is given, and writes its JSON to a file", async () => {
        using folder = new TemporaryFolder("test")
        const file = folder.file("wakes.json")
        const flags = ["--cycles", "3", "--sleep", "2h", "--power-loss-every", "1", "--json", file]
        const { code, stdout } = await warmhello("simulate", ...flags)
        expect(code).toBe(0)
        expect(stdout).toContain("3 wakes: 3 full, 0 resumed, 0 failed")
        const { wakes } = runSchema.parse(JSON.parse(readFileSync(file, "utf8")))
        expect(wakes).toMatchObject([{ result: "full" }, { sleptMs: 7_200_000 }, { powerLost: true }])
    })

    test.each(["1.2", "1.3"])(
        "with --flash resumes by TLS %s though the power fails in every sleep",
        async (version) => {
            using folder = new TemporaryFolder("test")
            const flags = ["--tls", version, "--flash", folder.file("flash.bin")]
            const often = ["--power-loss-every", "1", "--cycles", "11"]
            const { code, stdout } = await warmhello("simulate", appFile("app"), ...flags, ...often)
            expect(code).toBe(0)
            expect(stdout).toContain("11 wakes: 1 full, 10 resumed, 0 failed")
        },
    )

    test("puts the wake that failed in its JSON", async () => {
        const { code, stdout } = await warmhello("simulate", appFile("throws"), "--json", "-")
        expect(code).toBe(3)
        const { wakes, summary } = runSchema.parse(JSON.parse(stdout))
        expect(wakes).toMatchObject([{ result: "failed", error: { code: "app-threw" }, serverSaysResumed: null }])
        expect(summary).toMatchObject({ wakes: 1, failed: 1, full: null, resumed: null })
    })
})
