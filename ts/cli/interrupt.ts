// Ctrl-C ends most commands at once; one that has something to keep asks for the time to keep it.
let held = false

/** From here on Ctrl-C only aborts the signal. Pressed again, it ends the process all the same. */
export function holdInterrupt(): void {
    held = true
}

export const isInterruptHeld = (): boolean => held
