// The version of this program.
import { readFileSync } from "node:fs"
import { checkoutPath } from "../base/paths.js"

export function packageVersion(): string {
    return JSON.parse(readFileSync(checkoutPath("package.json"), "utf8")).version
}
