// `warmhello measure [source]`: the energy of wakes, from a current meter or its recording.
import { existsSync } from "node:fs"
import { dirname, relative, resolve } from "node:path"
import { SingleBar } from "cli-progress"
import pc from "picocolors"
import { WarmhelloError } from "../base/errors.js"
import { checkWritable } from "../base/files.js"
import { boardFiles, readPowerProfile } from "../energy/power-profile.js"
import { measure } from "../measure/measure.js"
import type { Segmentation } from "../measure/measurement.js"
import { kindOf, type OpenedSource, openSource, type SourceKind, supplyFor } from "../measure/open.js"
import { readLogicFile } from "../measure/pins/logic-file.js"
import { Pins, sleepEdges } from "../measure/pins/shared-edge.js"
import type { MeterMode } from "../measure/ppk2/protocol.js"
import { checkVoltage } from "../measure/ppk2/protocol.js"
import { ENOUGH } from "../measure/raw.js"
import type { Thresholds } from "../measure/segment/segmenter.js"
import { readTrace } from "../measure/trace/reader.js"
import { TraceWriter } from "../measure/trace/writer.js"
import type { WakeResult } from "../measure/wakes/results.js"
import { type Run, runText, type SleepCurrent } from "../run/run.js"
import { type BudgetFlags, holdBudget, judged, printBaseline, printBudget, readBaseline } from "./budget.js"
import { holdInterrupt, interruptCode } from "./interrupt.js"
import { summaryLines, wakeLine } from "./measure-summary.js"
import { Output } from "./output.js"
import { packageVersion } from "./version.js"

export interface MeasureFlags extends BudgetFlags {
    from?: string
    mode: MeterMode
    voltageMv?: number
    instrument?: string
    pins?: string
    logPort?: string
    logBaud: number
    segment: Segmentation
    awakeUa: number
    awakeFor: number
    asleepUa: number
    asleepFor: number
    results: WakeResult[]
    wakes?: number
    duration?: number
    between?: NonNullable<Run["between"]>
    raw?: string
    continue: boolean
    out?: string
    device: string
    board: string
    firmware: string
    server: string
    seed: number
    precision: number
    json?: string
}

/** What does not go together, each with what to say about it. */
function misfits(source: string | undefined, flags: MeasureFlags, kind: SourceKind): [boolean, string][] {
    const isMeter = kind === "ppk2"
    const { logPort, raw } = flags
    return [
        [source !== undefined && flags.from !== undefined, "give either a source or --from"],
        [flags.asleepUa >= flags.awakeUa, "--asleep-ua must be below --awake-ua"],
        [flags.mode === "source" && flags.voltageMv === undefined, "--mode source goes with --voltage-mv"],
        [flags.mode === "source" && !isMeter, "--mode source is for a PPK2, not for a recording"],
        [
            logPort !== undefined && !isMeter,
            "--log-port goes with a PPK2: the lines of a recording are in its raw trace",
        ],
        [flags.instrument !== undefined && kind !== "jls", "--instrument is for a .jls"],
        [
            flags.pins !== undefined && (isMeter || source === "-" || flags.from === "-"),
            "--pins goes with a recording that is a file: it is read twice",
        ],
        [flags.segment === "log" && logPort === undefined && isMeter, "--segment log goes with --log-port"],
        [flags.continue && raw === undefined, "--continue goes with --raw, the trace to go on with"],
        [flags.continue && raw !== undefined && !existsSync(raw), `there is no ${raw} to continue`],
        [
            !flags.continue && raw !== undefined && existsSync(raw),
            `there is a ${raw} already: --continue goes on with it; otherwise give another name`,
        ],
        [
            flags.between !== undefined && isMeter,
            "--between is for a recording; with a PPK2 there are --wakes and --duration",
        ],
        [kind === "trace" && raw !== undefined, "--raw is written from a meter; the source is a raw trace already"],
    ]
}

function checkFlags(source: string | undefined, flags: MeasureFlags, kind: SourceKind): void {
    const misfit = misfits(source, flags, kind).find(([applies]) => applies)
    if (misfit !== undefined) throw new WarmhelloError("bad-option", misfit[1])
    if (kind === "ppk2" && flags.voltageMv !== undefined) checkVoltage(flags.voltageMv)
    for (const path of [flags.out, flags.raw]) if (path !== undefined) checkWritable(path)
}

function openTrace({ raw, continue: goesOn }: MeasureFlags): TraceWriter | undefined {
    if (raw === undefined) return undefined
    return goesOn ? TraceWriter.append(raw) : TraceWriter.create(raw)
}

/** A bar for a recording, which has an end; a line that is written over for a meter, which has none. */
class Progress {
    readonly #bar: SingleBar | undefined
    readonly #stream = process.stderr

