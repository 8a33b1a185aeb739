// `npm pack` runs this first: what the package holds beyond the checkout's own files is put into build/package, and what
// would be missing ends it. The core's C sources go as they are, for the user's compiler (ts/core/native-files.ts).
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { checkoutPath } from "../../ts/base/paths.js"
import { argumentsOf, nativeLibraries } from "../../ts/core/native-files.js"
import { responseFile } from "./compiler-arguments.js"
import { calls, copyWolfssl, espressifSources, isBelow, nativeSources, output, ROOT, wolfssl } from "./sources.js"

const PACKAGE = "build/package"

/** Where a file or folder of the build is in the package. */
function packed(path: string): string {
    if (path === wolfssl || isBelow(path, wolfssl)) return join(PACKAGE, "wolfssl", relative(wolfssl, path))
    if (isBelow(path, ROOT)) return relative(ROOT, path)
    throw new Error(`${path} is not packed`)
}

/** What a checkout's build still has of sources that are gone. */
function removeStale(): void {
    for (const entry of readdirSync(checkoutPath("build/ts"), { recursive: true, encoding: "utf8" })) {
        const source = checkoutPath(join("ts", entry.replace(/\.(?:js|d\.ts|js\.map)$/, ".ts")))
        if (!existsSync(source)) rmSync(checkoutPath(join("build/ts", entry)), { recursive: true, force: true })
    }
}

/** What npm would pack, against what is known to be needed: it leaves out what is not there without a word. */
function checkContents(needed: string[]): void {
    const [listed]: { files: { path: string }[] }[] = JSON.parse(
        output("npm", "pack", "--dry-run", "--json", "--ignore-scripts"),
    )
    const files = new Set(listed?.files.map(({ path }) => path))
    const missing = needed.filter((path) => !files.has(path))
    if (missing.length > 0) throw new Error(`the package would lack ${missing.join(", ")}`)
}

const compiled = readdirSync(checkoutPath("ts"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !/^(?:report|fleet)\/page\//.test(path))
    .map((path) => `build/ts/${path.replace(/\.ts$/, ".js")}`)

rmSync(checkoutPath(PACKAGE), { recursive: true, force: true })
mkdirSync(checkoutPath(PACKAGE), { recursive: true })
removeStale()
const sources = [...nativeSources(), ...espressifSources()]
copyWolfssl(sources, checkoutPath(join(PACKAGE, "wolfssl")))
for (const { library, call } of calls) writeFileSync(checkoutPath(argumentsOf(library)), responseFile(call, packed))
checkContents([
    ...compiled,
    ...sources.map(packed),
    ...nativeLibraries.map(argumentsOf),
    ...["build/report/page.js", "build/fleet/page.js", "docs/fleet-dashboard.json", "ts/report/page/style.css"],
    ...["ts/measure/jls.py", "devs/services/tls-session.md"],
])
