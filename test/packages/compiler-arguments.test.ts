// How the steps of CMake's build become the one call that an installed package makes.
import { describe, expect, test } from "vitest"
import { filesBehind, oneCall, responseFile } from "#dev/pack/compiler-arguments.js"

const step = (flags: string, source: string) => `/usr/bin/cc ${flags} -MD -MT a.o -MF a.o.d -o a.o -c ${source}`
const LINK =
    ": && /usr/bin/cc -fPIC -shared -Wl,-soname,x.so -o x.so a.o -Wl,-Bsymbolic -Wl,--whole-archive b.a -ldl && :"

describe("one call of the compiler", () => {
    test("has what all steps have, and names every source", () => {
        const call = oneCall([
            step("-DA=1 -Dx_EXPORTS -I/in/one -O2 -g -Wall -std=gnu11", "/in/one/a.c"),
            step("-isystem /in/two -O2 -w -std=gnu11 -fdata-sections -fno-lto", "/in/two/b.c"),
            ": && cmake -E rm -f b.a && ar qc b.a b.o && :",
            LINK,
        ])
        expect(responseFile(call, (path) => path.replace("/in/", ""))).toBe(
            [
                ...["-shared", "-w", "-O2", "-std=gnu11", "-DA=1", "-I one", "-isystem two", "one/a.c", "two/b.c"],
                ...["-Wl,-Bsymbolic", "-ldl", ""],
            ].join("\n"),
        )
    })

    test.each([
        ["different flags", "-O2", "-O3", /different flags: -O2; -O3/],
        ["one definition with two values", "-DA=1", "-DA=2", /-DA is defined in two ways/],
        ["a path that a response file would break", "-O2", '"-I/a b"', /space or a quote/],
    ])("does not come of %s", (_, one, other, message) => {
        expect(() => oneCall([step(one, "a.c"), step(other, "b.c"), LINK])).toThrow(message)
    })
})

test("a checkout in a folder with a blank is told why it cannot be packed", () => {
    expect(() => oneCall([step("-O2", '"/my work/a.c"'), LINK])).toThrow(/space or a quote/)
})

test("of the files of a whole build those of some sources are found", () => {
    const deps = "a.o: #deps 2, deps mtime 1 (VALID)\n    /a.c\n    /a.h\n\nb.o: #deps 2 (VALID)\n    /b.c\n    /b.h\n"
    expect(filesBehind(["/b.c"], deps)).toEqual(["/b.c", "/b.h"])
})
