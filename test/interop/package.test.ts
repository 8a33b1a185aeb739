// The DeviceScript package as others add it: packed, and put into a project that DeviceScript has just made.
import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/core/paths.js"
import { compile } from "#warmhello/sim/compile.js"
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

test("the package holds the library, the service's definition and nothing else", () => {
    expect(pack().files.map(({ path }) => path)).toEqual([
        ...["README.md", "devsconfig.json", "package.json", "services/tls-session.md"],
        ...["src/index.ts", "src/link.ts", "src/tls-session.ts"],
    ])
})

test("a fresh DeviceScript project uses the packed file as README tells", async () => {
    const project = join(folder, "project")
    const installed = join(project, "node_modules/devicescript-warmhello")
    mkdirSync(project)
    run(checkoutPath("node_modules/.bin/devs"), ["init", "--no-install"], project)
    mkdirSync(installed, { recursive: true })
    run("tar", ["xzf", join(folder, pack().filename), "--strip-components=1", "-C", installed], project)
    mkdirSync(join(project, "services"))
    copyFileSync(join(installed, "services/tls-session.md"), join(project, "services/tls-session.md"))
    writeFileSync(join(project, "src/main.ts"), APP)
    const { lines } = await runApp("app", { program: await compile(join(project, "src/main.ts")), cycles: 2 })
    expect(lines.map(({ text }) => text)).toEqual(["full: none", "resumed: accepted"])
})
