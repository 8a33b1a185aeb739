// The core's functions (../core/library.ts) on an emulated microcontroller instead of in this process.
import { randomBytes } from "node:crypto"
import { checkoutPath } from "../base/paths.js"
import { isSized } from "../core/kinds.js"
import { type Native, runElsewhere } from "../core/library.js"
import { clientBytes, type NativeConfig } from "../core/native-config.js"
import { Emulator, Request } from "./emulator.js"
import type { Operation } from "./operations.js"
import type { Reply } from "./wire.js"

/** The core's WH_PLATFORM_MEMORY and the like are negative; a handle is not. */
interface Handle {
    slot: number
}

const on = (operation: Operation, { slot }: Handle) => new Request(operation).u8(slot)
const onTcp = (operation: Operation, handle: Handle, tcp: number) => on(operation, handle).u8(tcp)

/** An outcome is where it is, on the device, or was fetched already. */
type OutcomeHandle = Handle | { json: Buffer }

/** Asks for a client with this configuration. */
export function clientRequest(operation: "clientNew" | "serviceClientNew", config: NativeConfig): Request {
    const request = new Request(operation)
    for (const [{ kind }, bytes = Buffer.alloc(0)] of clientBytes(config)) {
        if (kind === "text" || isSized(kind)) request.counted(bytes)
        else request.bytes(bytes)
    }
    return request
}

/** No slot of the firmware's: plain TCP. */
const NO_CLIENT = 0xff

/** UINT32_MAX of wh_ffi_step */
const FOREVER_MS = 2 ** 32 - 1

/** What the device says to `connectNext` beside the kind of step. */
export function readStep(bytes: Buffer): { tcp: number; waitUs: number; sends: Buffer } {
    return { tcp: bytes.readUInt8(0), waitUs: Number(bytes.readBigUInt64LE(1)), sends: bytes.subarray(9) }
}

const FLASH_SECTORS = 4
/** The default of the core. */
const ERASE_INTERVAL_S = 0

/** rv32: the instruction set of the ESP32-C3, on qemu. */
export const mcuKinds = ["rv32"] as const
export type McuKind = (typeof mcuKinds)[number]

/** Of the firmware's two builds: small code, or fast public-key operations. */
export const mcuImage = (kind: McuKind, build: "size" | "speed") =>
    checkoutPath(`build/${kind}/${build}/warmhello_rv32`)

export class RemoteCore implements Disposable {
    readonly #image: string
    #key: Buffer = randomBytes(32)
    #emulator: Emulator | undefined
    /** Seconds since 1970 for the device's wall clock, from this machine's, which sleeps move. */
    #wallOffsetMs = 0
    #wallKnown = true

    constructor(image: string) {
        this.#image = image
    }

    /** From now on the core's functions run there. */
    static start(kind: McuKind, build: "size" | "speed" = "size"): RemoteCore {
        const core = new RemoteCore(mcuImage(kind, build))
        runElsewhere(core.functions)
        return core
    }

    get emulator(): Emulator {
        if (this.#emulator === undefined) throw new Error("the emulator has not been started")
        return this.#emulator
    }

    /** What takes the place of the library's functions. */
    get functions(): Partial<Native> {
        return {
            ...this.#serviceFunctions(),
            hostStart: (flash: string | null) => this.#start(flash),
            hostStop: () => this.#stop(),
            hostSetKey: (key: Buffer) => {
                this.#key = Buffer.from(key)
            },
            hostSleep: (us: number) => this.#sleep(us / 1000),
            hostLosePower: () => this.#losePower(),
            hostSetWallKnown: (known: boolean) => {
                this.#wallKnown = known
                this.#setWall()
            },
            hostJumpWall: (s: number) => {
                this.#wallOffsetMs += s * 1000
                this.#setWall()
            },
            clientNew: (config: NativeConfig, error: number[]) => this.#newClient("clientNew", config, error),
            clientFree: (client: Handle) => void this.#call(on("clientFree", client)),
            storeTiers: () => this.#call(new Request("storeTiers")).result,
            ...this.#connectFunctions(),
        } as Partial<Native>
    }

    [Symbol.dispose](): void {
        this.#stop()
    }

    #call(request: Request): Reply {
        return this.emulator.call(request)
    }

