// DeviceScript's compiler, from @devicescript/cli, as a child process.
import { fork } from "node:child_process"
import { existsSync, readFileSync, statSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { WarmhelloError } from "../base/errors.js"
import { readFile } from "../base/files.js"
import { endWithUs, environmentElsewhere, TemporaryFolder } from "../base/temporary.js"

/** The nearest folder above a file that holds one by this name. */
function folderAbove(file: string, name: string): string | undefined {
    for (let folder = dirname(file); ; folder = dirname(folder)) {
        if (existsSync(join(folder, name))) return folder
        if (dirname(folder) === folder) return undefined
    }
}

/** The project that an app is in: DeviceScript's own, which has a devsconfig.json, or any of npm's. The compiler works
 * in its folder, and keeps its libraries in the folder's node_modules. */
function projectOf(app: string): string {
    const project = folderAbove(app, "devsconfig.json") ?? folderAbove(app, "package.json")
    if (project !== undefined) return project
    throw new WarmhelloError(
        "no-project",
        `${app} is in no project: there is neither a devsconfig.json nor a package.json above it`,
    )
}

/** Compiles an app and returns its bytecode. A `.devs` file is bytecode already.
 *
 * Throws `file-unreadable`, `no-project`, or `compile-failed` with the compiler's own words. */
export async function compile(app: string): Promise<Uint8Array> {
    return (await compileProgram(app)).bytecode
}

export interface CompiledProgram {
    bytecode: Uint8Array
    /** C constants of the services that the project defines, "" if there are none or it is bytecode already. */
    serviceConstants: string
}

/** The same, with what else the compiler makes of an app's project. */
export async function compileProgram(app: string): Promise<CompiledProgram> {
    const path = resolve(app)
    if (!existsSync(path)) throw new WarmhelloError("file-unreadable", `there is no ${app}`)
    if (!statSync(path).isFile())
        throw new WarmhelloError("file-unreadable", `${app} is no file: an app is a .ts or a .devs`)
    if (path.endsWith(".devs")) return { bytecode: readFile(path), serviceConstants: "" }
    const project = projectOf(path)
    const entry = relative(project, path)
    const { bytecode, failed, output } = await runDeviceScript(project, ["build", "--ignore-missing-config", entry])
    const refused = failed ? REFUSED.exec(output)?.[1] : undefined
    if (refused !== undefined) {
        throw new WarmhelloError("project-unwritable", `the compiler cannot write into ${project}: ${refused}`)
    }
    if (failed || bytecode === undefined) {
        throw new WarmhelloError("compile-failed", `${entry} does not compile:\n${output}`)
    }
    return { bytecode, serviceConstants: constantsOf(project) }
}

/** What the compiler says where the system does not let it write. */
const REFUSED = /^exception: ((?:ENOSPC|EDQUOT|EROFS|EACCES|EPERM): .*)$/m

function constantsOf(project: string): string {
    const file = join(project, ".devicescript/c/constants.c")
    const hasServices = existsSync(join(project, "services"))
    return hasServices && existsSync(file) ? readFileSync(file, "utf8") : ""
}

/** Compiles a board's file into what DeviceScript's firmware reads at the start of flash.
 *
 * Throws `board-unusable` with the compiler's own words. */
export async function compileBoard(file: string): Promise<Buffer> {
    using folder = new TemporaryFolder("board")
    const made = folder.file("dcfg.bin")
    const { failed, output } = await runDeviceScript(dirname(file), ["dcfg", file, "--output", made])
    if (!failed) return readFile(made)
    const problem = /^Error: (.*)$/m.exec(output)?.[1] ?? output
    throw new WarmhelloError("board-unusable", `DeviceScript does not take this board: ${problem}`)
}

interface CompilerRun {
    failed: boolean
    output: string
    bytecode?: Uint8Array
}

async function runDeviceScript(cwd: string, args: string[]): Promise<CompilerRun> {
    const child = fork(new URL("./compiler-process.js", import.meta.url), args, {
        cwd,
        env: { ...environmentElsewhere(), NO_UPDATE_NOTIFIER: "1", NO_COLOR: "1" },
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
    endWithUs(child, "SIGKILL") // no other signal reaches it while it compiles
    const code = await new Promise<number | null>((done, failed) => {
        child.on("error", failed)
        child.on("close", done)
    })
    const run = { failed: code !== 0, output: withoutColours(output).trimEnd() }
    return bytecode === undefined ? run : { ...run, bytecode }
}

function withoutColours(text: string): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
    return text.replace(/\x1b\[\d*m/g, "")
}
