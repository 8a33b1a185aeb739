import { existsSync } from "node:fs"
import { beforeAll, describe, expect, it } from "vitest"
import { benchLines, benchTables } from "#dev/bench/handshake-tables.js"
import { type BenchCase, type BenchFigures, bench } from "#dev/bench/stack-handshakes.js"
import { stacks } from "#dev/bench/stacks.js"
import { replaceSection } from "#dev/docs/pages.js"
import { pathOf } from "#dev/servers/program.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { skipped } from "../support/needs.js"
import { temporaryFolder } from "../support/temporary-folder.js"

const hasValgrind = pathOf("valgrind") !== undefined && existsSync(checkoutPath("build/bench/bench/store_costs"))
if (!hasValgrind) skipped("nothing can be counted without valgrind and its programs (npm run setup -- --tests)")

const warmhello = stacks.filter(({ debianPackage }) => debianPackage === null)

describe.skipIf(!hasValgrind)("a TLS 1.2 session ID on warmhello, counted by callgrind", () => {
    const folder = temporaryFolder()
    let full: BenchCase
    let resumed: BenchCase

    beforeAll(async () => {
        const report = await bench({ repeats: 2, stacks: warmhello, kinds: ["id"], folder })
        const [first, second] = report.cases
        if (first === undefined || second === undefined) throw new Error("there are not two cases")
        full = first
        resumed = second
    })

    it("takes less than a fifth of the instructions when resumed, as the server says it is", () => {
        expect([full.result, full.serverSaysResumed]).toEqual(["full", false])
        expect([resumed.result, resumed.serverSaysResumed]).toEqual(["resumed", true])
        expect(resumed.instructions).toBeLessThan(full.instructions / 5)
    })

    it("comes to nearly the same count each time", () => {
        for (const { instructions, instructionsMin, instructionsMax } of [full, resumed]) {
            expect(instructionsMax - instructionsMin).toBeLessThan(instructions / 20)
        }
    })

    it("saves a flight, received bytes, heap and stack", () => {
        expect([full.flights, resumed.flights]).toEqual([4, 3])
        expect(resumed.bytesRx).toBeLessThan(full.bytesRx / 2)
        expect(resumed.heapPeakBytes).toBeLessThan(full.heapPeakBytes)
        expect(resumed.stackPeakBytes).toBeLessThan(full.stackPeakBytes)
    })
})

const sample: BenchCase = {
    ...{ name: "warmhello-id-full", stack: "warmhello", version: "1", build: "-O2", protocol: "TLS1.2", kind: "id" },
    ...{ result: "full", cipher: "TLS_X", group: "x25519", runs: 3, instructions: 50_000_000 },
    ...{ instructionsMin: 49_000_000, instructionsMax: 51_000_000, setUpInstructions: 150_000 },
    ...{ bytesTx: 240, bytesRx: 700, flights: 4, heapPeakBytes: 14_000, heapBeforeBytes: 1800 },
    ...{ callerBytes: 4300, stackPeakBytes: 5500, serverSaysResumed: false },
}
const report: BenchFigures = {
    cases: [sample, { ...sample, name: "warmhello-id-resumed", result: "resumed", group: null, instructions: 500_000 }],
    notOffered: [{ stack: "BearSSL", kind: "psk", why: "it has no TLS 1.3" }],
    repeats: 3,
    environment: { cpu: "x64", valgrind: "valgrind-3", compiler: "GNU", server: "Node" },
}

describe("the tables of the bench", () => {
    const [[, instructions] = []] = benchTables(report)

    it("set full beside resumed, with their ratio", () => {
        expect(instructions?.rows[0]).toEqual(
            expect.arrayContaining(["TLS 1.2 session ID", "warmhello", "50.0", "0.50", "1.0 %", "0.15"]),
        )
    })

    it("say what a stack does not offer, and why", () => {
        expect(instructions?.rows[1]?.slice(0, 3)).toEqual(["TLS 1.3 ticket (psk_dhe)", "BearSSL", "not offered"])
        expect(benchLines(report)).toContain("Not offered: BearSSL, TLS 1.3 ticket (psk_dhe): it has no TLS 1.3")
    })

    it("have a cell for each column", () => {
        for (const [, { head, rows }] of benchTables(report)) {
            for (const row of rows) expect(row).toHaveLength(head.length)
        }
    })

    it("replace only what is between the markers of the page", () => {
        const page = [
            "before",
            "<!-- npm run bench -- --write: begin -->",
            "old",
            "<!-- npm run bench -- --write: end -->",
            "after",
            "<!-- npm run bench:store -- --write: begin -->",
            "another's",
            "<!-- npm run bench:store -- --write: end -->",
        ].join("\n")
        const replaced = replaceSection(page, "new", "npm run bench")
        expect(replaced).toMatch(/^before\n.*\nnew\n.*\nafter\n.*\nanother's\n.*$/s)
        expect(replaced).not.toContain("old")
        expect(replaceSection("a page without markers", "new", "npm run bench")).toBeUndefined()
    })
})
