// The process of the scripted peer: the environment of requirements.txt, with main.py beside this file.
//
//   python main.py --identities FILE       JSON: {name: {certificate, key}}, as PEM; `own` is the one it proves
//
// It says {"port": n} at its start, on 127.0.0.1. Each further line of its standard input is answered by one:
//   {"case": name, "script": {...}} -> {"armed": name}     what meets the TCP connections from now on
//   {"end": name} -> {"ended": name, "saw": {...}}         closes what is still open, and tells what happened
// It never sleeps but to wait for a connection or its bytes, so that a process that sleeps is silent for good.
import { type ChildProcessByStdio, spawn } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"
import { TemporaryFolder } from "../../../ts/base/temporary.js"
import { createCertificateAuthority, type ServerCertificate } from "../../../ts/sim/certificates.js"
import { httpGet } from "../../servers/exchange.js"
import type { Encounter, Saw, Side } from "../case.js"
import { sleeps } from "../sleeping.js"
import type { PeerCase, Script } from "./case.js"

const DAY_MS = 24 * 60 * 60 * 1000
const names = ["localhost", "127.0.0.1"]

/** The checkout, from build/dev/hostile/peer or from dev/hostile/peer. */
const here = import.meta.dirname
const root = here.slice(0, here.lastIndexOf(join("dev", "hostile"))).replace(/build\/$/, "")
const python = join(root, "build/hostile/python/bin/python")

/** One TCP connection, as main.py tells it. */
interface Connection {
    port: number
    /** The peer has shown that it is who it should be: by its key and a right Finished, or by the session's secret. */
    proven: boolean
    /** It is one that the script spoils. */
    hostile: boolean
    /** Why the script could not be done. */
    fault?: string
    offered: "psk" | "ticket" | "id" | null
    resumed?: boolean
    alert: [number, number] | null
    /** Messages that were due, by their name. */
    sent: Record<string, number>
}

type Line = { port: number } | { armed: string } | { ended: string; saw: { connections: Connection[] } }

/** What it may prove itself by, and what else a script may have it show. */
async function identities(): Promise<{ ca: string; of: Record<string, ServerCertificate> }> {
    const authority = await createCertificateAuthority("warmhello hostile root", "ecdsa")
    const stranger = await createCertificateAuthority("somebody else's root", "ecdsa")
    const past = { notBefore: new Date(Date.now() - 2 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) }
    const future = { notBefore: new Date(Date.now() + DAY_MS), notAfter: new Date(Date.now() + 2 * DAY_MS) }
    const of = {
        own: await authority.issue({ names }),
        "another key": await authority.issue({ names }),
        "wrong name": await authority.issue({ names: ["other.test"] }),
        "wrong CA": await stranger.issue({ names }),
        expired: await authority.issue({ names, ...past }),
        "not yet valid": await authority.issue({ names, ...future }),
        "a client's": await authority.issue({ names, purpose: "client" }),
    }
    return { ca: authority.certificate, of }
}

/** How often each of its threads has gone to sleep: the same words twice mean that nothing happened in between. */
function sleepsSoFar(processId: number): string {
    try {
        return readdirSync(`/proc/${processId}/task`)
            .map((thread) => {
                const status = readFileSync(`/proc/${processId}/task/${thread}/status`, "latin1")
                return `${thread}: ${/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]}`
            })
            .join()
    } catch {
        return "" // one has ended meanwhile
    }
}

class Process implements AsyncDisposable {
    readonly #child: ChildProcessByStdio<Writable, Readable, null>
    readonly #lines: AsyncIterator<string>
    #slept = ""

    constructor(file: string) {
        const script = join(root, "dev/hostile/peer/main.py")
        this.#child = spawn(python, [script, "--identities", file], { stdio: ["pipe", "pipe", "inherit"] })
        this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
    }

    async line(): Promise<Line> {
        const { value, done } = await this.#lines.next()
        if (done === true) throw new Error("the scripted peer has ended")
        return JSON.parse(value) as Line
    }

