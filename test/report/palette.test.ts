// The phases' colours: for people who see red and green alike, for grey prints, and for the texts on them.
import { expect, test } from "vitest"
import { phaseWords } from "#warmhello/run/wake-line.js"
import { contrast, labelOn, phaseColours } from "../../ts/report/page/palette.js"

test("black on white has the contrast that WCAG names", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5)
})

test.each(phaseWords)("a text on the colour of %s can be read", (phase) => {
    expect(contrast(phaseColours[phase], labelOn(phaseColours[phase]))).toBeGreaterThan(4.5)
})

test("neighbours in a wake differ in brightness, so that grey is enough", () => {
    for (const [index, phase] of phaseWords.entries()) {
        const next = phaseWords[index + 1]
        if (next === undefined) continue
        expect(contrast(phaseColours[phase], phaseColours[next]), `${phase} and ${next}`).toBeGreaterThan(1.25)
    }
})
