// What --help says: the commands in groups, an example of each that is taken as it stands, and lines that fit.
import type { Command } from "commander"
import { describe, expect, test } from "vitest"
import { program } from "#warmhello/cli/program.js"
import { warmhello } from "./support/command.js"

const root = program(new AbortController().signal)

/** The help of a command as a terminal of so many columns shows it. */
function helpOf(command: Command, columns: number): string {
    let text = ""
    command.configureOutput({ getOutHelpWidth: () => columns, writeOut: (part) => (text += part) })
    command.outputHelp()
    return text
}

/** Its examples, each in one line again. */
function examplesIn(help: string): string[] {
    const [, text = ""] = help.split(/^(?:Example|An example of each):\n/m)
    return text
        .replaceAll(/ \\\n\s+/g, " ")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
}

test("warmhello --help lists what a user does in groups, and exits 0", async () => {
    const { code, stdout, stderr } = await warmhello("--help")
    expect(code).toBe(0)
    expect(stderr).toBe("")
    const groups = [...stdout.matchAll(/^(\w[^\n]*):\n((?: {2}\S.*\n(?: {4,}.*\n)*)+)/gm)].map(
        ([, title, text = ""]) => [title, [...text.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name)],
    )
    expect(groups.filter(([title]) => title !== "Options" && title !== "An example of each")).toEqual([
        ["Try it on this machine", ["simulate", "start"]],
        ["Put it on a board", ["build", "provision", "flash", "monitor", "inspect"]],
        ["Ask your server", ["probe"]],
        ["Measure it", ["measure", "estimate", "report"]],
        ["Watch a fleet", ["fleet"]],
        ["Help", ["help"]],
    ])
})

test("there is an example of each command, in the list and in the command's own help", () => {
    const all = examplesIn(helpOf(root, 80))
    expect(all.map((line) => line.split(" ")[1])).toEqual(root.commands.map((command) => command.name()))
    for (const [index, command] of root.commands.entries()) {
        expect(examplesIn(helpOf(command, 80))).toEqual([all[index]])
    }
})

test.each(examplesIn(helpOf(root, 80)))("it is taken as it stands: %s", async (line) => {
    const fresh = program(new AbortController().signal)
    const ran: string[] = []
    for (const command of fresh.commands) command.action(() => void ran.push(command.name()))
    await fresh.parseAsync(line.split(" ").slice(1), { from: "user" })
    expect(ran).toEqual([line.split(" ")[1]])
})

describe.each([60, 80, 120])("in a terminal of %i columns", (columns) => {
    test.each([root, ...root.commands].map((command) => ({ name: command.name(), command })))(
        "no line of the help of $name is longer, and no example is torn",
        ({ command }) => {
            const help = helpOf(command, columns)
            for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(columns)
            expect(examplesIn(help)).toEqual(examplesIn(helpOf(command, 1000)))
        },
    )
})
