import { WarmhelloError } from "../base/errors.js"
import type { CoreConnect } from "./connect.js"
import { native } from "./library.js"
import type { ConnectObserver } from "./tls-socket.js"

/** What the service sends: an event with its number in `command`, or a report with the command as in the packet. */
export interface ServicePacket {
    isEvent: boolean
    command: number
    payload: Buffer
}

/** `silent`: done, and there is no answer. `not-implemented`: nothing was done. */
export type ServiceAnswer = ServicePacket | "silent" | "not-implemented"

/** wh_service_packet of service.h */
interface NativePacket {
    is_event: boolean
    command: number
    size: number
    payload: Uint8Array
}

/** wh_service_answer of service.h */
const answers = { silent: 0, answered: 1 } as const

function packetOf({ is_event: isEvent, command, size, payload }: NativePacket): ServicePacket {
    return { isEvent, command, payload: Buffer.from(payload.subarray(0, size)) }
}

/** The TLS session service (firmware/service/include/warmhello/service.h), without a transport. */
export class Service implements ConnectObserver, Disposable {
    #handle: unknown
    /** Called when there may be something to send: pull it with `next`, later. */
    onPending: () => void = () => {}

    /** As after a loss of power. Throws `memory` only. */
    constructor() {
        this.#handle = native().serviceNew()
        if (!this.#handle) throw new WarmhelloError("memory", "no memory for the service")
    }

    /** The native object, for Client. */
    get handle(): unknown {
        if (!this.#handle) throw new WarmhelloError("use-after-dispose", "this service was disposed of")
        return this.#handle
    }

    /** Settings have changed since the last client was made with them. */
    get settingsChanged(): boolean {
        return native().serviceSettingsChanged(this.handle)
    }

    /** Deep sleep, or a loss of power. Connections must be closed before. */
    wake(powerLost: boolean): void {
        native().serviceWake(this.handle, powerLost)
    }

    /** Answers a packet from a client: its command as on the wire, and its payload. */
    handlePacket(command: number, payload: Uint8Array): ServiceAnswer {
        const out: [NativePacket | null] = [null]
        const answer: number = native().serviceHandle(this.handle, command, payload, payload.length, out)
        if (answer === answers.silent) return "silent"
        return answer === answers.answered && out[0] !== null ? packetOf(out[0]) : "not-implemented"
    }

    /** The next packet that it has to send by itself. */
    next(): ServicePacket | undefined {
        const out: [NativePacket | null] = [null]
        return native().serviceNext(this.handle, out) && out[0] !== null ? packetOf(out[0]) : undefined
    }

    connecting(): number {
        return native().serviceConnecting(this.handle)
    }

    connected(connect: CoreConnect): void {
        native().serviceConnected(this.handle, connect.outcomeHandle)
        this.onPending()
    }

    closed(name: number, connect: CoreConnect): void {
        native().serviceClosed(this.handle, name, connect.outcomeHandle)
        this.onPending()
    }

    [Symbol.dispose](): void {
        if (this.#handle) native().serviceFree(this.#handle)
        this.#handle = null
    }
}
