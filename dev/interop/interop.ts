// The interop matrix: real servers, each kind of session, and what may happen between two connects, by the device's
// core over real TCP, beside OpenSSL's client.
import { availableParallelism } from "node:os"
import { catalogue } from "../servers/catalogue.js"
import { openssl } from "../servers/openssl.js"
import type { ServerKind } from "../servers/server.js"
import { TaskProcess } from "../task-process.js"
import { type Cell, emptyCells, type ServerCells } from "./cells.js"

/** What a process is told to run. */
export interface InteropTask {
    server: string
    version: string
}

export interface InteropMatrix {
    cells: Cell[]
    /** Cells that are not as they should be and have no written reason. */
    defects: string[]
    /** Servers that are not here, and the command that installs them. */
    missing: string[]
    /** The day, and what it was run with. */
    date: string
    openssl: string
}

export interface InteropOptions {
    /** Servers whose name contains this, in any case. */
    only?: string
    /** Among these; all, unless told. */
    servers?: readonly ServerKind[]
    onServer?: (name: string) => void
    signal?: AbortSignal
}

/** Much of a server's time is spent waiting until it has forgotten its sessions, or until it is up. */
const PROCESSES = availableParallelism() + 2

async function runAll(waiting: ServerKind[], { onServer, signal }: InteropOptions): Promise<Map<string, ServerCells>> {
    const results = new Map<string, ServerCells>()
    const work = async (): Promise<void> => {
        const program = new URL("./interop-process.js", import.meta.url)
        using runner = new TaskProcess<InteropTask, ServerCells>(program, { signal })
        for (let kind = waiting.shift(); kind !== undefined; kind = waiting.shift()) {
            signal?.throwIfAborted()
            onServer?.(kind.name)
            results.set(kind.name, await runner.run({ server: kind.name, version: await kind.version() }))
        }
    }
    await Promise.all(Array.from({ length: Math.min(PROCESSES, waiting.length) }, work))
    return results
}

export async function interop(options: InteropOptions = {}): Promise<InteropMatrix> {
    const wanted = options.only?.toLowerCase() ?? ""
    const chosen = (options.servers ?? catalogue).filter(({ name }) => name.toLowerCase().includes(wanted))
    const lacking = new Map(chosen.map((kind) => [kind.name, kind.missing()]))
    const isHere = ({ name }: ServerKind): boolean => lacking.get(name) === undefined
    const results = await runAll(chosen.filter(isHere), options)
    const of = ({ name }: ServerKind): ServerCells =>
        results.get(name) ?? { cells: emptyCells(name, lacking.get(name) ?? ""), defects: [] }
    return {
        date: new Date().toISOString().slice(0, 10),
        openssl: await openssl.version(),
        missing: chosen.filter((kind) => !isHere(kind)).map(({ name }) => `${name}: ${lacking.get(name)}`),
        defects: chosen.flatMap((kind) => of(kind).defects),
        cells: chosen.flatMap((kind) => of(kind).cells),
    }
}
