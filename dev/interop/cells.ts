// The cells of one server, as they come to be known.
import { type Kind, kinds } from "../../ts/base/outcome.js"
import { allCases, type Case } from "../servers/cases.js"
import type { ServerKind } from "../servers/server.js"
import { judge, type Step } from "./judge.js"

/** A row of the JSON. */
export interface Cell {
    server: string
    version: string
    protocol: "TLS1.2" | "TLS1.3"
    kind: Kind
    case: Case
    /** Null where there is no such cell, or nothing came of it. */
    resumed: boolean | null
    serverSaysResumed: boolean | null
    opensslResumed: boolean | null
    /** Why it is not resumed, what is known about it, or whose fault it is. */
    why: string
}

export interface ServerCells {
    cells: Cell[]
    /** Of cells that are not as they should be and have no written reason. */
    defects: string[]
}

/** A server's last words are in it. */
const LONGEST_ERROR = 400

const nothing = { resumed: null, serverSaysResumed: null, opensslResumed: null }

const protocolOf = (kind: Kind): Cell["protocol"] => (kind === "psk" ? "TLS1.3" : "TLS1.2")

/** All cells of a server that is not here. */
export const emptyCells = (server: string, why: string): Cell[] =>
    kinds.flatMap((kind) =>
        allCases.map((which) => ({
            ...{ server, version: "", protocol: protocolOf(kind), kind, case: which, ...nothing, why },
        })),
    )

/** What a cell says that is as it should be. */
function explanation(which: Case, reason: string | undefined): string {
    switch (which) {
        case "full":
            return "there is no session yet"
        case "restart":
            return `its keys are new (${reason})`
        case "another-server":
            return `its keys are others (${reason})`
        case "expired":
            return reason === "refused" ? "the server has forgotten it (refused)" : `by the device's clock (${reason})`
        default:
            return ""
    }
}

export class Cells {
    readonly #known = new Map<string, Cell>()
    readonly #defects: string[] = []

    constructor(
        readonly server: ServerKind,
        readonly version: string,
    ) {}

    #set(kind: Kind, which: Case, rest: Pick<Cell, "resumed" | "serverSaysResumed" | "opensslResumed" | "why">): void {
        const about = { server: this.server.name, version: this.version, protocol: protocolOf(kind) }
        this.#known.set(`${kind} ${which}`, { ...about, kind, case: which, ...rest })
    }

    /** `left`: a part of the case that this server cannot have. */
    judged(kind: Kind, which: Case, steps: readonly Step[], left?: string): void {
        const { fault, reason, ...facts } = judge(steps)
        const known = this.server.known?.find(({ kinds, cases }) => kinds.includes(kind) && cases.includes(which))?.why
        const blamed = fault && `${fault.blame}: ${fault.what}`
        const isExcused = known !== undefined && fault?.isGrave === false
        if (blamed !== undefined && !isExcused) this.#defect(kind, which, blamed)
        if (blamed === undefined && known !== undefined) {
            this.#defect(kind, which, `matrix: it is as it should be, and a reason is written: ${known}`)
        }
        const why = isExcused ? known : (blamed ?? explanation(which, reason))
        this.#set(kind, which, { ...facts, why: left === undefined ? why : `${why}; ${left}` })
    }

    failed(kind: Kind, which: Case, error: unknown): void {
        const said = error instanceof Error ? error.message : String(error)
        const why = `matrix: ${said.replaceAll("\n", " | ").slice(0, LONGEST_ERROR)}`
        this.#defect(kind, which, why)
        this.#set(kind, which, { ...nothing, why })
    }

    /** All that is not known of a kind of session has failed. */
    failedRest(kind: Kind, error: unknown): void {
        for (const which of allCases) if (!this.#known.has(`${kind} ${which}`)) this.failed(kind, which, error)
    }

    #defect(kind: Kind, which: Case, why: string): void {
        this.#defects.push(`${this.server.name}, ${kind}, ${which}: ${why}`)
    }

    /** In their order, with those that this server cannot have. */
    all(): ServerCells {
        const { cannot } = this.server
        for (const kind of kinds) {
            for (const which of allCases) {
                if (this.#known.has(`${kind} ${which}`)) continue
                const why = cannot[kind] ?? (which === "client-certificate" ? cannot["client-certificate"] : undefined)
                if (why === undefined) this.failed(kind, which, "it was not tried")
                else this.#set(kind, which, { ...nothing, why })
            }
        }
        const inOrder = kinds.flatMap((kind) => allCases.flatMap((which) => this.#known.get(`${kind} ${which}`) ?? []))
        return { cells: inOrder, defects: this.#defects }
    }
}
