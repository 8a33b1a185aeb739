// A hint names what can be set where it is shown: a flag of the command that was called, a variable of the environment,
// a field of the provisioning file.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Command } from "commander"
import { afterEach, describe, expect, test } from "vitest"
import { errorCodes, hintOf, WarmhelloError } from "#warmhello/base/errors.js"
import { environmentNames, fieldNames, hintsFor, settingsIn } from "#warmhello/base/hints.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { namesFor, program } from "#warmhello/cli/program.js"
import { warmhello } from "./support/command.js"
import { appFile } from "./support/compile-apps.js"
import { refusingPort } from "./support/tls-server.js"

const commands = program(new AbortController().signal).commands
const commandNamed = (name: string) => commands.find((command) => command.name() === name) as Command
const FLAG = /(?<![\w-])--[a-z][a-z-]*/g

afterEach(() => hintsFor(() => undefined))

/** All hints as they are shown there. */
const hints = (): string[] => errorCodes.map((code) => new WarmhelloError(code, "").hint)

/** What another program is told is its own business, as in: npm run setup -- --mcu */
const ours = (hint: string): string[] => hint.replaceAll(/npm run \S+ -- \S+/g, "").match(FLAG) ?? []

describe.each(commands.map((command) => [command.name(), command] as const))("warmhello %s", (_, command) => {
    test("has hints that name its own flags only", () => {
        hintsFor(namesFor(command))
        const known = new Set([...command.options.map(({ long }) => long), "--help"])
        expect(
            hints()
                .flatMap(ours)
                .filter((flag) => !known.has(flag)),
        ).toEqual([])
        expect(hints().filter((hint) => /[{}]/.test(hint))).toEqual([])
    })
})

test("DeviceScript's tools are told variables, not flags", () => {
    hintsFor(environmentNames)
    expect(hints().flatMap(ours)).toEqual([])
    expect(new WarmhelloError("untrusted", "").hint).toBe(
        "Give the CA that signed the server's certificate with WARMHELLO_CA.",
    )
    expect(new WarmhelloError("never-slept", "").hint).not.toContain("raise")
})

test("a pre-shared key that was refused is looked at where one can be given", () => {
    hintsFor(namesFor(commandNamed("simulate")))
    expect(new WarmhelloError("psk-refused", "").hint).toContain("in --psk.")
    hintsFor(fieldNames)
    expect(new WarmhelloError("psk-refused", "").hint).toContain("in psk.")
    hintsFor(environmentNames)
    expect(new WarmhelloError("psk-refused", "").hint).not.toContain("Check")
})

test("with a provisioning file its fields are named, and not the flags that they stand for", () => {
    const command = commandNamed("simulate")
    command.setOptionValue("provision", "device.json")
    hintsFor(namesFor(command))
    command.setOptionValue("provision", undefined)
    expect(new WarmhelloError("untrusted", "").hint).toContain("server.ca")
    expect(
        hints()
            .flatMap(ours)
            .filter((flag) => fieldNames(flag.slice(2)) !== undefined),
    ).toEqual([])
})

test("every setting that a hint names is a flag of some command", () => {
    const flags = new Set(commands.flatMap(({ options }) => options.map(({ long }) => long?.slice(2))))
    const named = errorCodes.flatMap((code) => settingsIn(hintOf(code)))
    expect(new Set(named).size).toBeGreaterThan(10)
    expect(named.filter((setting) => setting !== "help" && !flags.has(setting))).toEqual([])
})

test("no source writes a flag into a hint as it is", () => {
    const sources = readdirSync(checkoutPath("ts"), { recursive: true, encoding: "utf8" }).filter((file) =>
        file.endsWith(".ts"),
    )
    const hintLines = sources.flatMap((file) =>
        readFileSync(join(checkoutPath("ts"), file), "utf8")
            .split("\n")
            .filter((line) => /\bhint\b.*["`]/.test(line)),
    )
    expect(hintLines.length).toBeGreaterThan(10)
    const written = errorCodes.map((code) => [hintOf(code)].flat().join(" "))
    expect([...hintLines, ...written].flatMap(ours)).toEqual([])
})

test("a command shows them so", async () => {
    const server = `127.0.0.1:${await refusingPort()}`
    const provisioned = await warmhello("simulate", appFile("app"), "--cert", "no.pem", "--server", server)
    expect(provisioned.stderr).toContain("error: --cert and --key go together\nSee: warmhello simulate --help")
    const never = await warmhello("simulate", appFile("never-sleeps"), "--wake-timeout", "1s")
    expect(never.stderr).toContain("For an app that is slow, raise --wake-timeout.")
})
