// --budget "tls.resumed<=30mJ, wake.p95<=160mJ, sleep<=20uA": what a run may cost, for CI.
import { WarmhelloError } from "../base/errors.js"
import { type Figure, type FigureSource, figureIn, type Quantity, type Statistic } from "./figures.js"
import type { BudgetRule } from "./run.js"
import { phaseWords } from "./wake-line.js"

export const units = {
    uJ: { quantity: "energy", size: 1 },
    mJ: { quantity: "energy", size: 1e3 },
    J: { quantity: "energy", size: 1e6 },
    uC: { quantity: "charge", size: 1 },
    mC: { quantity: "charge", size: 1e3 },
    uA: { quantity: "current", size: 1 },
    mA: { quantity: "current", size: 1e3 },
    ms: { quantity: "time", size: 1 },
    s: { quantity: "time", size: 1e3 },
    B: { quantity: "bytes", size: 1 },
} as const satisfies Record<string, { quantity: Quantity; size: number }>
export type Unit = keyof typeof units

const comparisons = {
    "<=": (value: number, limit: number) => value <= limit,
    "<": (value: number, limit: number) => value < limit,
    ">=": (value: number, limit: number) => value >= limit,
    ">": (value: number, limit: number) => value > limit,
} as const

export interface Rule {
    text: string
    figure: Figure
    comparison: keyof typeof comparisons
    limit: number
    /** % is of the baseline's figure. */
    unit: Unit | "%"
}

const things: readonly string[] = ["wake", ...phaseWords, "average", "saving"]
const results = ["full", "resumed"] as const
const statistics: readonly Statistic[] = ["mean", "p50", "p95", "max"]
const EXAMPLE = "A rule is a figure, <=, <, >= or >, a number and its unit, such as tls.resumed<=30mJ"

function refuse(rule: string, why: string): never {
    throw new WarmhelloError("bad-option", `the rule "${rule}" of the budget ${why}.`)
}

const isOneOf = <T extends string>(words: readonly T[], word: string): word is T =>
    (words as readonly string[]).includes(word)

function figureFrom(rule: string, words: string): Figure {
    const [of = "", ...parts] = words.split(".")
    if (!isOneOf(things, of)) refuse(rule, `names "${of}"; there are ${things.join(", ")}`)
    const figure: Figure = { of: of as Figure["of"], statistic: "mean" }
    let isNamed = false
    for (const part of parts) {
        if (isOneOf(results, part) && figure.result === undefined && !isNamed) figure.result = part
        else if (isOneOf(statistics, part) && !isNamed) {
            figure.statistic = part
            isNamed = true
        } else
            refuse(
                rule,
                `has ".${part}" where one of .full and .resumed, and then one of .mean, .p50, .p95 and .max may stand`,
            )
    }
    return figure
}

/** What a figure cannot be told in, whatever the run. */
function checkQuantity(rule: string, { of, result, statistic }: Figure, unit: Unit | "%"): void {
    const quantity = unit === "%" ? undefined : units[unit].quantity
    if (of === "average" && (quantity ?? "current") !== "current")
        refuse(rule, "has another unit than uA or mA, and the average is a current")
    if (of === "saving" && (quantity ?? "energy") !== "energy")
        refuse(rule, "has another unit than uJ, mJ or J, and what is saved is energy")
    if (of === "saving" && (result !== undefined || statistic !== "mean"))
        refuse(rule, "asks for more than the mean that is saved, which is full less resumed")
}

function parseRule(text: string): Rule {
    const [, words, comparison, number, unitText] =
        /^([\w.]+)\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*([^\d\s]\S*)$/.exec(text) ?? []
    if (words === undefined || comparison === undefined) return refuse(text, `cannot be read. ${EXAMPLE}`)
    const unit = (unitText ?? "").replace(/^[µμ]/, "u")
    if (unit !== "%" && !Object.hasOwn(units, unit)) {
        return refuse(text, `has the unit "${unitText}"; there are ${Object.keys(units).join(", ")} and %`)
    }
    const rule: Rule = {
        ...{ text, figure: figureFrom(text, words), comparison: comparison as Rule["comparison"] },
        ...{ limit: Number(number), unit: unit as Rule["unit"] },
    }
    checkQuantity(text, rule.figure, rule.unit)
    return rule
}

/** Rules with commas between them; `bad-option` says what is wrong with the first that cannot be used. */
export function parseBudget(text: string): Rule[] {
    const rules = text
        .split(",")
        .map((rule) => rule.trim())
        .filter((rule) => rule !== "")
    if (rules.length === 0) throw new WarmhelloError("bad-option", `the budget has no rule. ${EXAMPLE}.`)
    return rules.map(parseRule)
}

const SLEEPING: readonly Figure["of"][] = ["sleep", "average"]

/** As a share of the baseline. */
function shareOf({ figure }: Rule, source: FigureSource, baseline: FigureSource | undefined): number | string {
    const quantity = SLEEPING.includes(figure.of) ? "current" : "energy"
    if (baseline === undefined) return "there is no baseline"
    const [now, before] = [figureIn(source, figure, quantity), figureIn(baseline, figure, quantity)]
    if (typeof now === "string") return now
    if (typeof before === "string") return `of the baseline: ${before}`
    return before > 0 ? (100 * now) / before : "the baseline has nothing there"
}

function figureOf(rule: Rule, source: FigureSource, baseline: FigureSource | undefined): number | string {
    if (rule.unit === "%") return shareOf(rule, source, baseline)
    const { quantity, size } = units[rule.unit]
    const value = figureIn(source, rule.figure, quantity)
    return typeof value === "string" ? value : value / size
}

/** A rule about what is not known is broken: a budget that nobody could check is not kept. */
export function checkBudget(rules: readonly Rule[], source: FigureSource, baseline?: FigureSource): BudgetRule[] {
    return rules.map((rule) => {
        const { text, unit } = rule
        const value = figureOf(rule, source, baseline)
        if (typeof value === "string") return { rule: text, value: null, unit, holds: false, unknown: value }
        return {
            rule: text,
            value: Number(value.toPrecision(6)),
            unit,
            holds: comparisons[rule.comparison](value, rule.limit),
        }
    })
}
