// The days on which the product is tried: those that a device will live to see, and one that it only believes in.
const YEAR_MS = 365.25 * 24 * 60 * 60 * 1000

export interface Day {
    name: string
    /** What the clock of the machine, and so of the device, shows. */
    clockMs: number
    /** What day it is in truth: that of certificates and servers. */
    truthMs: number
}

/** Seconds since 1970 no longer fit in so many bits on the day before. */
const signed32 = Date.UTC(2038, 0, 20)
const unsigned32 = Date.UTC(2106, 1, 8)
/** Dates of certificates are written in another way since the day before (RFC 5280 4.1.2.5). */
const twoDigitYears = Date.UTC(2050, 0, 2)

export function daysFrom(todayMs: number): Day[] {
    const right = (name: string, ms: number): Day => ({ name, clockMs: ms, truthMs: ms })
    const ahead = [1, 3, 11].map((years) =>
        right(`in ${years} year${years === 1 ? "" : "s"}`, todayMs + years * YEAR_MS),
    )
    return [
        ...ahead,
        ...[right("after 2038", signed32), right("after 2049", twoDigitYears), right("after 2106", unsigned32)],
        { name: "a clock of 1970", clockMs: Date.UTC(1970, 0, 2), truthMs: todayMs },
    ]
}
