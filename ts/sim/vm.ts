// The DeviceScript virtual machine that @devicescript/cli ships, in this process.
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname } from "node:path"
import vm from "node:vm"
import { WarmhelloError } from "../base/errors.js"

/** Socket events of the VM (JD_CONN_EV_* in its network/jd_network.h). */
export const socketEvent = { open: 1, close: 2, error: 3, message: 4 } as const

/** The part of the VM's emscripten module that is used here (runtime/devicescript-vm/wasmpre.ts upstream). */
interface VmModule {
    HEAPU8: Uint8Array
    _malloc(size: number): number
    _free(pointer: number): void
    _jd_em_tcpsock_on_event(event: number, pointer: number, length: number): void
    _jd_em_process(): number
    devsSetDeviceId(id: string): void
    devsStart(): void
    devsStop(): void
    devsDeploy(program: Uint8Array): number
    handlePacket(frame: Uint8Array): void
    dmesg: (line: string) => void
    log: (...args: unknown[]) => void
    error: (...args: unknown[]) => void
    panicHandler: (code: number) => void
    deployHandler: (code: number) => void
    flashLoad: () => Uint8Array
    flashSave: (contents: Uint8Array) => void
    sendPacket: (packet: Uint8Array) => void
    sockOpen: (host: number, port: number) => number
    sockWrite: (pointer: number, length: number) => number
    sockClose: () => number
    sockIsAvailable: () => boolean
}

/** Panics of the VM (DEVS_PANIC_* in its devicescript.h). */
export const vmPanic = { endless: 60001, memory: 60004, stack: 60006 } as const

type VmFactory = (module: { print: (text: string) => void; printErr: (text: string) => void }) => Promise<VmModule>

/** What the program's sockets do. The VM has one socket at a time. */
export interface VmSockets {
    open(host: string, port: number, tls: boolean): void
    write(bytes: Buffer): number
    close(): void
}

export interface VmOptions {
    /** Settings of the device; the program's own flash. */
    flash: { contents: Uint8Array }
    sockets: VmSockets
    /** A line of the VM's log; the first characters tell its kind. */
    log: (line: string) => void
    /** A Jacdac frame that the VM sends. */
    onFrame?: ((frame: Uint8Array) => void) | undefined
    /** The program asked the control service to sleep. */
    onStandby: (durationMs: number) => void
    onPanic: (code: number) => void
    /** For how long the program may keep the processor, whatever else there is to do. */
    longestTurnMs: number
    /** It has kept it for longer. */
    onStuck: () => void
    /** The machine itself has failed. */
    onAbort: (error: unknown) => void
}

const BUNDLE_START = "var require_devicescript_vm = __commonJS({"
const BUNDLE_END = "\n});\n"

/** Jacdac frame: CRC 2, size 1, flags 1, device 8, then packet: size 1, service 1, command 2 (jacdac-c jd_protocol.h). */
const PACKET = { service: 13, command: 14, payload: 16 } as const
/** Command `standby` of the control service, number 0, with a u32 of milliseconds. */
const CONTROL_SERVICE = 0
const CONTROL_STANDBY = 0x87

/** What the VM prints by itself would spoil the output of --json -; all that matters comes by hooks as well. */
const silent = { log() {}, debug() {}, warn() {}, error() {} }

class Stuck extends Error {}

/** When the turn that the VM has is over. */
let turnEndsMs = Number.POSITIVE_INFINITY

/** The VM's clock. A loop without any wait ends by the VM's own count of steps, which starts anew with each fiber that it
 * resumes; before that it asks what time it is, so that a loop of waits that take no time is ended here. */
class VmDate extends Date {
    static override now(): number {
        if (performance.now() > turnEndsMs) throw new Stuck()
        return Date.now()
    }
}

let factory: VmFactory | undefined

/** The VM is one module inside the CLI's bundle, which exports only its command line: cut it out. */
function loadFactory(): VmFactory {
    const require = createRequire(import.meta.url)
    const bundle = require.resolve("@devicescript/cli/built/devicescript-cli.cjs")
    const source = readFileSync(bundle, "utf8")
    const start = source.indexOf(BUNDLE_START)
    const end = source.indexOf(BUNDLE_END, start)
    if (start < 0 || end < 0) {
        throw new WarmhelloError(
            "not-built",
            "this version of @devicescript/cli holds no virtual machine where it used to",
        )
    }
    const commonJs =
        "const __commonJS = (modules) => () => { const module = { exports: {} };" +
        " Object.values(modules)[0](module.exports, module); return module.exports }"
    const script = `(function (require, __filename, __dirname, console, Date) { ${commonJs};\n${source.slice(start, end + BUNDLE_END.length)}\nreturn require_devicescript_vm() })`
    const wrapper = new vm.Script(script, { filename: "devicescript-vm.js" }).runInThisContext()
    return wrapper(require, bundle, dirname(bundle), silent, VmDate)
}

