// Warnings for the terminal, each with its advice.
import pc from "picocolors"
import type { RunWarning } from "../run/run.js"

/** Several warnings of one kind, each about a wake, are one line. */
export function warningLines(warnings: readonly RunWarning[]): string[] {
    return [...grouped(warnings).values()].flatMap((same) => {
        const [first] = same
        if (first === undefined) return []
        const where = first.wake === undefined ? "" : `wake ${first.wake}: `
        const more = same.length > 1 ? ` (and ${same.length - 1} more)` : ""
        return [`${pc.yellow("warning:")} ${where}${first.message}${more}`, `  ${pc.dim(first.advice)}`]
    })
}

function grouped(warnings: readonly RunWarning[]): Map<string, RunWarning[]> {
    const groups = new Map<string, RunWarning[]>()
    for (const one of warnings) groups.set(one.code, [...(groups.get(one.code) ?? []), one])
    return groups
}
