// `npm run pack:component`: the component for ESP-IDF as the component registry would have it, in build/component/warmhello,
// ready for `compote component pack`. It holds what it compiles of wolfSSL, so that it builds by itself.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { checkoutPath } from "../../ts/base/paths.js"
import { copyWolfssl, espressifSources, nativeSources, output } from "./sources.js"

const COMPONENT = checkoutPath("build/component/warmhello")

/** The manifest in the checkout goes without: the component manager of ESP-IDF 5.0 refuses the key. */
const LICENCE = "MIT AND GPL-3.0-or-later"

function copy(path: string, to: string): void {
    mkdirSync(dirname(join(COMPONENT, to)), { recursive: true })
    cpSync(checkoutPath(path), join(COMPONENT, to))
}

/** The examples ask for the component by the name of its folder. */
function renameIn(file: string): void {
    const path = join(COMPONENT, file)
    writeFileSync(path, readFileSync(path, "utf8").replace(/\bfirmware\b/, "warmhello"))
}

rmSync(COMPONENT, { recursive: true, force: true })
const files = output("git", "ls-files", "firmware")
    .trim()
    .split("\n")
    .map((path) => relative("firmware", path))
for (const file of files) copy(join("firmware", file), file)
files.filter((file) => /^examples\/\w+\/main\/(idf_component\.yml|CMakeLists\.txt)$/.test(file)).forEach(renameIn)
copy("LICENSE", "LICENSE")
copy("docs/CHANGELOG.md", "CHANGELOG.md")
const manifest = join(COMPONENT, "idf_component.yml")
writeFileSync(manifest, `license: "${LICENCE}"\n${readFileSync(manifest, "utf8")}`)
copyWolfssl([...nativeSources(), ...espressifSources()], join(COMPONENT, "wolfssl/source"))