    #newClient(...[operation, config, error]: [...Parameters<typeof clientRequest>, number[]]): Handle | null {
        const { result } = this.#call(clientRequest(operation, config))
        error[0] = Math.min(result, 0)
        return result >= 0 ? { slot: result } : null
    }

    #connectFunctions(): Partial<Native> {
        return {
            connectNew: (client: Handle | null, timeoutMs: number): Handle | null => {
                const { result } = this.#call(new Request("connectBegin").u8(client?.slot ?? NO_CLIENT).u32(timeoutMs))
                return result >= 0 ? { slot: result } : null
            },
            connectFree: (handle: Handle) => void this.#call(on("connectFree", handle)),
            connectNext: (handle: Handle, step: unknown[], out: Buffer) => {
                const { result: kind, bytes } = this.#call(on("connectNext", handle))
                const { tcp, waitUs, sends } = readStep(bytes)
                sends.copy(out)
                step[0] = { kind, tcp, size: sends.length, wait_ms: Math.min(Math.ceil(waitUs / 1000), FOREVER_MS) }
            },
            connectResolved: (handle: Handle, hasAddress: boolean) =>
                void this.#call(on("connectResolved", handle).u8(hasAddress)),
            connectReady: (handle: Handle, tcp: number) => void this.#call(onTcp("connectReady", handle, tcp)),
            connectFailed: (handle: Handle, tcp: number, error: number) =>
                void this.#call(onTcp("connectFailed", handle, tcp).i32(error)),
            connectReceived: (handle: Handle, tcp: number, bytes: Uint8Array) =>
                this.#call(onTcp("connectReceived", handle, tcp).bytes(bytes)).result,
            connectSent: (handle: Handle, tcp: number, size: number) =>
                void this.#call(onTcp("connectSent", handle, tcp).u32(size)),
            connectWrite: (handle: Handle, bytes: Uint8Array) =>
                this.#call(on("connectWrite", handle).bytes(bytes)).result,
            connectRead: (handle: Handle, out: Buffer, size: number) => {
                const { result, bytes } = this.#call(on("connectRead", handle).u32(size))
                bytes.copy(out)
                return result
            },
            connectClose: (handle: Handle, isWritten: boolean) =>
                void this.#call(on("connectClose", handle).u8(isWritten)),
            connectError: (handle: Handle) => this.#call(on("connectError", handle)).result,
            connectOutcome: (handle: Handle): OutcomeHandle => handle,
            connectOutcomeOf: (handle: Handle, tcp: number): OutcomeHandle | null => {
                const { bytes } = this.#call(onTcp("connectOutcomeOf", handle, tcp))
                return bytes.length > 0 ? { json: bytes } : null
            },
            outcomeJson: (outcome: OutcomeHandle, out: Buffer) =>
                ("json" in outcome ? outcome.json : this.#call(on("connectOutcome", outcome)).bytes).copy(out),
        } as Partial<Native>
    }

    /** The TLS session service, which is on the device as well: there is one. */
    #serviceFunctions(): Partial<Native> {
        const packet = (request: Request, out: unknown[]): number => {
            const { result, bytes } = this.#call(request)
            if (bytes.length > 0) {
                const payload = bytes.subarray(3)
                out[0] = {
                    ...{ is_event: bytes.readUInt8(0) !== 0, command: bytes.readUInt16LE(1) },
                    ...{ size: payload.length, payload },
                }
            }
            return result
        }
        return {
            serviceNew: () => ({}),
            serviceFree: () => {},
            // A loss of power needs no word: RTC RAM tells.
            serviceWake: () => void this.#call(new Request("serviceWake")),
            serviceClientNew: (_: unknown, config: NativeConfig, error: number[]) =>
                this.#newClient("serviceClientNew", config, error),
            serviceHandle: (_: unknown, command: number, payload: Uint8Array, __: number, out: unknown[]) =>
                packet(new Request("serviceHandle").u16(command).bytes(payload), out),
            serviceNext: (_: unknown, out: unknown[]) => packet(new Request("serviceNext"), out) !== 0,
            serviceConnecting: () => this.#call(new Request("serviceConnecting")).result,
            serviceConnected: (_: unknown, { slot }: Handle) =>
                void this.#call(new Request("serviceConnected").u8(slot)),
            serviceClosed: (_: unknown, name: number, { slot }: Handle) =>
                void this.#call(new Request("serviceClosed").u32(name).u8(slot)),
            serviceSettingsChanged: () => this.#call(new Request("serviceSettingsChanged")).result !== 0,
        } as Partial<Native>
    }

    #start(flash: string | null): number {
        this.#wallOffsetMs = 0
        this.#wallKnown = true
        this.#emulator = new Emulator({
            image: this.#image,
            flash: flash ?? undefined,
            key: this.#key,
            flashSectors: flash === null ? 0 : FLASH_SECTORS,
            eraseIntervalS: ERASE_INTERVAL_S,
            seed: 0,
        })
        this.#setWall()
        return 0
    }

    #stop(): void {
        this.#emulator?.[Symbol.dispose]()
        this.#emulator = undefined
    }

    #sleep(ms: number): void {
        this.#wallOffsetMs += ms
        this.emulator.sleep(ms)
    }

    #losePower(): void {
        this.emulator.losePower()
        this.emulator.powerUp()
        this.#setWall()
    }

    #setWall(): void {
        const seconds = this.#wallKnown ? Math.floor((Date.now() + this.#wallOffsetMs) / 1000) : 0
        this.emulator.call(new Request("setWall").i64(seconds))
    }
}
