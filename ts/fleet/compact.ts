// The compact outcome that devices send (docs/SPEC.md).
import type { Read } from "./told.js"

export function decodeCompact(_bytes: Uint8Array): Read {
    return { refused: "not-cbor" }
}
