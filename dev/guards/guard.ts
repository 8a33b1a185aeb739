export type Edit = [file: string, guard: string, instead: string]

export interface Guard {
    /** As SECURITY.md says it. */
    mistake: string
    /** A file in firmware/, text that it has exactly once, and what stands there without the guard. All of these
     * together are the guard. */
    edits: Edit[]
    /** The C tests, as program and name. Each must fail. */
    tests: [program: string, name: string][]
}
