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

/** Whether bytes wait in the kernel, at either end, of a TCP connection over IPv4 with one of these ports. */
export function isUnderWay(ports: readonly (number | undefined)[]): boolean {
    const words = ports.map((port) => `:${(port ?? 0).toString(16).toUpperCase().padStart(4, "0")} `)
    const sockets = readFileSync("/proc/net/tcp", "latin1").split("\n")
    return sockets.some((line) => words.some((word) => line.includes(word)) && !line.includes(" 00000000:00000000 "))
}
