// All cells of one server: two configurations of it, with tickets and without, and of each configuration the program that
// is met first, another one that forgets early, and one that wants client certificates.
import { setTimeout } from "node:timers/promises"
import type { Kind } from "../../ts/base/outcome.js"
import { TemporaryFolder } from "../../ts/base/temporary.js"
import { restartWithFlash } from "../../ts/core/platform.js"
import {
    type CertificateAuthority,
    createCertificateAuthority,
    type ServerCertificate,
} from "../../ts/sim/certificates.js"
import type { Case } from "../servers/cases.js"
import { createIdentity } from "../servers/identities.js"
import type { Server, ServerKind, ServerOptions } from "../servers/server.js"
import { Cells, type ServerCells } from "./cells.js"
import { type House, Pair } from "./pair.js"

const SHORT_LIFETIME_S = 3
/** Servers count whole seconds: until then a session is certainly known, and from then on certainly not. */
const CERTAINLY_KNOWN_MS = (SHORT_LIFETIME_S - 1) * 1000
const UNTIL_FORGOTTEN_MS = (SHORT_LIFETIME_S + 1.5) * 1000
const ATTEMPTS = 5
const DAY_S = 86_400
const LONGEST_LIFETIME_S = 7 * DAY_S

/** How a server is set for a kind of session. */
const configurations: readonly { tickets: boolean; kinds: readonly Kind[] }[] = [
    { tickets: true, kinds: ["ticket", "psk"] },
    { tickets: false, kinds: ["id"] },
]

interface ServerHouse extends House {
    identity: ServerCertificate
    devices: CertificateAuthority
    clients: [ServerCertificate, ServerCertificate]
}

async function openHouse(folder: TemporaryFolder): Promise<ServerHouse> {
    const { ca, server: identity } = await createIdentity()
    const devices = await createCertificateAuthority("warmhello devices")
    const client = () => devices.issue({ names: ["device-1"], purpose: "client" })
    return { ca, identity, folder, devices, clients: [await client(), await client()] }
}

/** A kind of session with the servers of its configuration. */
class KindRun implements Disposable {
    readonly #pairs: Pair[] = []
    /** As the server says it, learnt on the way. */
    #lifetimeS: number | undefined

    constructor(
        readonly run: Cells,
        readonly house: ServerHouse,
        readonly kind: Kind,
        readonly server: Server,
    ) {}

    async #meet(server = this.server, client?: ServerCertificate): Promise<Pair> {
        const pair = await Pair.meet(server, this.kind, this.house, client)
        this.#pairs.push(pair)
        return pair
    }

    /** A case that ends badly leaves the others alone. */
    async #case(which: Case, work: () => Promise<void>): Promise<void> {
        try {
            await work()
        } catch (error) {
            this.run.failed(this.kind, which, error)
        }
    }

    async plain(): Promise<void> {
        await this.#case("full", async () => {
            const pair = await this.#meet()
            await pair.connect({ what: "the first wake", expected: "first", isDecisive: true })
            this.run.judged(this.kind, "full", pair.steps)
        })
        await this.#case("same-process", async () => {
            const pair = await this.#meet()
            await pair.connect({ what: "the first wake", expected: "first" })
            await pair.connect({ what: "the next wake", expected: "resumed", isDecisive: true })
            this.#lifetimeS = pair.outcome?.sessionLifetimeS
            this.run.judged(this.kind, "same-process", pair.steps)
        })
        await this.#case("new-process", async () => {
            const pair = await this.#meet()
            await pair.connect({ what: "the first wake", expected: "first" })
            if (!isInFlash(pair)) {
                // Of one ticket at a time flash gets none until the power was lost once.
                pair.losePower()
                await pair.connect({ what: "the wake after the first loss of power", expected: "first" })
            }
            await pair.connect({
                ...{ what: "the wake in a new process", expected: "resumed", isDecisive: true, fromFlash: true },
            })
            this.run.judged(this.kind, "new-process", pair.steps)
        })
    }

    /** `other`: another process, which forgets early unless it cannot be told to. Gives what is to be done when it has
     * forgotten. */
    async beforeForgotten(other: Server, cannotForget: string | undefined): Promise<() => Promise<void>> {
        await this.#case("another-server", async () => {
            const pair = await this.#meet()
            await pair.connect({ what: "the first wake", expected: "first" })
            await pair.connect({
                ...{ what: "the wake at another server", expected: "refused", isDecisive: true, server: other },
            })
            this.run.judged(this.kind, "another-server", pair.steps)
        })
        let end = async (): Promise<void> => {}
        await this.#case("expired", async () => {
            const slept = await this.#meet()
            await slept.connect({ what: "the first wake", expected: "first" })
            slept.sleepFor(Math.min(this.#lifetimeS || DAY_S, LONGEST_LIFETIME_S) + 1)
            const what = "the wake after the lifetime"
            const isDecisive = cannotForget !== undefined
            await slept.connect({ what, expected: "expired", isDecisive, withOpenssl: false })
            if (cannotForget !== undefined) return this.run.judged(this.kind, "expired", slept.steps, cannotForget)
            const early = await this.#beforeItForgets(other)
            const late = await this.#meet(other)
            await late.connect({ what: "the first wake, of a short lifetime", expected: "first" })
            late.sleepWithoutClock()
            end = () =>
                this.#case("expired", async () => {
                    const what = "the wake after the server has forgotten"
                    await late.connect({ what, expected: "refused", isDecisive: true })
                    late.steps.push(...slept.steps, ...early.steps)
                    this.run.judged(this.kind, "expired", late.steps)
                })
        })
        return end
    }

    /** Two connects in a row, and again where this machine was so busy that the session may be forgotten by then. */
    async #beforeItForgets(server: Server): Promise<Pair> {
        for (let attempt = 1; ; attempt++) {
            const pair = await this.#meet(server)
            const started = performance.now()
            await pair.connect({ what: "the first wake, of a short lifetime", expected: "first" })
            await pair.connect({ what: "the wake before the server forgets", expected: "resumed" })
            if (performance.now() - started < CERTAINLY_KNOWN_MS) return pair
            if (attempt === ATTEMPTS) throw new Error("this machine is too busy to ask twice within two seconds")
        }
    }

    async withCertificate(server: Server): Promise<void> {
        await this.#case("client-certificate", async () => {
            const [own, others] = this.house.clients
            const pair = await this.#meet(server, own)
            await pair.connect({ what: "the first wake", expected: "first" })
            await pair.connect({ what: "the next wake", expected: "resumed", isDecisive: true })
            const what = "a wake with another certificate"
            await pair.connect({ what, expected: "not offered", identity: others })
            this.run.judged(this.kind, "client-certificate", pair.steps)
        })
    }

    /** Gives what is to be done when the server was restarted. */
    async beforeRestart(): Promise<() => Promise<void>> {
        let end = async (): Promise<void> => {}
        await this.#case("restart", async () => {
            const pair = await this.#meet()
            await pair.connect({ what: "the first wake", expected: "first" })
            end = () =>
                this.#case("restart", async () => {
                    const what = "the wake after the restart"
                    await pair.connect({ what, expected: "refused", isDecisive: true })
                    await pair.connect({ what: "the wake after that", expected: "resumed" })
                    this.run.judged(this.kind, "restart", pair.steps)
                })
        })
        return end
    }

    [Symbol.dispose](): void {
        for (const pair of this.#pairs) pair[Symbol.dispose]()
    }
}

