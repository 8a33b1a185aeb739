// The few programs that set-up's own scripts call, for a PATH with nothing else in it.
import { existsSync } from "node:fs"
import { join } from "node:path"

const folders = (process.env.PATH ?? "").split(":")

export const WORKING_PATH = ["sh", "sleep", "cat", "grep", "cp", "rm", "chmod", "env", "mkdir", "touch"].flatMap(
    (name) => {
        const path = folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
        return path === undefined ? [] : [{ name, path }]
    },
)
