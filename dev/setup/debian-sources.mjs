// @ts-check
// Sources of C libraries that no registry of packages has but Debian's: as debian-sources.json pins them, from where this
// system's packages come. Nothing is changed in the system: the lists are fetched into a folder of their own.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { SetupError } from "./problem.mjs"
import { inPath, perform, root } from "./shell.mjs"

/** @typedef {{name: string, title: string, package: string, version: string, archive: string, sha256: string, folder: string}} Source */

/** @returns {Source[]} */
export const debianSources = () => JSON.parse(readFileSync(join(root, "test/mcu/peers/debian-sources.json"), "utf8"))

/** Where the library is. @param {Source} source */
export const sourceFolder = ({ name, version }) => join(root, "build", `${name}-${version}`)

const APT = "/etc/apt"

/** What the system's lists name, as sources instead of packages; both of apt's formats. */
function sourceLists() {
    const parts = join(APT, "sources.list.d")
    const files = [
        join(APT, "sources.list"),
        ...(existsSync(parts) ? readdirSync(parts) : []).map((name) => join(parts, name)),
    ].filter((file) => /\.(list|sources)$/.test(file) && existsSync(file))
    return files.map((file) => ({
        name: basename(file),
        text: readFileSync(file, "utf8")
            .replace(/^Types:.*$/gm, "Types: deb-src")
            .replace(/^deb(-src)?(?=\s)/gm, "deb-src"),
    }))
}

/** @param {Source} source */
export async function fetchDebianSource(source) {
    if (!inPath("apt-get"))
        throw new SetupError(`${source.title} comes as a source package of Debian: there is no apt-get`)
    const work = join(root, "build/debian-source")
    rmSync(work, { recursive: true, force: true })
    for (const folder of ["parts", "lists/partial", "cache/archives/partial"]) {
        mkdirSync(join(work, folder), { recursive: true })
    }
    for (const { name, text } of sourceLists()) writeFileSync(join(work, "parts", name), text)
    const options = {
        ...{ "Dir::Etc::SourceList": "/dev/null", "Dir::Etc::SourceParts": join(work, "parts") },
        ...{ "Dir::State::Lists": join(work, "lists"), "Dir::Cache": join(work, "cache") },
        "APT::Sandbox::User": "root", // or apt would want the folder to belong to its own user
    }
    const apt = ["apt-get", "-qq", ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`])]
    await perform([...apt, "update"], { cwd: work })
    const wanted = `${source.package}=${source.version}`
    await perform([...apt, "source", "--download-only", "--only-source", wanted], { cwd: work })
    const archive = join(work, source.archive)
    const sha256 = createHash("sha256").update(readFileSync(archive)).digest("hex")
    if (sha256 !== source.sha256) {
        throw new SetupError(`${source.archive} has the SHA-256 ${sha256}, not the one that is pinned`)
    }
    await perform(["tar", "--extract", "--file", archive, source.folder], { cwd: work })
    rmSync(sourceFolder(source), { recursive: true, force: true })
    renameSync(join(work, source.folder), sourceFolder(source))
    rmSync(work, { recursive: true, force: true })
}
