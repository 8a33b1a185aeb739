// The version, whose one source is package.json, where others look for it.
import { readFileSync } from "node:fs"
import { checkoutPath } from "../../ts/base/paths.js"
import { packageVersion } from "../../ts/cli/version.js"

/** Where it stands in each of the files, once. */
const places: [file: string, version: RegExp][] = [
    ["devs/package.json", /(?<="version": ")[^"]+/g],
    ["devs/README.md", /(?<=devicescript-warmhello-)\d.*(?=\.tgz)/g],
    ["firmware/core/include/warmhello/version.h", /(?<=#define WH_VERSION_STRING ")[^"]+/g],
    ["firmware/idf_component.yml", /(?<=^version: ")[^"]+/gm],
    ["firmware/library.json", /(?<="version": ")[^"]+/g],
]

/** The files as they should be. */
export function filesWithVersion(): [path: string, contents: string][] {
    return places.map(([file, version]) => {
        const contents = readFileSync(checkoutPath(file), "utf8")
        if (contents.match(version)?.length !== 1) throw new Error(`${file} does not have one version`)
        return [file, contents.replace(version, packageVersion())]
    })
}
