// The first screen: what a wake costs, what resuming saves, how long the battery lasts, whether that can be
// believed, and what the device draws asleep.
import { current, figure as digits, energy, percent, spread, time } from "../../run/units.js"
import type { PageData, PageRun } from "../page-data.js"
import { drawsOf, lifeOf, lifeWords, mahPerDay } from "./battery.js"
import { ruleValue } from "./budget.js"
import { h } from "./dom.js"
import { groupedWarnings, warningText } from "./headline.js"
import { intervalWords } from "./interval-plot.js"
import { meanEnergyUj, sleepUa, tlsShare, UNKNOWN, type Wake, wakesOf } from "./stats.js"

type Tone = "good" | "bad" | "plain"

interface Answer {
    name: string
    question: string
    value: string
    label: string
    notes: string[]
    tone?: Tone
    link?: string
}

/** One sentence: a small screen has no room for lines. */
const joined = (notes: readonly string[]): string[] => {
    const said = notes.filter((note) => note !== "")
    return said.length > 0 ? [`${said.join("; ")}.`] : []
}

function tile({ name, question, value, label, notes, tone = "plain", link }: Answer): HTMLElement {
    return h(
        "div",
        { class: `answer ${tone}`, "data-answer": name },
        h("h3", {}, question),
        h("p", { class: "value" }, value),
        h("p", { class: "label" }, label),
        h(
            "p",
            { class: "note" },
            ...joined(notes),
            ...(link === undefined ? [] : [" ", h("a", { href: "#warnings" }, link)]),
        ),
    )
}

const rangeWords = (bounds: readonly number[] | null | undefined, words: (value: number) => string): string =>
    bounds === null || bounds === undefined ? "" : bounds.map(words).join(" to ")

/** Of an estimate, whose range comes from its inputs. */
const rangeOf = (wakes: readonly Wake[]): string => {
    const [only, another] = wakes
    return another === undefined ? rangeWords(only?.energyRangeUj, energy) : ""
}

function countsOf(full: readonly Wake[], resumed: readonly Wake[]): string {
    const counts = [full.length > 0 ? `${full.length} full` : "", resumed.length > 0 ? `${resumed.length} resumed` : ""]
    return `mean of ${counts.filter((count) => count !== "").join(", ")}`
}

function wakeAnswer(one: PageRun): Answer {
    const question = "What does a wake cost?"
    const [full, resumed] = [wakesOf([one], "full"), wakesOf([one], "resumed")]
    const [fullUj, resumedUj] = [meanEnergyUj(full), meanEnergyUj(resumed)]
    const times = [full, resumed].flatMap((wakes) => {
        const [first, ...others] = wakes.map(({ durationMs }) => durationMs)
        return first === undefined ? [] : [time(others.reduce((sum, ms) => sum + ms, first) / wakes.length)]
    })
    const counts =
        one.run.origin === "estimated"
            ? `range: ${[full, resumed]
                  .map(rangeOf)
                  .filter((text) => text !== "")
                  .join(" → ")}`
            : countsOf(full, resumed)
    const notes = [`awake ${times.join(" → ")}, without the sleep`, counts]
    if (fullUj !== undefined && resumedUj !== undefined)
        return {
            ...{ name: "wake", question, value: `${energy(fullUj)} → ${energy(resumedUj)}` },
            ...{ label: "full → resumed", notes },
        }
    if (fullUj !== undefined || resumedUj !== undefined) {
        const result = fullUj === undefined ? "resumed" : "full"
        const value = energy(fullUj ?? resumedUj ?? 0)
        return { name: "wake", question, value, label: `all ${result}`, notes }
    }
    const all = one.run.wakes.filter(({ result }) => result === "unknown")
    const anyUj = meanEnergyUj(all)
    const failed = wakesOf([one], "failed").length
    return {
        ...{ name: "wake", question, value: anyUj === undefined ? UNKNOWN : energy(anyUj) },
        label: anyUj === undefined ? "no wake made a connection" : "full or resumed: not told",
        notes: [anyUj === undefined ? `${failed} failed` : `mean of ${all.length}`],
    }
}

