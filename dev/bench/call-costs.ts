// What a callgrind dump says about calls: how much was spent in a function and below it.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** One section of a program, as callgrind dumped it. */
export interface Section {
    instructions: number
    /** Instructions spent in all calls of a function, with all that it called itself. */
    below: (functionName: string) => number
}

function sumCalls(text: string): Map<string, number> {
    const names = new Map<string, string>() // written once, with a number, and from then on the number alone
    const costs = new Map<string, number>()
    let callee = ""
    let isCost = false
    for (const line of text.split("\n")) {
        const name = /^(c?)fn=\((\d+)\)(?: (.+))?$/.exec(line)
        if (name !== null) {
            const [, prefix, number = "", written = names.get(number)] = name
            names.set(number, written ?? "")
            if (prefix === "c") callee = written ?? ""
        } else if (line.startsWith("calls=")) {
            isCost = true // of the call, on the next line, behind its place
        } else if (isCost) {
            isCost = false
            costs.set(callee, (costs.get(callee) ?? 0) + Number(line.split(" ")[1] ?? 0))
        }
    }
    return costs
}

/** Sections by label, from the files that callgrind left. */
export function readSections(folder: string): Map<string, Section> {
    const sections = new Map<string, Section>()
    for (const file of readdirSync(folder)) {
        const text = readFileSync(join(folder, file), "utf8")
        const label = /^desc: Trigger: Client Request: (.+)$/m.exec(text)?.[1]
        const total = /^totals: (\d+)$/m.exec(text)?.[1]
        if (label === undefined || total === undefined) continue
        const costs = sumCalls(text)
        sections.set(label, { instructions: Number(total), below: (name) => costs.get(name) ?? 0 })
    }
    return sections
}
