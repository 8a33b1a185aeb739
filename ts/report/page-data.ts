// What the report's page is given: runs as they are, their samples packed. Shared by Node, which writes it,
// and the browser, which reads it, so there are only types and plain functions in here.

import type { Phase } from "../run/phases-and-causes.js"
import type { Run } from "../run/run.js"
import type { StormResult } from "../run/storm.js"

/** Arrays of 32-bit floats, little-endian, in base64: a million numbers in 5 MB. */
export interface PackedSamples {
    blockMs: number
    startS: number
    meanUa: string
    minUa: string
    maxUa: string
}

export interface PageRun {
    /** The file's name, for people. */
    name: string
    run: Omit<Run, "samples">
    samples: PackedSamples | null
}

export interface PageStorm {
    name: string
    storm: StormResult
}

export interface PageData {
    runs: PageRun[]
    storms: PageStorm[]
    phases: { phase: Phase; meaning: string }[]
    createdAt: string
}
