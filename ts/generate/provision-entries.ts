// The list of what a provisioning image may hold, for TypeScript.
import { readFileSync } from "node:fs"
import { checkoutPath } from "../core/paths.js"

const SOURCE = "firmware/provision/include/warmhello/provision.def"

export function provisionEntriesModule(): string {
    const pattern = /^WH_PROVISION_ENTRY\((\d+), (\w+), (\w+), (\d+), (\d+), ([\w.]+), "([\w.]+)"\)$/gm
    const lines = [...readFileSync(checkoutPath(SOURCE), "utf8").matchAll(pattern)].map(
        ([, number, kind, presence, least, most, member, field]) =>
            `    { number: ${number}, kind: "${kind}", required: ${presence === "required"}, least: ${least}, ` +
            `most: ${most}, member: "${member}", field: "${field}" },`,
    )
    return [
        `// Generated from ${SOURCE} by \`npm run generate\`; do not edit.`,
        "",
        "/** What a provisioning image may hold, in its order. The source says what each column means. */",
        "export const entries = [",
        ...lines,
        "] as const",
        'export type EntryMember = (typeof entries)[number]["member"]',
        "",
    ].join("\n")
}
