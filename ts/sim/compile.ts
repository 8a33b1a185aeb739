// DeviceScript's compiler, from @devicescript/cli, as a child process.
import { spawn } from "node:child_process"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { checkoutPath } from "../core/paths.js"
import { WarmhelloError } from "../errors.js"

const COMPILER = "node_modules/@devicescript/cli/built/devicescript-cli.cjs"

/** The DeviceScript project that a file is in: the nearest folder above it with a devsconfig.json. */
function projectOf(app: string): string {
    let folder = dirname(app)
    while (!existsSync(join(folder, "devsconfig.json"))) {
        const above = dirname(folder)
        if (above === folder) {
            throw new WarmhelloError(
                "no-project",
                `${app} is in no DeviceScript project: there is no devsconfig.json above it`,
            )
        }
        folder = above
    }
    return folder
}

/** Compiles an app and returns its bytecode. A `.devs` file is bytecode already.
 *
 * Throws `file-unreadable`, `no-project`, or `compile-failed` with the compiler's own words. */
export async function compile(app: string): Promise<Uint8Array> {
    const path = resolve(app)
    if (!existsSync(path)) throw new WarmhelloError("file-unreadable", `there is no ${app}`)
    if (path.endsWith(".devs")) return readFileSync(path)
    const project = projectOf(path)
    // The compiler's own --out-dir takes no value, so the result is where it always is.
    const bytecode = join(project, ".devicescript/bin/bytecode.devs")
    rmSync(bytecode, { force: true })
    await runCompiler(project, relative(project, path))
    return readFileSync(bytecode)
}

async function runCompiler(project: string, entry: string): Promise<void> {
    const main = `require(${JSON.stringify(checkoutPath(COMPILER))}).mainCli()`
    const child = spawn(process.execPath, ["-e", main, "devs", "build", entry], {
        cwd: project,
        env: { ...process.env, NO_UPDATE_NOTIFIER: "1", NO_COLOR: "1" },
        stdio: ["ignore", "pipe", "pipe"],
    })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text))
    const code = await new Promise<number | null>((done, failed) => {
        child.on("error", failed)
        child.on("close", done)
    })
    if (code !== 0) {
        throw new WarmhelloError("compile-failed", `${entry} does not compile:\n${withoutColours(output).trimEnd()}`)
    }
}

function withoutColours(text: string): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
    return text.replace(/\x1b\[\d*m/g, "")
}
