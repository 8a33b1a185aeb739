// The service as a server of jacdac-ts: the C function behind it answers every packet.
import { JDServiceServer, Packet, SystemReg } from "jacdac-ts"
import type { Service, ServicePacket } from "../core/service.js"

/** Report `command_not_implemented` of every service: the command, and the CRC of its packet. */
const NOT_IMPLEMENTED = 3

/** Registers that every service has, which jacdac-ts answers. */
const commonRegisters: readonly number[] = [SystemReg.StatusCode, SystemReg.InstanceName]

export class ServiceServer extends JDServiceServer {
    readonly #service: Service
    #flushing = false

    constructor(service: Service, serviceClass: number) {
        super(serviceClass)
        this.#service = service
        service.onPending = () => this.#flushSoon()
    }

    override async handlePacket(packet: Packet): Promise<void> {
        if (packet.isRegisterGet && commonRegisters.includes(packet.registerIdentifier)) {
            await super.handlePacket(packet)
            return
        }
        const answer = this.#service.handlePacket(packet.serviceCommand, packet.data)
        if (answer === "not-implemented") await this.#refuse(packet)
        else if (answer !== "silent") await this.#send(answer)
        this.#flushSoon()
    }

    async #refuse({ serviceCommand, crc }: Packet): Promise<void> {
        await this.sendPacketAsync(Packet.jdpacked(NOT_IMPLEMENTED, "u16 u16", [serviceCommand, crc]))
    }

    async #send({ isEvent, command, payload }: ServicePacket): Promise<void> {
        if (isEvent) await this.sendEvent(command, payload)
        else await this.sendPacketAsync(Packet.from(command, payload))
    }

    /** Later: a connect must not wait for what is told about it. */
    #flushSoon(): void {
        if (this.#flushing) return
        this.#flushing = true
        setImmediate(() => this.#flush())
    }

    async #flush(): Promise<void> {
        this.#flushing = false
        while (this.device?.bus !== undefined) {
            const packet = this.#service.next()
            if (packet === undefined) return
            await this.#send(packet)
        }
    }
}
