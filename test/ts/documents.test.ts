// What the documents name must be there: links lead somewhere, commands are taken as they stand, lines fit.
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { program } from "#warmhello/cli/program.js"

const documents = execFileSync("git", ["ls-files", "*.md"], { cwd: checkoutPath("."), encoding: "utf8" })
    .trim()
    .split("\n")
    .filter((file) => !file.startsWith("test/report/"))
const read = (file: string): string => readFileSync(checkoutPath(file), "utf8")

/** As GitHub makes them of headings. */
const anchorsOf = (text: string): string[] =>
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
        heading
            .toLowerCase()
            .replaceAll(/[^\w\- ]/g, "")
            .replaceAll(" ", "-"),
    )

function brokenLinks(file: string): string[] {
    const text = read(file)
    return [...text.matchAll(/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/g)]
        .filter(([, path = ""]) => !path.startsWith("http"))
        .filter(([, path = "", anchor]) => {
            const target = path === "" ? file : join(dirname(file), path)
            if (!existsSync(checkoutPath(target))) return true
            return anchor !== undefined && !anchorsOf(read(target)).includes(anchor)
        })
        .map(([link]) => link)
}

const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> }
const appScripts = (JSON.parse(read("devs/package.json")) as { scripts: Record<string, string> }).scripts

/** Those of the checkout, and of the DeviceScript project in it. */
const unknownScripts = (file: string): string[] =>
    [...read(file).matchAll(/npm run (?:-s )?([a-z][a-z:-]*[a-z])/g)]
        .map(([, name = ""]) => name)
        .filter((name) => !Object.hasOwn(scripts, name) && !Object.hasOwn(appScripts, name))

/** Words of a command line, up to a comment. */
const wordsOf = (line: string): string[] =>
    [...line.replace(/\s#\s.*$/, "").matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word = ""]) => quoted ?? word)

const commandLines = (file: string): string[] =>
    [
        ...read(file)
            .replaceAll(/ \\\n\s*/g, " ")
            .matchAll(/npx warmhello ([^`\n]*)/g),
    ].map(([, line = ""]) => line)

/** Those that the command does not take. `...` stands for whatever else is needed. */
async function refusedCommands(file: string): Promise<string[]> {
    const refused: string[] = []
    for (const line of commandLines(file).filter((one) => !one.includes("..."))) {
        const root = program(new AbortController().signal).configureOutput({ writeErr: () => {} })
        for (const command of root.commands) command.configureOutput({ writeErr: () => {} }).action(() => {})
        await root.parseAsync(wordsOf(line), { from: "user" }).catch(() => refused.push(line))
    }
    return refused
}

/** Tables, code, what commands write, and links that cannot be broken are as long as they are. */
function longLines(file: string): string[] {
    const own = read(file)
        .replaceAll(/<!-- npm run [^>]*begin -->[\s\S]*?end -->/g, "")
        .replaceAll(/^```[\s\S]*?^```/gm, "")
    return own.split("\n").filter((line) => line.length > 120 && !line.startsWith("|"))
}

describe.each(documents)("%s", (file) => {
    test("has no link that leads nowhere", () => expect(brokenLinks(file)).toEqual([]))
    test("names scripts of npm that there are", () => expect(unknownScripts(file)).toEqual([]))
    test("shows commands that are taken as they stand", async () => expect(await refusedCommands(file)).toEqual([]))
    test("has lines that fit in 120 columns", () => expect(longLines(file)).toEqual([]))
    test("holds no two versions of a merge", () => expect(read(file)).not.toMatch(/^(<<<<<<<|>>>>>>>) /m))
})
