// `npm run calendar`, of which CI runs all: here a few of its cases, and what a script reads of it.
import { expect, test } from "vitest"
import { dev, startDevCommand } from "./support/command.js"

test("cases are tried on each day, and told as JSON", async () => {
    const { code, stdout } = await dev("calendar", "--only", "a build on that day", "--json", "-")
    const { cases, failures, results } = JSON.parse(stdout)
    expect({ code, cases, failures }).toEqual({ code: 0, cases: 7, failures: 0 })
    const dates: string[] = results.map(({ date }: { date: string }) => date)
    expect(dates).toEqual(expect.arrayContaining(["1970-01-02", "2038-01-20", "2050-01-02", "2106-02-08"]))
})

test("what fails on a day is counted, and ends in exit code 1", async () => {
    const withoutCompiler = { PATH: "/nowhere" }
    const { ended } = startDevCommand(["calendar", "--only", "a build on that day", "--json", "-"], withoutCompiler)
    const { code, stdout } = await ended
    const { failures, results } = JSON.parse(stdout)
    expect({ code, failures }).toEqual({ code: 1, failures: 7 })
    expect(results[0].why).toContain("ENOENT")
})

test("a text that names nothing is an error", async () => {
    const { code, stderr } = await dev("calendar", "--only", "someday")
    expect(stderr).toContain("no day and no case is named someday")
    expect(code).toBe(2)
})
