// A Jacdac bus with the service on it: what the firmware's Jacdac runtime is on a board.
import {
    FRAME_SEND,
    JDBus,
    type JDFrameBuffer,
    JDServerServiceProvider,
    SELF_ANNOUNCE,
    type Transport,
} from "jacdac-ts"
import type { Service } from "../core/service.js"
import { parseSpecification, readDefinition } from "./definition.js"
import { ServiceServer } from "./server.js"

const DEVICE_ID = "7761726d68656c6f"

export class ServiceBus implements Disposable {
    readonly #bus: JDBus
    readonly #provider: JDServerServiceProvider
    #deliver: (frame: Uint8Array) => void = () => {}

    constructor(service: Service, transports: Transport[] = []) {
        const specification = parseSpecification(readDefinition())
        this.#bus = new JDBus(transports, { disableRoleManager: true, client: false, services: [specification] })
        // It would ask every device for its registers.
        this.#bus.backgroundRefreshRegisters = false
        const server = new ServiceServer(service, specification.classIdentifier)
        const options = { deviceId: DEVICE_ID, deviceDescription: "warmhello" }
        this.#provider = new JDServerServiceProvider("warmhello", [server], options)
        this.#bus.addServiceProvider(this.#provider)
        this.#bus.on(FRAME_SEND, (frame: JDFrameBuffer) => this.#deliver(frame))
        if (transports.length > 0) void this.#bus.connect(true)
    }

    /** Another one joins the bus: frames are delivered to it from now on. */
    join(deliver: (frame: Uint8Array) => void): void {
        this.#deliver = deliver
    }

    leave(): void {
        this.#deliver = () => {}
    }

    /** A frame from the one that joined. */
    receive(frame: Uint8Array): void {
        this.#bus.processFrame(frame, "joined", true)
    }

    /** Tells that the service is there, as the bus does twice a second. */
    announce(): void {
        this.#bus.emit(SELF_ANNOUNCE)
    }

    [Symbol.dispose](): void {
        this.leave()
        this.#bus.removeServiceProvider(this.#provider)
        void this.#bus.stop()
    }
}
