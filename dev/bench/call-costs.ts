// What a callgrind dump says about calls: how much was spent in a function and below it.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** One section of a program, as callgrind dumped it. */
export interface Section {
    instructions: number
    /** Instructions spent in all calls of a function, with all that it called itself. */
    below: (functionName: string) => number
}

/** Callgrind writes a name once, with a number, and from then on the number alone. */
class Names {
    readonly #names = new Map<string, string>()

    resolve(number: string, name: string | undefined): string {
        if (name !== undefined) this.#names.set(number, name)
        return this.#names.get(number) ?? ""
    }
}

function sumCalls(text: string): Map<string, number> {
    const names = new Names()
    const costs = new Map<string, number>()
    let callee = ""
    let isCost = false
    for (const line of text.split("\n")) {
        const name = /^(c?)fn=\((\d+)\)(?: (.+))?$/.exec(line)
        if (name !== null) {
            const resolved = names.resolve(name[2] ?? "", name[3])
            if (name[1] === "c") callee = resolved
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
