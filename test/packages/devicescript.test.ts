// The DeviceScript package as others add it: packed, and put into a project that DeviceScript has just made.
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { compile } from "#warmhello/devicescript/compile.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { runApp } from "../ts/support/simulate.js"

const folder = temporaryFolder()

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
        ...[
            "src/compact-outcome.ts",
            "src/index.ts",
            "src/link.ts",
            "src/tls-payloads.ts",
            "src/tls-session.ts",
            "src/tls-words.ts",
        ],
    ])
})

/** As README tells. */
function install(project: string): void {
    const readme = readFileSync(checkoutPath("devs/README.md"), "utf8")
    const file = run("npm", ["pack", "--silent", checkoutPath("devs")], project).trim()
    expect(readme).toContain(`npm install ./${file}\n`)
    run("npm", ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", `./${file}`], project)
    const services = ["-R", "node_modules/devicescript-warmhello/services", "."]
    expect(readme).toContain(`cp ${services.join(" ")}\n`)
    run("cp", services, project)
}

async function expectToRun(program: Uint8Array): Promise<void> {
    const { lines } = await runApp("app", { program, cycles: 2 })
    expect(lines.map(({ text }) => text)).toEqual(["full: none", "resumed: accepted"])
}

test("a fresh DeviceScript project installs, builds and runs it", async () => {
    const project = join(folder, "project")
    const devs = checkoutPath("node_modules/.bin/devs")
    mkdirSync(project)
    run(devs, ["init", "--no-install"], project)
    run("npm", ["pkg", "delete", "devDependencies"], project) // the tools are the checkout's: no network
    install(project)
    writeFileSync(join(project, "src/main.ts"), APP)
    run(devs, ["build", "src/main.ts"], project)
    await expectToRun(readFileSync(join(project, ".devicescript/bin/bytecode.devs")))
})

test("so does warmhello in an npm project that DeviceScript knows nothing of", async () => {
    const project = join(folder, "npm-project")
    mkdirSync(project)
    writeFileSync(join(project, "package.json"), "{}")
    install(project)
    writeFileSync(join(project, "app.ts"), APP)
    await expectToRun(await compile(join(project, "app.ts")))
})

test("so compile the examples of README and of the library's own comments", { timeout: 240_000 }, async () => {
    const project = join(folder, "examples")
    mkdirSync(project)
    writeFileSync(join(project, "package.json"), "{}")
    install(project)
    expect(new Set(examples().map(([file]) => file)).size).toBe(3)
    for (const [file, code] of examples()) {
        writeFileSync(join(project, "app.ts"), code)
        await expect(compile(join(project, "app.ts")), `the example in ${file}`).resolves.toBeInstanceOf(Uint8Array)
    }
})