/** One run of a program: made at a wake, stopped at the next sleep. */
export class Vm {
    readonly #module: VmModule
    readonly #options: VmOptions
    #running = false
    /** Frames for the VM, which takes none while it executes. */
    #arrived: Uint8Array[] = []

    private constructor(module: VmModule, options: VmOptions) {
        this.#module = module
        this.#options = options
    }

    static async create(options: VmOptions): Promise<Vm> {
        factory ??= loadFactory()
        const module = await factory({ print: () => {}, printErr: () => {} })
        const machine = new Vm(module, options)
        machine.#hook(options)
        return machine
    }

    /** Boots and runs the program at once, without the wait of a boot from flash. `onStarted` is called before the
     * program runs: the frames that it leads to are there by then. */
    start(program: Uint8Array, deviceId: string, onStarted: () => void = () => {}): void {
        this.#running = true
        this.#module.devsSetDeviceId(deviceId)
        this.#module.devsStart()
        onStarted()
        this.#takeFrames()
        const result = this.#deploy(program)
        if (result === 0 || !this.#running) return
        this.stop()
        throw new WarmhelloError("not-a-program", "the virtual machine refuses the program", { cause: result })
    }

    /** 0, or why the VM does not take the program. What is no bytecode at all makes it abort. */
    #deploy(program: Uint8Array): unknown {
        try {
            return this.#limited(() => this.#module.devsDeploy(program))
        } catch (error) {
            if (error instanceof Stuck) this.#failed(error)
            return error
        }
    }

    /** Lets the VM execute. Undefined when that has failed, and the VM has stopped. */
    #turn<T>(execute: () => T): T | undefined {
        try {
            return this.#limited(execute)
        } catch (error) {
            this.#failed(error)
            return undefined
        }
    }

    /** Throws `Stuck` after the longest turn. */
    #limited<T>(execute: () => T): T {
        turnEndsMs = performance.now() + this.#options.longestTurnMs
        try {
            return execute()
        } finally {
            turnEndsMs = Number.POSITIVE_INFINITY
        }
    }

    #failed(error: unknown): void {
        if (!this.#running) return
        this.stop()
        if (error instanceof Stuck) this.#options.onStuck()
        else this.#options.onAbort(error)
    }

    stop(): void {
        this.#running = false
        this.#module.devsStop()
    }

    /** Hands the VM a Jacdac frame, once it does not execute. */
    receive(frame: Uint8Array): void {
        this.#arrived.push(frame)
        if (this.#arrived.length === 1) setImmediate(() => this.#takeFrames())
    }

    #takeFrames(): void {
        for (const frame of this.#arrived.splice(0)) {
            if (this.#running) this.#turn(() => this.#module.handlePacket(frame))
        }
    }

    /** Tells the program about its socket. Has no effect once the VM has stopped. */
    socketEvent(event: keyof typeof socketEvent, data: Uint8Array = new Uint8Array()): void {
        if (!this.#running) return
        const pointer = data.length > 0 ? this.#module._malloc(data.length) : 0
        if (pointer !== 0) this.#module.HEAPU8.set(data, pointer)
        this.#turn(() => this.#module._jd_em_tcpsock_on_event(socketEvent[event], pointer, data.length))
        if (pointer !== 0) this.#module._free(pointer)
        // The program hears of it at once, as on a board, and not with the next tick of its clock.
        queueMicrotask(() => this.#running && this.#turn(() => this.#module._jd_em_process()))
    }

    #hook(options: VmOptions): void {
        const module = this.#module
        const process = module._jd_em_process
        module._jd_em_process = () => this.#limited(process)
        module.dmesg = options.log
        module.log = () => {}
        module.error = (error) => {
            if (error instanceof Error) this.#failed(error)
        }
        module.deployHandler = () => {}
        module.panicHandler = (code) => {
            if (this.#running && code !== 0) options.onPanic(code)
        }
        module.flashLoad = () => options.flash.contents
        module.flashSave = (contents) => {
            options.flash.contents = Uint8Array.from(contents)
        }
        module.sendPacket = (packet) => this.#packetSent(packet, options)
        module.sockIsAvailable = () => true
        module.sockOpen = (host, port) => {
            options.sockets.open(this.#text(host), Math.abs(port), port < 0)
            return 0
        }
        module.sockWrite = (pointer, length) =>
            options.sockets.write(Buffer.from(module.HEAPU8.slice(pointer, pointer + length)))
        module.sockClose = () => {
            options.sockets.close()
            return 0
        }
    }

    #packetSent(packet: Uint8Array, options: VmOptions): void {
        options.onFrame?.(Uint8Array.from(packet))
        const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
        const isStandby =
            packet.length >= PACKET.payload + 4 &&
            view.getUint8(PACKET.service) === CONTROL_SERVICE &&
            view.getUint16(PACKET.command, true) === CONTROL_STANDBY
        if (isStandby) options.onStandby(view.getUint32(PACKET.payload, true))
    }

    #text(pointer: number): string {
        const heap = this.#module.HEAPU8
        return Buffer.from(heap.subarray(pointer, heap.indexOf(0, pointer))).toString("utf8")
    }
}