function shareNote(one: PageRun): string {
    const { estimate } = one.run
    if (estimate !== undefined)
        return `TLS is ${spread(estimate.tlsShareFull, percent)} → ${spread(estimate.tlsShareResumed, percent)} of a wake`
    const shares = (["full", "resumed"] as const).flatMap((result) => tlsShare(wakesOf([one], result)) ?? [])
    return shares.length > 0 ? `TLS is ${shares.map(percent).join(" → ")} of a wake` : ""
}

function savingAnswer(one: PageRun): Answer {
    const question = "What does resuming save?"
    const { comparison } = one.run
    const [fullUj, resumedUj] = [meanEnergyUj(wakesOf([one], "full")), meanEnergyUj(wakesOf([one], "resumed"))]
    const base = { name: "saving", question }
    if (comparison !== undefined && comparison !== null) {
        const { differenceUj, differenceRangeUj, confidence, pairs, fullUj: beforeUj } = comparison
        const bounds =
            differenceRangeUj === null
                ? "too few pairs for a range"
                : `${rangeWords(differenceRangeUj, energy)} at ${percent(confidence)}`
        const label = `a wake, ${percent(differenceUj / beforeUj)} of it`
        return {
            ...base,
            value: energy(differenceUj),
            label,
            notes: [`${bounds}, ${pairs} ${pairs === 1 ? "pair" : "pairs"}`, shareNote(one)],
        }
    }
    if (fullUj === undefined || resumedUj === undefined)
        return {
            ...{ ...base, value: UNKNOWN, label: "it takes full and resumed wakes" },
            notes: [shareNote(one)],
        }
    const label = `a wake, ${percent(1 - resumedUj / fullUj)} of it`
    const saved = one.run.estimate?.savedUj
    const range = saved === undefined ? "" : `range: ${rangeWords([saved.low, saved.high], energy)}`
    const how = one.run.origin === "measured" ? "of means, not compared in pairs" : range
    return { ...base, value: energy(fullUj - resumedUj), label, notes: [how, shareNote(one)] }
}

/** A run that measures wakes often says nothing about how often the device is going to wake. */
const SHORTEST_REAL_MINUTES = 1
const USUAL_MINUTES = 10

function lifeAnswer(one: PageRun, runs: readonly PageRun[]): Answer {
    const base = { name: "battery", question: "How long does the battery last?" }
    const { estimate, average } = one.run
    const life = lifeOf(one, runs)
    if (estimate !== undefined) {
        const { keptBatteryYears: kept, plainBatteryYears: plain, sleepMs } = estimate
        const cell = typeof life === "string" ? estimate.cell : life.battery.cell
        return {
            ...{ ...base, value: lifeWords(kept.typical), label: `asleep for ${time(sleepMs)} at a time` },
            notes: [
                `range: ${lifeWords(kept.low)} to ${lifeWords(kept.high)}; without resuming ${lifeWords(plain.typical)}`,
                cell,
            ],
        }
    }
    const everyMinutes = (average?.wakeEveryS ?? 0) / 60
    const minutes = everyMinutes >= SHORTEST_REAL_MINUTES ? everyMinutes : USUAL_MINUTES
    if (typeof life === "string") return { ...base, ...needOf(one, minutes), notes: [life] }
    const words = life.curves.map(({ years }) => lifeWords(years(minutes)))
    const results = life.curves.map(({ result }) => `all ${result}`)
    return {
        ...{
            ...base,
            value: words.join(" → "),
            label: `${results.join(" → ")}, a wake each ${intervalWords(minutes)}`,
        },
        notes: [life.battery.cell],
    }
}

/** Without a cell, what the device takes of whichever it is going to have. */
function needOf(one: PageRun, minutes: number): Pick<Answer, "value" | "label"> {
    const draws = drawsOf(one)
    if (typeof draws === "string") return { value: UNKNOWN, label: "" }
    const words = draws.map(({ loads }) => digits(mahPerDay(loads(minutes))))
    const results = draws.map(({ result }) => `all ${result}`)
    return {
        value: `${words.join(" → ")} mAh a day`,
        label: `${results.join(" → ")}, a wake each ${intervalWords(minutes)}`,
    }
}

