// A simulated device: it wakes, runs the app until it sleeps, and keeps its settings and its RTC slot.

import { WarmhelloError } from "../base/errors.js"
import { Client, type ClientOptions, type Policy } from "../core/client.js"
import { Service } from "../core/service.js"
import { waitFor } from "../core/waiting.js"
import { ServiceBus } from "../service/bus.js"
import { type Connect, Sockets } from "./sockets.js"
import { Vm, vmPanic } from "./vm.js"

export interface DeviceOptions {
    program: Uint8Array
    client: ClientOptions
    /** Where the app's TLS connections go. */
    server: { host: string; port: number }
    connectTimeoutMs: number
    /** How long the app may stay awake, in milliseconds by the device's clock. */
    wakeTimeoutMs: number
    /** Firmware that has the TLS session service; older one has not. */
    hasService: boolean
    /** A line that the app printed. */
    onConsole: (line: AppLine) => void
}

export interface AppLine {
    level: "debug" | "log" | "error"
    text: string
}

/** What happened from a wake to the next sleep. */
export interface DeviceWake {
    connects: Connect[]
    /** How long the app asked to sleep; undefined when it did not. */
    sleepMs: number | undefined
    /** Why the app did not get to its sleep. */
    error: WarmhelloError | undefined
    wallMs: number
    /** From the wake to the start of the program. */
    bootMs: number
}

/** Any; the VM wants one. */
const DEVICE_ID = "77617266696c6c6f"

/** Marks of the VM's log lines (printDmesg in the DeviceScript CLI). */
const lineLevels: Record<string, AppLine["level"]> = { ">": "log", "!": "error", "?": "debug" }

/** Nothing else happens in this process while an app keeps the processor, so that nobody could even end it. */
const LONGEST_TURN_MS = 5000

/** Why the VM gave up the app. */
function panicError(code: number, exception: string): WarmhelloError {
    switch (code) {
        case vmPanic.endless:
            return new WarmhelloError("app-endless", "the app loops without letting anything else happen")
        case vmPanic.memory:
            return new WarmhelloError("app-memory", "the app has run out of memory")
        case vmPanic.stack:
            return new WarmhelloError("app-recursion", "the app calls itself too deep")
        default:
            return new WarmhelloError("app-threw", `the app threw: ${exception || `panic ${code}`}`)
    }
}

type End = { sleepMs: number } | { error: WarmhelloError }

/** The clients of one wake: another one is needed when the app changes the settings. */
class Clients implements Disposable {
    readonly #made: Client[] = []

    constructor(
        readonly options: ClientOptions,
        readonly service: Service | undefined,
    ) {
        this.#made.push(new Client(options, service))
    }

    get current(): Client {
        if (this.service?.settingsChanged) this.#made.push(new Client(this.options, this.service))
        const current = this.#made.at(-1)
        if (current === undefined) throw new WarmhelloError("use-after-dispose", "the wake of these clients is over")
        return current
    }

    [Symbol.dispose](): void {
        for (const client of this.#made.splice(0)) client[Symbol.dispose]()
    }
}

export class SimulatedDevice implements Disposable {
    readonly #options: DeviceOptions
    /** The settings in flash, which outlive sleep and power loss. */
    readonly #flash = { contents: new Uint8Array() }
    readonly #service: Service | undefined
    readonly #bus: ServiceBus | undefined

    constructor(options: DeviceOptions) {
        this.#options = options
        this.#service = options.hasService ? new Service() : undefined
        this.#bus = this.#service && new ServiceBus(this.#service)
    }

    [Symbol.dispose](): void {
        this.#bus?.[Symbol.dispose]()
        this.#service?.[Symbol.dispose]()
    }

    /** Runs the app once. VM, heap and TLS client are made anew, as after deep sleep. A policy takes the place of the
     * client's. */
    async wake(powerLost: boolean, policy?: Policy): Promise<DeviceWake> {
        const started = performance.now()
        let bootMs = 0
        let exception = ""
        let end: (how: End) => void = () => {}
        const ended = new Promise<End>((resolve) => (end = resolve))

        this.#service?.wake(powerLost)
        const { client } = this.#options
        using clients = new Clients(policy === undefined ? client : { ...client, policy }, this.#service)
        const sockets = new Sockets({
            ...this.#options.server,
            connectTimeoutMs: this.#options.connectTimeoutMs,
            client: () => clients.current,
            observer: this.#service,
        })
        const vm = await Vm.create({
            flash: this.#flash,
            sockets,
            log: (line) => {
                if (line.startsWith("* start")) bootMs = performance.now() - started
                exception = /^\*\s+message: (.*)/.exec(line)?.[1] ?? exception
                this.#print(line)
            },
            onFrame: (frame) => this.#bus?.receive(frame),
            onStandby: (sleepMs) => end({ sleepMs }),
            onPanic: (code) => end({ error: panicError(code, exception) }),
            longestTurnMs: Math.min(LONGEST_TURN_MS, this.#options.wakeTimeoutMs),
            onStuck: () => end({ error: panicError(vmPanic.endless, "") }),
            onAbort: (error) =>
                end({ error: new WarmhelloError("app-threw", `the virtual machine has failed: ${error}`) }),
        })
        sockets.attach(vm)
        this.#bus?.join((frame) => vm.receive(frame))
        vm.start(this.#options.program, DEVICE_ID, () => this.#bus?.announce())
        const stopWaiting = waitFor(this.#options.wakeTimeoutMs, () => end({ error: this.#neverSlept(sockets) }))
        const how = await ended
        stopWaiting()
        vm.stop()
        this.#bus?.leave()
        await sockets.end()
        return {
            connects: sockets.connects,
            sleepMs: "sleepMs" in how ? how.sleepMs : undefined,
            error: "error" in how ? how.error : undefined,
            wallMs: performance.now() - started,
            bootMs,
        }
    }

    #neverSlept(sockets: Sockets): WarmhelloError {
        const seconds = this.#options.wakeTimeoutMs / 1000
        if (sockets.isOpen) {
            return new WarmhelloError(
                "no-answer",
                `the app waits on its open connection, ${seconds} s after its wake, and does not sleep`,
            )
        }
        return new WarmhelloError("never-slept", `the app did not call standby within ${seconds} s of its wake`)
    }

    #print(line: string): void {
        const [, mark = "", text = ""] = /^\s*([>!?]) (.*)/.exec(line) ?? []
        const level = lineLevels[mark]
        if (level !== undefined) this.#options.onConsole({ level, text })
    }
}
