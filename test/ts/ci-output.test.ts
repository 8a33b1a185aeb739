import { expect, test } from "vitest"
import { tellingLines } from "../../dev/ci/telling-lines.mjs"

const chatter = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}`)

test("of a failed stage each failure is named again, though much was printed after it", () => {
    const output = [
        ...chatter(100),
        "\u001b[31m FAIL \u001b[39m test/ts/files.test.ts > a full disk is an error",
        "[  FAILED  ] resumes_after_sleep",
        "firmware/core/src/pem.c:12:3: runtime error: index 9 out of bounds",
        ...chatter(200),
        "the end",
    ].join("\n")
    const lines = tellingLines(output).split("\n")
    expect(lines.slice(0, 3)).toEqual([
        " FAIL  test/ts/files.test.ts > a full disk is an error",
        "[  FAILED  ] resumes_after_sleep",
        "firmware/core/src/pem.c:12:3: runtime error: index 9 out of bounds",
    ])
    expect(lines.at(-1)).toBe("the end")
    expect(lines.length).toBeLessThan(100)
})

test("a short output is told whole", () => {
    expect(tellingLines("one\ntwo\n")).toBe("one\ntwo")
})