function instrumentNote({ run }: PageRun): string {
    const { meter } = run
    if (meter === null) return "from data sheets and instruction counts"
    const share = meter.lostSamples / Math.max(1, meter.samples + meter.lostSamples)
    const lost = meter.lostSamples === 0 ? "none lost" : `${digits(100 * share)} % lost`
    return `${meter.name}, ${digits(meter.sampleRateHz / 1000)} kHz, ${lost}`
}

function trustAnswer(one: PageRun): Answer {
    const base = { name: "trust", question: "Can it be believed?" }
    const kinds = groupedWarnings(one.run.warnings)
    const [worst] = kinds
    const measured = one.run.origin === "measured"
    const count = kinds.length === 1 ? "1 warning" : `${kinds.length} warnings`
    const value = measured ? "Measured" : "Estimated"
    if (worst === undefined) {
        const label = measured ? "without a warning" : "within its ranges"
        return { ...base, value, label, notes: [instrumentNote(one)], tone: measured ? "good" : "plain" }
    }
    return {
        ...{ ...base, value: `${value}, ${count}`, label: warningText(worst.first), notes: [instrumentNote(one)] },
        ...{ tone: "bad" as const, link: kinds.length === 1 ? "What to do" : "All warnings" },
    }
}

/** From how many times the board's own current on it is said in words. */
function sleepVerdict(
    drawnUa: number,
    { lowUa, typicalUa, highUa }: { lowUa: number; typicalUa: number; highUa: number },
) {
    if (drawnUa < 0)
        return { tone: "bad" as const, text: "no device gives current: the meter is off by at least as much" }
    if (drawnUa > highUa)
        return { tone: "bad" as const, text: `${digits(drawnUa / typicalUa)} times what it should be` }
    if (drawnUa < lowUa) return { tone: "plain" as const, text: "less than expected" }
    return { tone: "good" as const, text: "as expected" }
}

function sleepAnswer(one: PageRun): Answer {
    const base = { name: "sleep", question: "What does it draw asleep?" }
    const drawnUa = sleepUa(one)
    if (drawnUa === undefined) return { ...base, value: UNKNOWN, label: "no sleep was measured", notes: [] }
    const { sleepCurrent, average } = one.run
    const expected = sleepCurrent?.expected ?? null
    const averageNote =
        average === undefined
            ? ""
            : `wakes included: ${current(average.averageUa)} in the mean, one each ${time(average.wakeEveryS * 1000)}`
    if (expected === null)
        return { ...base, value: current(drawnUa), label: "compared with no board's profile", notes: [averageNote] }
    const { board, lowUa, typicalUa, highUa } = expected
    const bounds = `${current(lowUa)} to ${current(highUa)}`
    if (one.run.origin === "estimated")
        return { ...base, value: current(drawnUa), label: `${board}'s profile has ${bounds}`, notes: [averageNote] }
    const { tone, text } = sleepVerdict(drawnUa, expected)
    const profile = `${board} should: ${current(typicalUa)} (${bounds})`
    return { ...base, value: current(drawnUa), label: text, notes: [profile, averageNote], tone }
}

/** Rules of --budget that do not hold stand above everything. */
function brokenRules({ run, name }: PageRun, several: boolean): HTMLElement[] {
    return (run.budget ?? [])
        .filter(({ holds }) => !holds)
        .map((rule) => {
            const text = `Budget broken: ${rule.rule}. It is: ${ruleValue(rule)}.`
            return h("p", { class: "broken" }, several ? `${name}: ${text}` : text)
        })
}

export function answers({ runs }: PageData): HTMLElement {
    const several = runs.length > 1
    const rows = runs.flatMap((one) => {
        const all = [sleepAnswer(one), wakeAnswer(one), savingAnswer(one), lifeAnswer(one, runs), trustAnswer(one)].map(
            tile,
        )
        const title = several ? [h("h2", {}, one.name)] : []
        return [...title, ...brokenRules(one, several), h("div", { class: "answers" }, ...all)]
    })
    return h("section", { class: "short", "aria-label": "The answers in short" }, ...rows)
}
