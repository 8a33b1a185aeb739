// The way to the service: asks with a deadline, where the runtime's own calls wait forever for a service
// that is not there.
import * as ds from "@devicescript/core"
import { Observable } from "@devicescript/observables"

/** Why a call did not succeed: match on this, not on the message.
 *
 * - `absent`: no service within the time limit; older firmware has none.
 * - `no-answer`: there is one, and it did not answer in time.
 * - `unsupported`: it does not know this register or command, or not this payload.
 * - `bad-answer`: its answer has another form.
 * - `not-taken`: it did not take the value that was written.
 * - any other: the error of the firmware, in its own word (docs/OUTCOMES.md).
 */
export type ServiceErrorCode = "absent" | "no-answer" | "unsupported" | "bad-answer" | "not-taken" | string

/** What a call throws when it did not do what it should: `code` says why, for programs, and the message for people. */
export class ServiceError extends Error {
    constructor(
        readonly code: ServiceErrorCode,
        message: string,
    ) {
        super(message)
        this.name = "ServiceError"
        this.message = message
    }
}

const GET = 0x1000
const SET = 0x2000
const NOT_IMPLEMENTED = 3

/** How long to wait for the service to appear, and then for its answer, in milliseconds. A round trip takes about 20 ms,
 * a service that is there is found within a second. */
export interface LinkOptions {
    absentAfterMs?: number
    noAnswerAfterMs?: number
}

export function checked<T>(value: T | undefined): T {
    if (value === undefined) throw new ServiceError("bad-answer", "the service's answer has another form")
    return value
}

/** Throws the error that a command reported. */
export function succeeded(error: string | null): void {
    if (error !== null) throw new ServiceError(error, `the service failed: ${error}`)
}

function sameBytes(a: Buffer, b: Buffer): boolean {
    if (a.length !== b.length) return false
    for (let i = 0; i < a.length; ++i) if (a[i] !== b[i]) return false
    return true
}

export class Link {
    private readonly absentAfterMs: number
    private readonly noAnswerAfterMs: number
    private hasWaited = false

    constructor(
        private readonly role: ds.Role,
        options: LinkOptions,
    ) {
        this.absentAfterMs = options.absentAfterMs ?? 2000
        this.noAnswerAfterMs = options.noAnswerAfterMs ?? 1000
    }

    /** Whether there is a service. The first call waits for one. */
    async isThere(): Promise<boolean> {
        if (!this.role.isBound && !this.hasWaited) await ds.wait(this.role.binding(), this.absentAfterMs)
        this.hasWaited = true
        return this.role.isBound
    }

    /** Sends a command and returns the payload of its report. */
    async ask(command: number, payload?: Buffer): Promise<Buffer> {
        if (!(await this.isThere())) throw new ServiceError("absent", "the firmware has no TLS session service")
        const answer = await this.exchange(command, payload)
        if (answer === undefined) throw new ServiceError("no-answer", "the service did not answer in time")
        if (answer.serviceCommand === NOT_IMPLEMENTED) {
            throw new ServiceError("unsupported", "the service does not know this register, command or payload")
        }
        return answer.payload
    }

    async read(register: number): Promise<Buffer> {
        return await this.ask(GET | register)
    }

    /** A write has no answer: reading tells whether it was taken. */
    async write(register: number, payload: Buffer): Promise<void> {
        if (!(await this.isThere())) throw new ServiceError("absent", "the firmware has no TLS session service")
        await this.role.sendCommand(SET | register, payload)
        if (!sameBytes(await this.read(register), payload)) {
            throw new ServiceError("not-taken", "the service did not take the value")
        }
    }

    observe<T>(register: number, read: (payload: Buffer) => T | undefined): Observable<T> {
        const role = this.role
        return new Observable<T>((observer) => {
            // An emitter of its own, so that a slow observer misses no more than values that are outdated.
            const emitter = ds.emitter<T>()
            emitter.subscribe(async (value) => await observer.next(value))
            return role.report().subscribe((packet) => {
                const value = packet.serviceCommand === (GET | register) ? read(packet.payload) : undefined
                if (value !== undefined) emitter.emit(value)
            })
        })
    }

    /** The report that answers the command, undefined when none came in time. Asks again while it waits. */
    private async exchange(command: number, payload?: Buffer): Promise<ds.Packet | undefined> {
        const arrived = ds.emitter<ds.Packet>()
        const unsubscribe = this.role.report().subscribe((packet) => {
            const refused = packet.serviceCommand === NOT_IMPLEMENTED && packet.payload.getAt(0, "u16") === command
            if (packet.serviceCommand === command || refused) arrived.emit(packet)
        })
        const role = this.role
        // In a fiber of its own: it would wait forever should the service vanish now.
        const sender = async () => {
            for (;;) {
                await role.sendCommand(command, payload)
                await ds.delay(200)
            }
        }
        const sending = sender.start()
        const answer = await ds.wait(arrived, this.noAnswerAfterMs)
        sending.terminate()
        unsubscribe()
        return answer
    }
}
