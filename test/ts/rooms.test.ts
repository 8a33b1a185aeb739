// Which way the rooms of ts import each other: Biome refuses all else by ts/biome.json. That file has to know every room.
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { temporaryFolder } from "../support/temporary-folder.js"

interface Rule {
    room: string
    /** What it must not import. */
    refused: string[]
    /** What it stands on. */
    below: string[]
}

const rooms = readdirSync(checkoutPath("ts"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)

function ruleOf({ includes: [path = ""], linter }: Override): Rule {
    const [pattern] = linter.rules.style.noRestrictedImports.options.patterns
    const refused = /\{(.*)\}/.exec(pattern?.group[0] ?? "")?.[1]?.split(",") ?? []
    const named = / stands? on (.*?)[,:]/.exec(pattern?.message ?? "")?.[1]?.split(" and ") ?? []
    const room = path.replace("/**", "")
    const all = rooms.filter((name) => name !== room)
    return { room, refused, below: named[0] === "every other room" ? all : named.filter((name) => name !== "nothing") }
}

interface Override {
    includes: string[]
    linter: {
        rules: { style: { noRestrictedImports: { options: { patterns: { group: string[]; message: string }[] } } } }
    }
}

const { overrides }: { overrides: Override[] } = JSON.parse(readFileSync(checkoutPath("ts/biome.json"), "utf8"))
const rules = overrides.map(ruleOf)

test("every room has a rule, and no file of the product is outside of the rooms", () => {
    expect(rules.map(({ room }) => room).toSorted()).toEqual(rooms.toSorted())
    expect(readdirSync(checkoutPath("ts")).toSorted()).toEqual(["biome.json", ...rooms].toSorted())
})

test.each(rules)("$room is refused all that it does not stand on, the workshop and the tests included", (rule) => {
    const above = rooms.filter((name) => name !== rule.room && !rule.below.includes(name))
    expect(rule.refused.toSorted()).toEqual([...above, "dev", "test"].toSorted())
})

// In a folder of its own, as other tests look at ts meanwhile.
const folder = temporaryFolder()
mkdirSync(join(folder, "ts/base"), { recursive: true })
writeFileSync(join(folder, "biome.json"), "{}")
cpSync(checkoutPath("ts/biome.json"), join(folder, "ts/biome.json"))

test.each([
    ["by its path", 'import "../cli/run.js"\n'],
    ["by the package's own name for it", 'import "#warmhello/cli/run.js"\n'],
    ["at run time", 'export const later = import("../cli/run.js")\n'],
    ["as a type", 'export type { Run } from "../cli/run.js"\n'],
    ["of the workshop", 'import "../../dev/program.js"\n'],
    ["of the workshop by its name", 'import "#dev/program.js"\n'],
    ["of the tests", 'import "../../test/support/needs.js"\n'],
])("an import %s that points up is refused", (_, text) => {
    writeFileSync(join(folder, "ts/base/new.ts"), text)
    const options = { cwd: folder, encoding: "utf8" } as const
    const { status, stderr } = spawnSync(checkoutPath("node_modules/.bin/biome"), ["lint", "ts/base/new.ts"], options)
    expect(stderr).toContain("base stands on nothing")
    expect(status).toBe(1)
})
