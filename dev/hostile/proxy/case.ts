// A case of the proxy.
import type { CaseOf } from "../case.js"
import type { Spoil } from "./spoil.js"

export interface ProxyCase extends CaseOf<"proxy"> {
    spoils: readonly Spoil[]
    /** Which connections of the wake they happen to: the first, or each. */
    on: "first" | "each"
    /** A connection that they happen to is not what the server sent, or got, and must not open. */
    forges: boolean
}
