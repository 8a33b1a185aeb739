// Whether a process waits for others, as the kernel sees it. Bytes on loopback wake who reads them within the sender's
// call, so one that sleeps, with all that it has said read, says no more until somebody speaks to it, on a busy machine too.
import { readdirSync, readFileSync } from "node:fs"

/** Every thread of it sleeps. True as well when it has ended. */
export function sleeps(processId: number): boolean {
    try {
        return readdirSync(`/proc/${processId}/task`).every((thread) => {
            const stat = readFileSync(`/proc/${processId}/task/${thread}/stat`, "latin1")
            return stat.charAt(stat.lastIndexOf(")") + 2) === "S"
        })
    } catch {
        return true
    }
}
