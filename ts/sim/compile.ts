// DeviceScript's compiler, from @devicescript/cli, as a child process.
import { fork } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { WarmhelloError } from "../errors.js"

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
    return runCompiler(project, relative(project, path))
}

async function runCompiler(project: string, entry: string): Promise<Uint8Array> {
    const child = fork(new URL("./compiler-process.js", import.meta.url), ["build", entry], {
        cwd: project,
        env: { ...process.env, NO_UPDATE_NOTIFIER: "1", NO_COLOR: "1" },
        execArgv: [],
        serialization: "advanced",
        stdio: ["ignore", "pipe", "pipe", "ipc"],
    })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (output += text))
    let bytecode: Uint8Array | undefined
    child.on("message", (message) => {
        if (message instanceof Uint8Array) bytecode = message
    })
    const end = () => child.kill("SIGKILL") // Ctrl-C does not reach it while it compiles
    process.once("exit", end)
    const code = await new Promise<number | null>((done, failed) => {
        child.on("error", failed)
        child.on("close", done)
    })
    process.off("exit", end)
    if (code !== 0 || bytecode === undefined) {
        throw new WarmhelloError("compile-failed", `${entry} does not compile:\n${withoutColours(output).trimEnd()}`)
    }
    return bytecode
}

function withoutColours(text: string): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
    return text.replace(/\x1b\[\d*m/g, "")
}