    ask(question: object): Promise<Line> {
        this.#child.stdin.write(`${JSON.stringify(question)}\n`)
        return this.line()
    }

    isSilent(): boolean {
        const id = this.#child.pid ?? 0
        const [before, slept] = [this.#slept, sleepsSoFar(id)]
        this.#slept = slept
        // Its threads are looked at one after the other: one may have woken another and gone to sleep meanwhile.
        return slept !== "" && slept === before && sleeps(id) && sleepsSoFar(id) === slept
    }

    async [Symbol.asyncDispose](): Promise<void> {
        const ended = new Promise((done) => this.#child.once("exit", done))
        this.#child.kill()
        await ended
    }
}

/** A script that does no more than to edit a message which was never due has shown nothing. */
function missed(script: Script, connections: Connection[]): string | null {
    const hostile = connections.filter((one) => one.hostile)
    const fault = connections.find((one) => one.fault !== undefined)?.fault
    if (fault !== undefined) return `the peer's script failed: ${fault}`
    if (hostile.length === 0 && Object.keys(script).length > 0) return "nobody came to the hostile peer"
    if (Object.keys(script).some((word) => !["edits", "times", "resume"].includes(word))) return null
    const never = (script.edits ?? []).find(({ at }) => !hostile.some(({ sent }) => (sent[at] ?? 0) > 0))
    return never === undefined ? null : `it never came to ${never.at}`
}

class PeerEncounter implements Encounter {
    #connections: Connection[] | undefined

    constructor(
        readonly process: Process,
        readonly port: number,
        readonly script: Script,
    ) {}

    readonly isSilent = (): boolean => this.process.isSilent()

    async connections(): Promise<Connection[]> {
        if (this.#connections === undefined) {
            const line = await this.process.ask({ end: "it" })
            this.#connections = "saw" in line ? line.saw.connections : []
        }
        return this.#connections
    }

    async saw(): Promise<Saw> {
        const connections = await this.connections()
        const unproven = connections.filter(({ proven }) => !proven).map(({ port }) => port)
        return { missed: missed(this.script, connections), unproven }
    }

    async [Symbol.asyncDispose](): Promise<void> {
        await this.connections()
    }
}

/** All of the head, and as many bytes as it says. */
function isWhole(reply: string): boolean {
    const [head = "", ...rest] = reply.split("\r\n\r\n")
    const size = /^Content-Length: (\d+)/m.exec(head)?.[1]
    return reply.startsWith("HTTP/1.0 200 OK\r\n") && rest.join("\r\n\r\n").length === Number(size)
}

const WHOLE = "HTTP/1.0 200 OK\r\nResumed: "

export async function startPeer(): Promise<Side<PeerCase>> {
    const folder = new TemporaryFolder("hostile-peer")
    const { ca, of } = await identities()
    const process = new Process(folder.write("identities.json", JSON.stringify(of)))
    const first = await process.line()
    const port = "port" in first ? first.port : 0
    const meet = async (name: string, script: Script) => {
        await process.ask({ case: name, script })
        return new PeerEncounter(process, port, script)
    }
    return {
        ca,
        clientPort: port,
        exchange: httpGet("/"),
        isAnswer: (reply) => isWhole(reply.toString("latin1")),
        isStartOfAnswer: (reply) => {
            const text = reply.toString("latin1")
            return text.startsWith(WHOLE.slice(0, text.length)) || WHOLE.startsWith(text)
        },
        saysResumed: (reply) => {
            const word = /^Resumed: (yes|no)\r\n/m.exec(reply.toString("latin1"))?.[1]
            return word === undefined ? undefined : word === "yes"
        },
        honest: () => meet("honest", {}),
        meet: ({ name, script }) => meet(name, script),
        [Symbol.asyncDispose]: async () => {
            await process[Symbol.asyncDispose]()
            folder[Symbol.dispose]()
        },
    }
}
