// A case of the scripted peer: what its process is told.
import type { CaseOf } from "../case.js"

/** As JSON, one line on the process's standard input: {"case": name, "script": script}. */
export type Script = Record<string, unknown>

export interface PeerCase extends CaseOf<"peer"> {
    script: Script
}
