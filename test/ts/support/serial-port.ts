// A serial port with a board at its other end, made by Python's pseudo-terminals.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { checkoutPath } from "#warmhello/base/paths.js"

export interface TestPort {
    /** The board prints this. */
    says(text: string): void
    /** The cable is pulled out. */
    unplug(): Promise<void>
}

/** Plugs a board in as the port `path`. */
export async function plugIn(path: string): Promise<TestPort> {
    const child = spawn("python3", [checkoutPath("test/support/serial_port.py"), path], {
        stdio: ["pipe", "pipe", "inherit"],
    })
    const ended = once(child, "close")
    await Promise.race([once(child.stdout, "data"), ended])
    if (child.exitCode !== null) throw new Error(`there is no pseudo-terminal: ${child.exitCode}`)
    return {
        says: (text) => void child.stdin.write(text),
        unplug: async () => {
            child.stdin.end()
            await ended
        },
    }
}
