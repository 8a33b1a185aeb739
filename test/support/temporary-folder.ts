import { afterAll } from "vitest"
import { TemporaryFolder } from "#warmhello/base/temporary.js"

/** A folder for the tests of the file or of the group that asks for it, removed after them. */
export function temporaryFolder(): string {
    const folder = new TemporaryFolder("test")
    afterAll(() => folder[Symbol.dispose]())
    return folder.path
}
