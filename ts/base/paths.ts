import { join, resolve } from "node:path"

const root = resolve(import.meta.dirname, "../../..")

/** A file of this checkout, by its path from the top. The compiled program runs in build/ts. */
export function checkoutPath(relative: string): string {
    return join(root, relative)
}
