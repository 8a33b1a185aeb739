// One page that needs nothing but itself: styles, program and data are inside, and its own policy forbids it
// to ask for anything else, but for what it is allowed.
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { WarmhelloError } from "../base/errors.js"
import { checkoutPath } from "../base/paths.js"

const require = createRequire(import.meta.url)

export interface PageParts {
    title: string
    /** Style sheets, and the page's program as set-up made it: paths in the checkout. */
    style: string
    program: string
    /** The element that the program draws into. */
    root: string
    data: unknown
    /** In words, where no program may run. */
    noscript: string
    /** Whether it may ask the server that it came from. */
    asksItsServer?: boolean
}

export const escapeHtml = (text: string): string =>
    text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** JSON that no text in it can end early: there is no "<" left, and no line end that only some know. */
export const inlineJson = (value: unknown): string =>
    JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")

function part(file: string): string {
    if (existsSync(file)) return readFileSync(file, "utf8")
    throw new WarmhelloError("not-built", `${file} is missing: the report's page is not built`)
}

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

export function pageHtml({ title, style, program, root, data, noscript, asksItsServer = false }: PageParts): string {
    const styles = [require.resolve("uplot/dist/uPlot.min.css"), checkoutPath(style)].map(part).join("\n")
    const code = part(checkoutPath(program))
    const policy = [
        "default-src 'none'",
        `script-src ${hashOf(code)}`,
        `style-src ${hashOf(styles)}`,
        ...(asksItsServer ? ["connect-src 'self'"] : []),
        "base-uri 'none'",
        "form-action 'none'",
    ].join("; ")
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${styles}</style>
</head>
<body>
<noscript>${escapeHtml(noscript)}</noscript>
<main id="${root}"></main>
<script type="application/json" id="data">${inlineJson(data)}</script>
<script>${code}</script>
</body>
</html>
`
}
