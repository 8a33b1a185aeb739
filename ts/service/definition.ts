// The service's definition, devs/services/tls-session.md, as jacdac-ts reads it: the parser is the one
// that DeviceScript's compiler has, too.
import { readFileSync } from "node:fs"
import { parseServiceSpecificationMarkdownToJSON, serviceSpecifications } from "jacdac-ts"
import { checkoutPath } from "../base/paths.js"

export const DEFINITION = "devs/services/tls-session.md"

export function readDefinition(): string {
    return readFileSync(checkoutPath(DEFINITION), "utf8")
}

/** The specification as jacdac-ts wants it. Throws an error that names the lines at fault. */
export function parseSpecification(markdown: string): jdspec.ServiceSpec {
    const includes = Object.fromEntries(serviceSpecifications().map((spec) => [spec.shortId, spec]))
    const spec = parseServiceSpecificationMarkdownToJSON(markdown, includes, DEFINITION)
    if (spec.errors !== undefined && spec.errors.length > 0) {
        throw new Error(spec.errors.map(({ file, line, message }) => `${file}:${line}: ${message}`).join("\n"))
    }
    return spec
}