const isInFlash = ({ outcome }: Pair): boolean => outcome?.stored === "flash" || outcome?.stored === "both"

class InUse implements Disposable {
    readonly #all: Disposable[] = []

    add<T extends Disposable>(one: T): T {
        this.#all.push(one)
        return one
    }

    [Symbol.dispose](): void {
        for (const one of this.#all.toReversed()) one[Symbol.dispose]()
    }
}

/** One configuration of a server, with each of its kinds of session. Gives what is to be done when its sessions have
 * been forgotten. */
async function runConfiguration(
    run: Cells,
    house: ServerHouse,
    inUse: InUse,
    options: ServerOptions,
    kinds: Kind[],
): Promise<() => Promise<void>> {
    const { cannot, ...program } = run.server
    const start = async (more: Partial<ServerOptions> = {}) => inUse.add(await program.start({ ...options, ...more }))
    const cannotForget = cannot.lifetime
    const server = await start()
    const runs = kinds.map((one) => inUse.add(new KindRun(run, house, one, server)))
    for (const one of runs) await one.plain()
    const other = await start(cannotForget === undefined ? { lifetimeS: SHORT_LIFETIME_S } : {})
    const ends: (() => Promise<void>)[] = []
    for (const one of runs) ends.push(await one.beforeForgotten(other, cannotForget))
    const forgotten = setTimeout(cannotForget === undefined ? UNTIL_FORGOTTEN_MS : 0)
    if (cannot["client-certificate"] === undefined) {
        const strict = await start({ clientCa: house.devices.certificate })
        for (const one of runs) await one.withCertificate(strict)
    }
    const afterRestart: (() => Promise<void>)[] = []
    for (const one of runs) afterRestart.push(await one.beforeRestart())
    await server.restart()
    for (const end of afterRestart) await end()
    return async () => {
        await forgotten
        for (const end of ends) await end()
    }
}

/** Every cell that there could be has its row. */
export async function runServer(kind: ServerKind, version: string): Promise<ServerCells> {
    const run = new Cells(kind, version)
    using folder = new TemporaryFolder("interop")
    using inUse = new InUse()
    const house = await openHouse(folder)
    const ends: (() => Promise<void>)[] = []
    for (const { tickets, kinds } of configurations) {
        const possible = kinds.filter((one) => kind.cannot[one] === undefined)
        if (possible.length === 0) continue
        try {
            ends.push(await runConfiguration(run, house, inUse, { identity: house.identity, tickets }, possible))
        } catch (error) {
            for (const one of possible) run.failedRest(one, error)
        }
    }
    for (const end of ends) await end()
    restartWithFlash(undefined) // whoever makes a board next finds none of these
    return run.all()
}
