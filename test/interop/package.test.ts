// The DeviceScript package as others add it: packed, and put into a project that DeviceScript has just made.
import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { runApp } from "../ts/support/simulate.js"

const folder = mkdtempSync(join(tmpdir(), "warmhello-package-"))
afterAll(() => rmSync(folder, { recursive: true }))

const run = (program: string, args: string[], cwd: string): string =>
    execFileSync(program, args, { cwd, encoding: "utf8", env: { ...process.env, NO_UPDATE_NOTIFIER: "1" } })

interface Packed {
    filename: string
    files: { path: string }[]
}

function pack(): Packed {
    const [packed]: Packed[] = JSON.parse(
        run("npm", ["pack", "--json", "--pack-destination", folder], checkoutPath("devs")),
    )
    if (packed === undefined) throw new Error("npm packed nothing")
    return packed
}

const APP = `
import { fetch } from "@devicescript/net"
import { standby } from "@devicescript/runtime"
import { tlsSession } from "devicescript-warmhello"

const response = await fetch("https://warmhello.test/")
await response.close()
const { result, reason } = await tlsSession().outcome()
console.log(\`\${result}: \${reason}\`)
await standby(1000)
`

/** The examples for apps in TypeScript, by the file that they stand in. */
function examples(): [file: string, code: string][] {
    return ["README.md", "devs/README.md", "devs/src/index.ts"].flatMap((file) => {
        const text = readFileSync(checkoutPath(file), "utf8").replaceAll(/^ \* ?/gm, "")
        return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]): [string, string] => [file, code])
    })
}

test("the package holds the library, the service's definition and nothing else", () => {
    expect(pack().files.map(({ path }) => path)).toEqual([
        ...["README.md", "devsconfig.json", "package.json", "services/tls-session.md"],
        ...["src/index.ts", "src/link.ts", "src/tls-session.ts"],
    ])
})

test("a fresh DeviceScript project installs, builds and runs it as README tells", async () => {
    const project = join(folder, "project")
    const definition = "services/tls-session.md"
    const devs = checkoutPath("node_modules/.bin/devs")
    mkdirSync(project)
    run(devs, ["init", "--no-install"], project)
    run("npm", ["pkg", "delete", "devDependencies"], project) // the tools are the checkout's: no network
    const file = run("npm", ["pack", "--silent", checkoutPath("devs")], project).trim()
    expect(readFileSync(checkoutPath("devs/README.md"), "utf8")).toContain(`npm install ./${file}\n`)
    run("npm", ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", `./${file}`], project)
    mkdirSync(join(project, "services"))
    copyFileSync(join(project, "node_modules/devicescript-warmhello", definition), join(project, definition))
    writeFileSync(join(project, "src/main.ts"), APP)
    run(devs, ["build", "src/main.ts"], project)
    const program = readFileSync(join(project, ".devicescript/bin/bytecode.devs"))
    const { lines } = await runApp("app", { program, cycles: 2 })
    expect(lines.map(({ text }) => text)).toEqual(["full: none", "resumed: accepted"])

    expect(new Set(examples().map(([file]) => file)).size).toBe(3)
    for (const [file, code] of examples()) {
        writeFileSync(join(project, "src/main.ts"), code)
        expect(() => run(devs, ["build", "src/main.ts"], project), `the example in ${file}`).not.toThrow()
    }
})
