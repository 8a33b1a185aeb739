// JSON that comes from outside, and what is wrong with it.
import type { z } from "zod"
import { type ErrorCode, WarmhelloError } from "./errors.js"
import { readFile } from "./files.js"

/** Undefined for what is none. */
export function jsonOf(text: string): unknown {
    try {
        return JSON.parse(text)
    } catch {
        return undefined
    }
}

/** What a file of JSON holds. Throws `file-unreadable`, or an error of this code. */
export function readJson(path: string, code: ErrorCode): unknown {
    const text = readFile(path)
        .toString("utf8")
        .replace(/^\uFEFF/, "") // Windows' editors begin so
    try {
        return JSON.parse(text)
    } catch (cause) {
        throw new WarmhelloError(code, `${path} is not JSON: ${(cause as Error).message}`, { cause })
    }
}

/** The first problem, and where in `whole` it is. */
export function problemOf({ issues: [issue] }: z.ZodError, whole = "the file"): string {
    return `${issue?.path.join(".") || whole}: ${issue?.message}`
}
