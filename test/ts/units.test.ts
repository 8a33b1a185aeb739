// How figures are written for people.
import { expect, test } from "vitest"
import { figure } from "#warmhello/run/units.js"

test.each([
    [0, "0"],
    [9.994, "9.99"],
    [9.9999, "10.0"],
    [99.96, "100"],
    [-0.09999, "-0.100"],
    [1234.5, "1235"],
    [0.012345, "0.0123"],
])("%d has three figures, those that rounding makes longer included: %s", (value, text) => {
    expect(figure(value)).toBe(text)
})
