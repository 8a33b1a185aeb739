// A board on the desk: test/esp32/board.c, one process for each wake, with what survives it in a folder.
import { spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { checkoutPath } from "#warmhello/base/paths.js"
import { TemporaryFolder } from "#warmhello/base/temporary.js"
import { parseWakeLine, type WakeLine } from "#warmhello/run/wake-line.js"

/** Under AddressSanitizer and UndefinedBehaviorSanitizer, or as CI says. */
const PROGRAM = process.env.WARMHELLO_ESP32_BOARD ?? checkoutPath("build/asan/esp32/esp32_board")

export type Reason = "power-on" | "deep-sleep" | "reset" | "panic" | "brown-out"

export interface Wake {
    /** 0: it sleeps. 42: the supply fell too low. 43: it was reset. */
    code: number | null
    /** What the app saw, in order. */
    app: string[]
    /** What the world did: "wifi fast home", "ip lease", "pin 10 1", "sleep 600000"... */
    world: string[]
    /** Its line in the log. */
    line: WakeLine | undefined
    stderr: string
}

export interface BoardOptions {
    ca: string
    port: number
    /** Words for every wake. */
    args?: string[]
    /** Of firmware/Kconfig, the power-save mode, if it is not the default. */
    powerSave?: "none" | "max"
    /** Another program than test/esp32/board.c, beside it. */
    program?: string
}

export class Board implements Disposable {
    readonly #folder = new TemporaryFolder("esp32")
    readonly #args: string[]
    readonly #program: string

    constructor({ ca, port, args = [], powerSave, program }: BoardOptions) {
        const variant = powerSave === undefined ? PROGRAM : `${PROGRAM}_${powerSave}`
        this.#program = program ?? variant
        this.#args = ["--state", this.#folder.path, "--ca", this.file("ca.pem", ca), "--port", String(port), ...args]
    }

    /** Puts a file beside the board's. */
    file(name: string, contents: string | Buffer): string {
        return this.#folder.write(name, contents)
    }

    /** Flips a bit of what RTC memory holds between two wakes. False: it has no such byte. */
    damage(at: number): boolean {
        const path = this.#folder.file("rtc.bin")
        const bytes = readFileSync(path)
        if (at >= bytes.length) return false
        bytes.writeUInt8((bytes[at] ?? 0) ^ 0x10, at)
        writeFileSync(path, bytes)
        return true
    }

    /** One wake to its end. Later words win over those for every wake. */
    async wake(reason: Reason, ...args: string[]): Promise<Wake> {
        const child = spawn(this.#program, ["--reason", reason, ...this.#args, ...args], {
            stdio: ["ignore", "pipe", "pipe"],
            timeout: 45_000,
            killSignal: "SIGKILL",
        })
        const output = { stdout: "", stderr: "" }
        for (const name of ["stdout", "stderr"] as const) {
            child[name].setEncoding("utf8").on("data", (text: string) => (output[name] += text))
        }
        const code = await new Promise<number | null>((done, failed) => {
            child.on("error", failed)
            child.on("close", done)
        })
        const lines = output.stdout.split("\n").filter((line) => line !== "")
        return {
            code,
            app: lines.filter((line) => /^(app|c) /.test(line)).map((line) => line.replace(/^(app|c) /, "")),
            world: lines.filter((line) => !/^(app|c) /.test(line)),
            line: lines.map(parseWakeLine).find((line) => line !== undefined),
            stderr: output.stderr,
        }
    }

    [Symbol.dispose](): void {
        this.#folder[Symbol.dispose]()
    }
}

/** A wake that ended in deep sleep, without a word from a sanitizer. */
export function slept(wake: Wake): Wake & { line: WakeLine } {
    const { line } = wake
    if (wake.code !== 0 || wake.stderr !== "" || line === undefined) {
        throw new Error(`a wake ended with ${wake.code}:\n${[...wake.app, ...wake.world].join("\n")}\n${wake.stderr}`)
    }
    return { ...wake, line }
}

/** How the wake's first connect went. */
export const resultOf = (wake: Wake): string => slept(wake).line.connect?.result ?? "none"
