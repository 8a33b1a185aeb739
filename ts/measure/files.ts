// A file that is either the old one or the new one, never half of it.
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { WarmhelloError } from "../errors.js"

/** Told before anything is measured rather than after the first wake. */
export function checkFolder(path: string): void {
    const folder = dirname(path)
    if (!existsSync(folder)) throw new WarmhelloError("file-unwritable", `cannot write ${path}: there is no ${folder}`)
}

export function writeWhole(path: string, text: string): void {
    const part = `${path}.part`
    try {
        // A device or a pipe is not to be replaced.
        if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
            writeFileSync(path, text)
            return
        }
        writeFileSync(part, text)
        renameSync(part, path)
    } catch (cause) {
        rmSync(part, { force: true })
        throw new WarmhelloError("file-unwritable", `cannot write ${path}: ${(cause as Error).message}`, { cause })
    }
}
