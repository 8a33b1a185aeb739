import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { keyRows, supportedAsMarkdown } from "./key-rows.js"
import { table } from "./table.js"

table("keys", keyRows)

test("docs/TRUST.md names the keys and signatures that are supported", () => {
    expect(readFileSync("docs/TRUST.md", "utf8")).toContain(supportedAsMarkdown())
})