    constructor(source: OpenedSource) {
        if (!this.#stream.isTTY || source.total === 0) return
        this.#bar = new SingleBar({
            format: `{bar} {percentage} %  ${pc.dim("{seconds} s of samples")}`,
            stream: this.#stream,
            clearOnComplete: true,
            barsize: Math.min(40, Math.max(10, this.#stream.columns - 40)),
        })
        this.#bar.start(source.total, 0, { seconds: "0" })
    }

    show(doneBytes: number, durationUs: number, wakes: number): void {
        const seconds = (durationUs / 1e6).toFixed(0)
        if (this.#bar !== undefined) this.#bar.update(doneBytes, { seconds })
        else if (this.#stream.isTTY) this.#stream.write(`\r${pc.dim(`${seconds} s, ${wakes} wakes; Ctrl-C ends it`)} `)
    }

    clear(): void {
        if (this.#bar === undefined && this.#stream.isTTY) this.#stream.write("\r\x1b[K")
    }

    end(): void {
        this.#bar?.stop()
        this.clear()
    }
}

/** What the operator has to do for wakes whose kind nothing tells. */
function tellOperator(output: Output, results: WakeResult[], done: number): void {
    const next = results[done % results.length]
    if (next !== undefined) output.line(pc.dim(`the next wake must be ${next}`))
}

/** What the board should draw asleep, where it is one of boards/ or a profile of the person's own. */
function expectedSleep(board: string): SleepCurrent["expected"] {
    if (!board.endsWith(".json") && !boardFiles().has(board)) return null
    const { board: name, deepSleepUa } = readPowerProfile(board)
    return { board: name, lowUa: deepSleepUa.low, typicalUa: deepSleepUa.typical, highUa: deepSleepUa.high }
}

const thresholdsBy = (flags: MeasureFlags): Thresholds => ({
    ...{ awakeUa: flags.awakeUa, awakeForUs: flags.awakeFor * 1000 },
    ...{ asleepUa: flags.asleepUa, asleepForUs: flags.asleepFor * 1000 },
})

/** The recording is read once for the edges that it shares with the pins. */
async function pinsBy(flags: MeasureFlags, open: () => Promise<OpenedSource>): Promise<Pins | undefined> {
    if (flags.pins === undefined) return undefined
    const trace = await readLogicFile(flags.pins)
    const { events } = await open()
    return new Pins(trace, await sleepEdges(events, thresholdsBy(flags)), flags.pins)
}

function commandLine(): string {
    return ["warmhello", ...process.argv.slice(2)].join(" ")
}

function rawFileFor(rawPath: string | undefined, out: string | undefined): string | null {
    if (rawPath === undefined) return null
    return out === undefined ? rawPath : relative(dirname(resolve(out)), resolve(rawPath))
}

/** Measures; throws afterwards, with everything written, when the source broke off or no device woke. */
export async function measureCommand(
    named: string | undefined,
    flags: MeasureFlags,
    interrupted: AbortSignal,
): Promise<void> {
    const name = named ?? flags.from
    const kind = kindOf(name)
    checkFlags(named, flags, kind)
    const output = new Output(flags.json)
    const baseline = readBaseline(flags)
    const expected = expectedSleep(flags.board)
    const enough = new AbortController()
    const signal = AbortSignal.any([interrupted, enough.signal])
    const log = flags.logPort === undefined ? undefined : { path: flags.logPort, baudRate: flags.logBaud }
    const { mode, voltageMv, instrument } = flags
    const open = () => openSource({ name, mode, voltageMv, log, instrument, signal })
    const pins = await pinsBy(flags, open)
    const source = await open()
    const before =
        flags.continue && flags.raw !== undefined ? readTrace(flags.raw, { doneBytes: 0 }, signal) : undefined
    const trace = openTrace(flags)
    holdInterrupt()
    const rawPath = kind === "trace" ? name : flags.raw
    const progress = new Progress(source)
    let wakes = 0
    const { run } = await measure({
        source: source.events,
        ...{ trace, before, out: flags.out, signal },
        stop: () => enough.abort(ENOUGH),
        mostWakes: flags.wakes ?? Number.POSITIVE_INFINITY,
        between: flags.between,
        expectedSleep: expected,
        mostDurationUs: (flags.duration ?? Number.POSITIVE_INFINITY) * 1000,
        thresholds: thresholdsBy(flags),
        pins,
        segmentation: flags.segment,
        wantsLog: log !== undefined,
        results: flags.results,
        supply:
            kind === "trace" && flags.voltageMv !== undefined ? supplyFor("ampere", flags.voltageMv, kind) : undefined,
        about: {
            tool: { name: "warmhello", version: packageVersion(), command: commandLine() },
            ...{ device: flags.device, board: flags.board, firmware: flags.firmware, server: flags.server },
        },
        rawFile: rawFileFor(rawPath, flags.out),
        fromRaw: kind === "trace",
        seed: flags.seed,
        precision: flags.precision / 100,
        onCut: () => {
            wakes++
            if (kind !== "ppk2") return
            progress.clear()
            tellOperator(output, flags.results, wakes)
        },
        onWake: (wake) => {
            progress.clear()
            if (kind === "ppk2") output.line(wakeLine(wake, output.columns))
        },
        judge: (whole) => judged(whole, flags, baseline),
        onProgress: (durationUs) => progress.show(source.progress.doneBytes, durationUs, wakes),
    }).finally(() => progress.end())
    report(output, run, flags, kind, interrupted)
}

function noWakes(hasOthers: boolean): WarmhelloError {
    if (!hasOthers) return new WarmhelloError("no-wakes", "no wake was seen")
    const hint = "Give {between} other times; the warning above says where the wakes are."
    return new WarmhelloError("no-wakes", "no wake was seen in the part that --between names", { hint })
}

function report(output: Output, run: Run, flags: MeasureFlags, kind: SourceKind, interrupted: AbortSignal): void {
    for (const line of summaryLines(run, output.columns)) output.line(line)
    printBaseline(output, run.baseline)
    printBudget(output, run.budget)
    if (flags.out !== undefined) output.line(pc.dim(`written: ${flags.out}`))
    output.json(JSON.parse(runText(run)))
    const codes = run.warnings.map(({ code }) => code)
    // A trace that ends with a pulled cable is analysed to its end all the same.
    if (kind === "ppk2" && codes.includes("unplugged"))
        throw new WarmhelloError("ppk2-unplugged", "the PPK2 was unplugged")
    if (interrupted.aborted) process.exitCode = interruptCode()
    else if (run.wakes.length === 0 && run.budget === undefined) throw noWakes(codes.includes("none-between"))
    else holdBudget(run.budget)
}
