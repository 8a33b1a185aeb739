// The bench: each stack with each of its kinds of session, against one server process.
import { execFileSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { join } from "node:path"
import { WarmhelloError } from "../../ts/base/errors.js"
import { type Kind, kinds } from "../../ts/base/outcome.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { median } from "../../ts/base/statistics.js"
import { BUILTIN_HOST, BuiltinServer } from "../../ts/sim/builtin-server.js"
import { createCertificateAuthority } from "../../ts/sim/certificates.js"
import { type CallgrindRun, type Connection, checkRefusal, runUnderCallgrind } from "./callgrind.js"
import { protocols, type Stack, stacks } from "./stacks.js"

const medians = ["bytesTx", "bytesRx", "flights", "heapPeakBytes", "heapBeforeBytes", "stackPeakBytes"] as const

/** One stack's handshakes of one sort: medians of the counted ones, and the extremes of the instructions. The most that
 * a handshake held, `heapPeakBytes`, is beyond what set-up holds; `callerBytes` the library has its caller provide. */
export interface BenchCase extends Pick<Connection, (typeof medians)[number] | "result" | "cipher" | "callerBytes"> {
    name: string
    stack: string
    version: string
    /** How the stack was compiled. */
    build: string
    protocol: "TLS1.2" | "TLS1.3"
    kind: Kind
    /** Group of the key exchange; null where there was none. */
    group: string | null
    runs: number
    instructions: number
    instructionsMin: number
    instructionsMax: number
    /** Reading the CA and making what connections share, once for each process. */
    setUpInstructions: number
    serverSaysResumed: boolean
}

interface NotOffered {
    stack: string
    kind: Kind
    why: string
}

export interface BenchFigures {
    cases: BenchCase[]
    notOffered: NotOffered[]
    repeats: number
    /** What the figures depend on. */
    environment: { cpu: string; valgrind: string; compiler: string; server: string }
}

export interface BenchOptions {
    repeats: number
    stacks?: Stack[]
    kinds?: readonly Kind[]
    /** Where callgrind's files stay, for callgrind_annotate; emptied first. */
    folder?: string
    onRun?: (stack: Stack, kind: Kind, durationMs: number) => void
    signal?: AbortSignal
}

/** Standard output of a program that only tells something, or null. */
function ask(program: string, args: string[]): string | null {
    try {
        return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()
    } catch {
        return null
    }
}

function packageVersion(name: string | null): string | null {
    return name === null ? null : ask("dpkg-query", ["-W", "-f", "$" + "{Version}", name])
}

async function checkServerAgrees(server: BuiltinServer, stack: Stack, connections: Connection[]): Promise<void> {
    for (const { clientPort, section, result } of connections) {
        const resumed = await server.saysResumed(clientPort)
        if (resumed !== (result === "resumed")) {
            const said = resumed ? "resumed" : "full"
            throw new WarmhelloError("not-as-expected", `${stack.name}, ${section}: the server says ${said}`)
        }
    }
}

function summarize(stack: Stack, kind: Kind, run: CallgrindRun, result: "full" | "resumed"): BenchCase {
    const counted = run.connections.filter((one) => one.result === result && one.instructions !== null)
    const [first] = counted
    if (first === undefined) throw new WarmhelloError("bench-failed", `${stack.name}: no ${result} handshake`)
    const middles = medians.map((name) => [name, median(counted.map((one) => one[name]))])
    const instructions = counted.map((one) => one.instructions ?? 0)
    const debian = packageVersion(stack.debianPackage)
    return {
        name: `${stack.name}-${kind}-${result}`.toLowerCase(),
        stack: stack.name,
        version: debian ?? run.setUp.version,
        build: stack.debianPackage === null ? run.setUp.build : `${stack.debianPackage}, static, as packaged`,
        protocol: protocols[kind],
        kind,
        result,
        cipher: first.cipher,
        group: first.group === "none" ? null : first.group,
        runs: counted.length,
        instructions: median(instructions),
        instructionsMin: Math.min(...instructions),
        instructionsMax: Math.max(...instructions),
        setUpInstructions: run.setUp.instructions,
        ...(Object.fromEntries(middles) as Record<(typeof medians)[number], number>),
        callerBytes: first.callerBytes,
        serverSaysResumed: result === "resumed", // checked for each connection
    }
}

export async function bench(options: BenchOptions): Promise<BenchFigures> {
    const folder = options.folder ?? checkoutPath("build/bench/callgrind")
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    // Tickets for clients that take them, session IDs for all others, so one server serves all.
    const server = await BuiltinServer.start({ sessionLifetimeS: 7200, stateful: false, timeSkip: undefined })
    try {
        return await benchAgainst(server, folder, options)
    } finally {
        server[Symbol.dispose]()
    }
}

async function benchAgainst(server: BuiltinServer, folder: string, options: BenchOptions): Promise<BenchFigures> {
    const caFile = join(folder, "ca.pem")
    writeFileSync(caFile, server.ca)
    const otherCaFile = join(folder, "other-ca.pem")
    writeFileSync(otherCaFile, (await createCertificateAuthority()).certificate)
    const cases: BenchCase[] = []
    const notOffered: NotOffered[] = []
    let compiler = ""
    for (const kind of options.kinds ?? kinds) {
        for (const stack of options.stacks ?? stacks) {
            const why = stack.notOffered[kind]
            if (why !== undefined) {
                notOffered.push({ stack: stack.name, kind, why })
                continue
            }
            const counts = join(folder, `${stack.program}-${kind}`)
            mkdirSync(counts)
            const started = performance.now()
            const { port } = server
            await checkRefusal({ stack, kind, port, caFile }, `not-${BUILTIN_HOST}`)
            await checkRefusal({ stack, kind, port, caFile: otherCaFile }, BUILTIN_HOST)
            const { repeats, signal } = options
            const run = await runUnderCallgrind({
                ...{ stack, kind, port, caFile, repeats, signal },
                folder: counts,
            })
            await checkServerAgrees(server, stack, run.connections)
            options.onRun?.(stack, kind, performance.now() - started)
            compiler = run.setUp.build
            cases.push(summarize(stack, kind, run, "full"), summarize(stack, kind, run, "resumed"))
        }
    }
    return {
        cases,
        notOffered,
        repeats: options.repeats,
        environment: {
            cpu: `${process.arch}, ${cpus()[0]?.model ?? "unknown"}`,
            valgrind: ask("valgrind", ["--version"]) ?? "unknown",
            compiler,
            server: `Node ${process.versions.node} (OpenSSL ${process.versions.openssl})`,
        },
    }
}
