// An app that uses its socket at the wrong moments gets an answer each time.
import { expect, test } from "vitest"
import { resultsOf, runApp } from "./support/simulate.js"

test("writing before it opens waits, after it closed throws, and of two sockets the second works", async () => {
    const { lines, wakes, error } = await runApp("misuses-sockets", { cycles: 2, minVersion: "1.3" })
    expect(error).toBeUndefined()
    const seen = [
        "written before it was open: HTTP/1.1 204",
        "closed: socket tls://warmhello.test:443: old socket used",
        "first: socket tls://warmhello.test:443: old socket used",
        "second: HTTP/1.1 204",
    ]
    expect(lines.map(({ text }) => text)).toEqual([...seen, ...seen])
    // A connection that is closed at once may not have its ticket yet, so either is right for the last of the four.
    expect(resultsOf(wakes)).not.toContain("failed")
    expect(wakes.map(({ connects }) => connects)).toEqual([4, 4])
})
