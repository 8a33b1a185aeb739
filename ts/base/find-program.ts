// Where PATH has another program.
import { accessSync, constants, statSync } from "node:fs"
import { delimiter, resolve } from "node:path"

function isProgram(path: string): boolean {
    try {
        accessSync(path, constants.X_OK)
        return statSync(path).isFile()
    } catch {
        return false
    }
}

/** The path of the first of these names that PATH has; undefined if it has none. */
export function findInPath(...names: string[]): string | undefined {
    const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "")
    return names.flatMap((name) => folders.map((folder) => resolve(folder, name))).find(isProgram)
}
