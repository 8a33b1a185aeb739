// `npm run bench:service`: what the TLS session service costs, in the simulator.

import { WarmhelloError } from "../../ts/base/errors.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { type Spread, spreadOf } from "../../ts/base/statistics.js"
import type { Table } from "../../ts/cli/table.js"
import { Client } from "../../ts/core/client.js"
import type { CoreConnect } from "../../ts/core/connect.js"
import { Service } from "../../ts/core/service.js"
import { type ConnectObserver, TlsSocket } from "../../ts/core/tls-socket.js"
import { compile } from "../../ts/devicescript/compile.js"
import { BuiltinServer } from "../../ts/sim/builtin-server.js"
import { plainRun, simulate } from "../../ts/sim/simulation.js"

export interface ServiceFigures {
    /** From the making of the role to a service bound to it, in milliseconds, one for each wake. */
    bindMs: Spread
    /** A register read, alone and in a row, in milliseconds. */
    readMs: Spread
    readInARowMs: Spread
    /** What the service notes of one connect, in microseconds of this machine, the call from Node included. */
    noteUs: number
    /** Of the virtual machine's heap, for the client. */
    clientHeapBytes: number
    /** Bytecode of the client. */
    clientBytecodeBytes: number
    wakes: number
}

const WAKES = 10
const NOTES = 20_000

async function linesOf(program: Uint8Array, cycles: number): Promise<string[]> {
    const lines: string[] = []
    const onConsole = ({ text }: { text: string }) => lines.push(text)
    await simulate({ ...plainRun, program, minVersion: "1.2", maxVersion: "1.3", cycles, onConsole })
    return lines
}

interface Times {
    bindMs: number
    readMs: number[]
    inARowMs: number[]
}

async function measureTimes(wakes: number): Promise<Times[]> {
    const program = await compile(checkoutPath("devs/bench/times.ts"))
    const lines = await linesOf(program, wakes)
    return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line))
}

/** The most that the program held before its memory was out. */
async function freeHeap(program: Uint8Array): Promise<number> {
    const held = (await linesOf(program, 1)).map(Number).filter((bytes) => bytes > 0)
    if (held.length === 0) throw new WarmhelloError("bench-failed", "the program that takes memory did not run")
    return Math.max(...held)
}

/** What a service has to do for one connect, with the outcome of a connection that is open. */
function noteOften(connect: CoreConnect): number {
    using service = new Service()
    const started = performance.now()
    for (let n = 0; n < NOTES; n++) {
        const name = service.connecting()
        service.connected(connect)
        service.closed(name, connect)
    }
    return (1000 * (performance.now() - started)) / NOTES
}

async function measureNote(): Promise<number> {
    using server = await BuiltinServer.start({ sessionLifetimeS: 7200, stateful: false, timeSkip: undefined })
    const to = { host: "127.0.0.1", port: server.port }
    const versions = { minVersion: "1.2", maxVersion: "1.3" } as const
    using client = new Client({ ...to, ...versions, ca: server.ca, tickets: true })
    return await new Promise<number>((measured, failed) => {
        let noteUs: number | undefined
        const observer: ConnectObserver = {
            connecting: () => 1,
            connected: (connect) => (noteUs = noteOften(connect)),
            closed: () => {},
        }
        const socket = new TlsSocket(client, { ...to, connectTimeoutMs: 10_000, observer })
        socket.on("open", () => socket.close())
        socket.on("closed", () => noteUs !== undefined && measured(noteUs))
        socket.on("error", failed)
        socket.connect()
    })
}

export async function benchService(wakes = WAKES): Promise<ServiceFigures> {
    const times = await measureTimes(wakes)
    const [bare, withClient] = [
        await compile(checkoutPath("devs/bench/heap-without.ts")),
        await compile(checkoutPath("devs/bench/heap-with.ts")),
    ]
    return {
        bindMs: spreadOf(times.map(({ bindMs }) => bindMs)),
        readMs: spreadOf(times.flatMap(({ readMs }) => readMs)),
        readInARowMs: spreadOf(times.flatMap(({ inARowMs }) => inARowMs)),
        noteUs: await measureNote(),
        clientHeapBytes: (await freeHeap(bare)) - (await freeHeap(withClient)),
        clientBytecodeBytes: withClient.length - bare.length,
        wakes,
    }
}

export function serviceTable(report: ServiceFigures): Table {
    const ms = ({ least, median, most }: Spread) => [`${least}`, `${median}`, `${most}`]
    return {
        head: ["what", "unit", "least", "median", "most"],
        rows: [
            ["from making the role to a bound service", "ms", ...ms(report.bindMs)],
            ["reading a register", "ms", ...ms(report.readMs)],
            ["the same, 40 in a row", "ms", ...ms(report.readInARowMs)],
            ["noting a connect", "µs", "", report.noteUs.toFixed(1), ""],
            ["the client, in the virtual machine's heap", "B", "", `${report.clientHeapBytes}`, ""],
            ["the client and what it imports, as bytecode", "B", "", `${report.clientBytecodeBytes}`, ""],
        ],
    }
}
