// A case from what is done to a connection, and what that must come to.
import type { Expectation } from "../case.js"
import type { ProxyCase } from "./case.js"
import type { Condition } from "./flows.js"
import type { Spoil } from "./spoil.js"

/** What comes of a connection to which that happens. */
export type Effect =
    /** It does not open. With a session the device tries once more, in full. */
    | "breaks"
    /** It opens as if nothing had happened, and the app gets its answer. */
    | "harmless"
    /** It opens as if nothing had happened, and may break then. */
    | "late"
    /** A stack may bear it or not. */
    | "any"

export interface Doing {
    group: string
    what: string
    effect: Effect
    spoils: readonly Spoil[]
    on?: ProxyCase["on"]
    rehearses?: boolean
    /** What the app hears of a wake that does not open. */
    errors?: ProxyCase["errors"]
    /** In the place of what the effect comes to. */
    expect?: Expectation
}

function expectationOf({ holds }: Pick<Condition, "holds">, { effect, on, expect }: Doing): Expectation {
    if (expect !== undefined) return expect
    if (effect === "any") return "any"
    if (effect === "breaks") return holds === "none" || on === "each" ? "fails" : "opens-full"
    return holds === "none" ? "opens-full" : "opens-resumed"
}

export function makeCase(condition: Pick<Condition, "title" | "holds" | "versions">, doing: Doing): ProxyCase {
    const { group, what, effect, spoils, on = "first", rehearses = false, errors } = doing
    const { title, holds, versions } = condition
    const expect = expectationOf(condition, doing)
    return {
        ...{ family: "proxy", name: `${title}: ${what}${on === "each" ? ", each time" : ""}`, group },
        ...{ holds, versions, expect, rehearses, spoils, on, ...(errors && { errors }) },
        // After a connection that breaks comes one to which nothing happens.
        getsAnswer: effect === "harmless" || (effect === "breaks" && expect !== "fails"),
        forges: effect === "breaks",
    }
}
