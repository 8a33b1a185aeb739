// The public headers in C++, as an Arduino sketch or a component of ESP-IDF may include them.
import { spawnSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { pathOf } from "#dev/servers/program.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { skipped } from "../support/needs.js"
import { temporaryFolder } from "../support/temporary-folder.js"

const COMPILER = "c++"
const why = pathOf(COMPILER) === undefined ? skipped(`there is no ${COMPILER}; Debian's g++ has it`) : undefined

const rooms = ["core", "service", "wake", "provision", "port/host", "port/esp32"]
const folders = rooms.map((room) => checkoutPath(`firmware/${room}/include`))
/** The functions for Node are no header for people. */
const headers = folders.flatMap((folder) =>
    readdirSync(join(folder, "warmhello")).filter((name) => name.endsWith(".h") && !name.startsWith("ffi")),
)
const flags = ["-std=c++17", "-Wall", "-Wextra", "-Werror", ...folders.map((folder) => `-I${folder}`), "-x", "c++"]
const folder = temporaryFolder()

/** What the compiler says of a program, and the names that it leaves to the linker. */
function compile(program: string): { said: string; wanted: string } {
    const object = join(folder, "program.o")
    const { stderr, status } = spawnSync(COMPILER, [...flags, "-c", "-o", object, "-"], {
        input: program,
        encoding: "utf8",
    })
    const wanted = status === 0 ? spawnSync("nm", ["-u", object], { encoding: "utf8" }).stdout : ""
    return { said: stderr, wanted }
}

describe.skipIf(why !== undefined)("in C++", () => {
    test.each(headers)("%s compiles without a warning", (header) => {
        expect(compile(`#include "warmhello/${header}"\n`).said).toBe("")
    })

    test("what a sketch calls is C's", () => {
        const { said, wanted } = compile(`#include "warmhello/warmhello.h"
            size_t reading(wh_connect *connect, const uint8_t *bytes, size_t size);
            size_t reading(wh_connect *connect, const uint8_t *bytes, size_t size)
            {
                return static_cast<size_t>(wh_connect_write(connect, bytes, size));
            }`)
        expect(said).toBe("")
        expect(wanted).toMatch(/ wh_connect_write$/m)
    })
})
