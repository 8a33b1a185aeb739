// Whether a wake tells its phases. One that does not is left out of what is said of phases, and never counts as nothing.
import type { RunWake } from "./run.js"

/** The sleep after a wake is seen without pins and log. */
export const tellsPhases = ({ phases }: Pick<RunWake, "phases">): boolean =>
    phases.some(({ phase }) => phase !== "sleep")
