// The costs on the emulated microcontroller are exact: a change of one instruction is a change.

import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { coreTotals, imageSize } from "#dev/mcu/image.js"
import { benchMcu, type McuCase } from "#dev/mcu/mcu-handshakes.js"
import { stackImage } from "#dev/mcu/stacks.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { FIGURES, mcuStacks } from "#warmhello/energy/handshakes.js"
import { whyNoMcu, whyNoStack } from "./support.js"

const missing = whyNoMcu()

/** What no other compiler or C library can be expected to give to the last digit. */
const MAY_DIFFER = 0.01

describe.skipIf(missing !== undefined)("handshakes on the emulated microcontroller", () => {
    const expected: McuCase[] = JSON.parse(readFileSync(checkoutPath(FIGURES), "utf8"))

    test.each(mcuStacks)(
        "%s: cost what boards/emulated-handshakes.json says, to the instruction",
        { timeout: 120_000 },
        async (stack) => {
            if (stack !== "warmhello" && whyNoStack(stack) !== undefined) return
            const { cases } = await benchMcu({ stacks: [stack], withProfiles: false })
            const known = expected.filter((one) => one.stack === stack)
            for (const [n, one] of cases.entries()) {
                const before = known[n]?.instructions ?? 0
                const change = Math.abs(one.instructions - before) / before
                expect(
                    change,
                    `${one.title}, ${one.result}, ${one.build}: ${before} before, ${one.instructions} now`,
                ).toBeLessThan(MAY_DIFFER)
            }
            expect(cases, "npm run bench:mcu -- --write, and say why in the commit").toEqual(known)
        },
    )

    // 12 KB (12288) were hoped for; docs/PERFORMANCE.md says where the rest goes. Words and JSON are 3.1 kB of it.
    test("the core is no larger than it has become, and its files are all of it", () => {
        const size = imageSize(stackImage("warmhello", "size"))
        const { all, keepsSessions, ram } = coreTotals(size)
        expect(all).toBe(size.byComponent.core)
        expect(size.core.filter((one) => one.keepsSessions)).toHaveLength(17)
        expect(keepsSessions).toBeGreaterThan(4096)
        // 0.4 kB of it is the question whose slot it is, though there is one here. Suites with SHA-256 alone in a
        // first hello take 0.3 kB of all, and a fifth off a resumed TLS 1.2 handshake. A hello that waits for TCP takes
        // 0.4 kB, and half of what is left of a resumption once TCP is up. Early data, an external pre-shared key,
        // profiles, what is learned of a peer and the compact outcome have taken 5.8 kB since, a key without a CA,
        // errors of what was lost after a close and a back-off with jitter 0.6 kB.
        expect(keepsSessions).toBeLessThanOrEqual(15_480)
        expect(all).toBeLessThanOrEqual(39_880)
        expect(ram).toBeLessThanOrEqual(1024)
    })

    test("keep the aims that were reached", () => {
        const find = (name: string, build: string, result: string) =>
            expected.find(
                (one) => one.stack === "warmhello" && one.name === name && one.build === build && one.result === result,
            )
        const cost = (name: string, build: string) => find(name, build, "resumed")?.instructions
        expect(cost("tls12-id", "size")).toBeLessThan(650_000)
        expect(cost("tls12-ticket", "size")).toBeLessThan(650_000)
        expect(cost("tls12-ticket", "speed")).toBeLessThan(600_000)
        expect(cost("tls13-x25519", "size")).toBeLessThan(5_205_000) // 5.2 million, and a thousandth of it
        expect(cost("tls13-x25519", "speed")).toBeLessThan(3_900_000)
        for (const name of ["tls12-ticket", "tls13-x25519", "tls13-p256", "tls13-x25519-p384"]) {
            expect(find(name, "size", "full")?.heapPeakBytes, name).toBeLessThanOrEqual(16_384)
        }
        // 200 KB were reached, and are 20 kB away again: docs/PERFORMANCE.md says by what.
        expect(find("tls13-x25519", "size", "full")?.flashBytes).toBeLessThanOrEqual(225_800)
    })
})
