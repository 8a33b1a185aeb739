// --budget and --baseline: what a run may cost, and what it cost last time.
import { type Command, InvalidArgumentError } from "commander"
import pc from "picocolors"
import { WarmhelloError } from "../base/errors.js"
import { baselineOf } from "../run/baseline.js"
import { checkBudget, parseBudget, type Rule } from "../run/budget.js"
import { figuresOf } from "../run/figures.js"
import { type Baseline, type BudgetRule, type Run, readRun } from "../run/run.js"
import { current, energy, percent } from "../run/units.js"
import type { Output } from "./output.js"
import { tableText } from "./table.js"

export interface BudgetFlags {
    budget?: Rule[]
    baseline?: string
}

function addRules(text: string, before: Rule[] = []): Rule[] {
    try {
        return [...before, ...parseBudget(text)]
    } catch (error) {
        throw new InvalidArgumentError((error as Error).message)
    }
}

export function addBudgetFlag(command: Command, example: string): Command {
    return command.option("--budget <rules>", `exit 1 unless all hold, such as "${example}"`, addRules)
}

export function addBudgetFlags(command: Command): Command {
    return addBudgetFlag(command, "tls.resumed<=30mJ, wake.p95<=160mJ, sleep<=20uA").option(
        "--baseline <run.json>",
        "compare with this run; a budget may then say wake.resumed<=105%",
    )
}

/** The other run, read before anything is measured. */
export function readBaseline({ budget = [], baseline }: BudgetFlags): Run | undefined {
    const share = budget.find(({ unit }) => unit === "%")
    if (share !== undefined && baseline === undefined) {
        const message = `the rule "${share.text}" of the budget goes with --baseline, which it is a share of`
        throw new WarmhelloError("bad-option", message)
    }
    return baseline === undefined ? undefined : readRun(baseline)
}

/** The run with what its budget and its baseline come to. */
export function judged(run: Run, { budget, baseline }: BudgetFlags, before: Run | undefined): Run {
    const checked = budget && checkBudget(budget, figuresOf(run), before && figuresOf(before))
    return {
        ...run,
        ...(checked === undefined ? {} : { budget: checked }),
        ...(before === undefined ? {} : { baseline: baselineOf(run, before, baseline ?? "") }),
    }
}

/** With enough figures to be told from the limit. */
const shown = ({ value, unit, unknown }: BudgetRule): string =>
    value === null ? `unknown: ${unknown}` : `${Number(value.toPrecision(5))} ${unit}`

export function printBudget(output: Output, budget: readonly BudgetRule[] | undefined): void {
    if (budget === undefined) return
    const width = Math.max(...budget.map(({ rule }) => rule.length))
    output.line()
    output.line(pc.bold(`Budget: ${budget.filter(({ holds }) => holds).length} of ${budget.length} rules hold.`))
    for (const one of budget) {
        const word = one.holds ? pc.green("holds ") : pc.red("broken")
        output.line(`  ${word}  ${one.rule.padEnd(width)}  ${shown(one)}`)
    }
}

function changeOf({ changeShare, beyondNoise }: Baseline["figures"][number]): string {
    if (changeShare === null) return "-"
    const change = `${changeShare < 0 ? "-" : "+"}${percent(Math.abs(changeShare))}`
    return beyondNoise === false ? `${change}, chance` : change
}

export function printBaseline(output: Output, baseline: Baseline | undefined): void {
    if (baseline === undefined) return
    const { file, createdAt, origin, figures } = baseline
    output.line()
    output.line(
        pc.bold(
            `Compared with ${file}, ${origin === "estimated" ? "an estimate" : "measured"}, of ${createdAt.slice(0, 10)}:`,
        ),
    )
    if (figures.length === 0) {
        output.line("Nothing that both runs know.")
        return
    }
    const rows = figures.map((one) => {
        const words = one.unit === "uA" ? current : (millijoules: number) => energy(1000 * millijoules)
        return [one.figure, words(one.before), words(one.now), changeOf(one)]
    })
    output.line(tableText({ head: ["figure", "before", "now", "change"], rows }))
    if (figures.some(({ beyondNoise }) => beyondNoise === false)) {
        output.line(pc.dim("chance: no more than the wakes of both runs differ among themselves"))
    }
}

/** Throws `over-budget` with the first rule that is broken. */
export function holdBudget(budget: readonly BudgetRule[] | undefined): void {
    const broken = budget?.filter(({ holds }) => !holds) ?? []
    const [first] = broken
    if (first === undefined) return
    const more = broken.length > 1 ? `; ${broken.length - 1} more` : ""
    throw new WarmhelloError("over-budget", `over budget: ${first.rule}, and it is ${shown(first)}${more}`)
}
