// A device and OpenSSL's client that do the same with the same servers. There may be any number of pairs in a process:
// each device sleeps while another one is awake.
import type { Kind } from "../../ts/base/outcome.js"
import type { TemporaryFolder } from "../../ts/base/temporary.js"
import * as platform from "../../ts/core/platform.js"
import type { ServerCertificate } from "../../ts/sim/certificates.js"
import type { Seen, Server } from "../servers/server.js"
import { helloSaysResumed } from "../servers/wire.js"
import { Board, type WakeOptions } from "./board.js"
import type { DeviceWake, Step } from "./judge.js"
import { OpensslClient } from "./openssl-client.js"

/** What a connect should come to. */
export const expectations = {
    first: { resumed: false, reasons: ["none"] },
    resumed: { resumed: true, reasons: ["accepted"] },
    refused: { resumed: false, reasons: ["refused"] },
    expired: { resumed: false, reasons: ["expired", "over-7-days"] },
    "not offered": { resumed: false, reasons: ["other-binding"] },
} as const satisfies Record<string, Omit<Step["expected"], "kind">>

export interface ConnectOptions {
    /** For people. */
    what: string
    expected: keyof typeof expectations
    isDecisive?: boolean
    /** Another server than the pair's own, where the device knows no other. */
    server?: Server
    /** The device boots in another process, from its flash alone. */
    fromFlash?: boolean
    /** Another client certificate from now on. */
    identity?: ServerCertificate
    /** False: the device alone, as OpenSSL's client has no such clock. */
    withOpenssl?: boolean
}

/** What all pairs of a process have in common. */
export interface House {
    /** PEM of the CA of all servers. */
    ca: string
    /** For the files of both. */
    folder: TemporaryFolder
}

/** So far its calendar is ahead of this machine's while its clock shall stand. */
const AHEAD_S = 3600

/** For a server that opens and never answers. */
const patience: WakeOptions = { answerWithinMs: 10_000 }

const asClientFiles = ({ certificate, key }: ServerCertificate) => ({
    certificate: Buffer.from(certificate),
    key: Buffer.from(key),
})

async function deviceWake(server: Server, seen: Seen): Promise<DeviceWake> {
    const { outcome, error, attempts, opened, reply } = seen.visit
    const isAnswered = opened && server.isAnswer(reply)
    const resumed = outcome?.result === "resumed"
    const common = { error, isAnswered, attempts, resumed, reason: outcome?.reason, kind: outcome?.kind ?? null }
    if (!opened) return { ...common, helloSaysResumed: undefined, serverSaysResumed: undefined }
    return {
        ...common,
        helloSaysResumed: helloSaysResumed(seen.wire.toClient.bytes),
        serverSaysResumed: isAnswered ? await server.saysResumed(seen) : undefined,
    }
}

export class Pair implements Disposable {
    /** Whose device the core runs at the moment. */
    static #awake: Pair | undefined
    static #count = 0
    readonly #flash: string
    readonly #openssl: OpensslClient
    #board: Board
    #identity: ServerCertificate | undefined
    #state: Buffer | undefined
    #lastSeen: Seen | undefined
    readonly steps: Step[] = []

    private constructor(
        readonly server: Server,
        readonly kind: Kind,
        { ca, folder }: House,
        board: Board,
    ) {
        this.#board = board
        this.#flash = folder.file(`flash-${++Pair.#count}`)
        this.#openssl = new OpensslClient(folder, `openssl-${Pair.#count}`, kind, ca)
    }

    /** Neither has ever connected. */
    static async meet(server: Server, kind: Kind, house: House, identity?: ServerCertificate): Promise<Pair> {
        Pair.#awake?.sleep()
        const more = identity === undefined ? {} : { identity: asClientFiles(identity) }
        const pair = new Pair(server, kind, house, await Board.create(server, house.ca, kind, more))
        platform.restartWithFlash(pair.#flash)
        pair.#identity = identity
        Pair.#awake = pair
        return pair
    }

    /** What the device said of its last connect. */
    get outcome() {
        return this.#lastSeen?.visit.outcome
    }

    /** Another device may be awake. */
    sleep(): void {
        if (Pair.#awake !== this) return
        this.#state = platform.saveState()
        Pair.#awake = undefined
    }

    #wake(): void {
        if (Pair.#awake === this) return
        Pair.#awake?.sleep()
        platform.restartWithFlash(this.#flash)
        if (this.#state !== undefined) platform.loadState(this.#state)
        Pair.#awake = this
    }

    /** The device's clock goes on by this, and nobody else's. */
    sleepFor(seconds: number): void {
        this.#wake()
        platform.sleep(seconds * 1000)
    }

    /** It sleeps, and its clock stands: loading its state adds what has passed by the calendar, and that is ahead. */
    sleepWithoutClock(): void {
        this.#wake()
        platform.jumpWallClock(AHEAD_S)
        this.sleep()
    }

    losePower(): void {
        this.#wake()
        platform.losePower()
    }

    /** Both connect, and what came of it is one more step. */
    async connect({ what, expected, ...options }: ConnectOptions): Promise<void> {
        const server = options.server ?? this.server
        if (options.identity !== undefined) {
            this.#identity = options.identity
            this.#board = this.#board.withClient({ identity: asClientFiles(options.identity) })
        }
        this.#wake()
        const seen = await this.#deviceConnects(server, options.fromFlash === true)
        this.#lastSeen = seen
        this.steps.push({
            what,
            expected: { ...expectations[expected], kind: this.kind },
            device: await deviceWake(server, seen),
            openssl: options.withOpenssl === false ? undefined : await this.#opensslConnects(server, expected),
            isDecisive: options.isDecisive === true,
        })
    }

    async #deviceConnects(server: Server, fromFlash: boolean): Promise<Seen> {
        if (server !== this.server) {
            using elsewhere = await this.#board.metBy(server)
            return await elsewhere.wake(patience)
        }
        return fromFlash ? await this.#board.wakeInNewProcess(patience, this.#flash) : await this.#board.wake(patience)
    }

    #opensslConnects(server: Server, expected: keyof typeof expectations) {
        const forget = expected === "first" || expected === "not offered"
        return this.#openssl.visit(server, { identity: this.#identity, forget })
    }

    [Symbol.dispose](): void {
        if (Pair.#awake === this) Pair.#awake = undefined
        this.#board[Symbol.dispose]()
    }
}
