// A server of a few lines and a time that only the test moves, for what takes hours.
import * as asn1js from "asn1js"
import { coreError } from "#warmhello/base/errors.js"
import type { Clock } from "#warmhello/probe/clock.js"
import type { Connect, Handshake } from "#warmhello/probe/connect.js"
import { readSession } from "#warmhello/probe/session.js"
import { protocolOf, type Way } from "#warmhello/probe/ways.js"

/** Waits take no time, but they move the clock. */
export class FakeClock implements Clock {
    #now: number
    /** Called before each wait with the moment that it would end at. */
    onWait: (endAt: number) => void = () => {}

    constructor(startAt: number) {
        this.#now = startAt
    }

    now(): number {
        return this.#now
    }

    async wait(durationMs: number, signal: AbortSignal): Promise<void> {
        this.onWait(this.#now + durationMs)
        signal.throwIfAborted()
        this.#now += durationMs
    }

    pass(durationMs: number): void {
        this.#now += durationMs
    }
}

export interface Rules {
    /** A session is taken until then. */
    forgetsMs: number
    /** Which machine answers at this address, the nth connect; machines know their own sessions only. */
    machine?: (address: string, n: number) => number
    /** A resumption makes the age of its session begin anew, by TLS 1.2 with a ticket as well. */
    renews?: boolean
    /** It breaks off each handshake that offers a session. */
    breaks?: boolean
    extendedMasterSecret?: boolean
    ticketBytes?: number
    idBytes?: number
    /** It gives no ticket of TLS 1.3 in a handshake that resumes. */
    givesOnce?: boolean
    /** It forgets a session that it has resumed. */
    takesOnce?: boolean
    spoken?: readonly Way[]
    /** What it says of itself. */
    software?: string
    /** What it promises; a day without. */
    lifetimeS?: number
    /** A session that came of a resumption lives no longer than the first one of its chain. */
    boundsChain?: boolean
    /** A session that came of so many resumptions is refused. */
    renewals?: number
}

interface Known {
    way: Way
    machine: number
    issuedAt: number
    /** Resumptions since the full handshake. */
    renewals: number
}

const HANDSHAKE_MS = 30

const integer = (value: number) => asn1js.Integer.fromBigInt(BigInt(value))
const octets = (value: Buffer) => new asn1js.OctetString({ valueHex: new Uint8Array(value).buffer })
const field = (tagNumber: number, value: asn1js.BaseBlock) =>
    new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber }, value: [value] })

/** As OpenSSL writes it. */
function session(way: Way, name: Buffer, lifetimeS: number): Buffer {
    const isId = way === "TLS1.2 id"
    const value = [
        ...[integer(1), integer(protocolOf(way) === "TLS1.3" ? 0x0304 : 0x0303), octets(Buffer.from([0x13, 1]))],
        ...[octets(isId ? name : Buffer.alloc(32)), octets(Buffer.alloc(48))],
        ...(isId ? [] : [field(9, integer(lifetimeS)), field(10, octets(name))]),
    ]
    return Buffer.from(new asn1js.Sequence({ value }).toBER())
}

export class FakeServer {
    readonly #rules: Rules
    readonly #clock: FakeClock
    readonly #known = new Map<string, Known>()
    #names = 0
    /** When each connect began. */
    readonly connects: number[] = []
    /** The sessions that were offered, in order. */
    readonly offered: string[] = []

    constructor(clock: FakeClock, rules: Rules) {
        this.#clock = clock
        this.#rules = rules
    }

    readonly connect: Connect = async ({ way, address, session: offered, group, signal }) => {
        signal.throwIfAborted()
        this.connects.push(this.#clock.now())
        this.#clock.pass(HANDSHAKE_MS)
        const { spoken, breaks, machine = () => 1 } = this.#rules
        if (spoken?.includes(way) === false) throw coreError("no-common-version")
        if (offered !== undefined && breaks) throw coreError("closed")
        const at = machine(address, this.connects.length)
        const name = offered === undefined ? "" : readSession(offered).name.toString("hex")
        if (offered !== undefined) this.offered.push(name)
        const resumes = this.#isTaken(name, way, at)
        if (resumes && this.#rules.takesOnce) this.#known.delete(name)
        return this.#handshake(way, address, offered, resumes, at, group)
    }

    #isTaken(name: string, way: Way, machine: number): boolean {
        const known = this.#known.get(name)
        if (known === undefined || known.way !== way || known.machine !== machine) return false
        const { forgetsMs, renewals = Number.POSITIVE_INFINITY } = this.#rules
        return this.#clock.now() - known.issuedAt < forgetsMs && known.renewals < renewals
    }

    #issue(way: Way, machine: number, offered = ""): Buffer {
        const name = Buffer.alloc(way === "TLS1.2 id" ? (this.#rules.idBytes ?? 32) : (this.#rules.ticketBytes ?? 32))
        name.writeUInt32BE(++this.#names)
        const old = this.#known.get(offered)
        const issuedAt = (this.#rules.boundsChain && old?.issuedAt) || this.#clock.now()
        this.#known.set(name.toString("hex"), { way, machine, issuedAt, renewals: (old?.renewals ?? -1) + 1 })
        return session(way, name, this.#rules.lifetimeS ?? 86_400)
    }

    #sessions(way: Way, offered: Buffer | undefined, resumes: boolean, machine: number): Buffer[] {
        if (way === "TLS1.3 psk" && resumes && this.#rules.givesOnce) return []
        const old = offered === undefined || !resumes ? "" : readSession(offered).name.toString("hex")
        if (way === "TLS1.3 psk") return [this.#issue(way, machine, old), this.#issue(way, machine, old)]
        if (!resumes || offered === undefined) return [this.#issue(way, machine)]
        return this.#rules.renews === true && way === "TLS1.2 ticket" ? [this.#issue(way, machine, old)] : [offered]
    }

    #handshake(
        ...[way, address, offered, resumed, machine, group]: [Way, string, Buffer | undefined, boolean, number, string?]
    ): Handshake {
        return {
            ...{ at: this.#clock.now(), way, address, resumed, wasOffered: offered !== undefined },
            ...{ cipher: "TLS_AES_128_GCM_SHA256", group: group ?? "x25519", hasRetry: false, flights: 3 },
            extendedMasterSecret: this.#rules.extendedMasterSecret ?? true,
            ...{
                withoutKeyExchange: false,
                asksForCertificate: false,
                helloExtensions: [],
                tcpMs: 10,
                tlsMs: 20,
                bytesTx: 300,
            },
            bytesRx: resumed ? 200 : 900,
            sessions: this.#sessions(way, offered, resumed, machine).map(readSession),
            certificates: [],
            answer: { software: this.#rules.software, hasAnswered: true },
        }
    }
}
