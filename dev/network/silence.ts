// Moves the device's clock on where it would wait for what never comes.
import { openPorts, skipWait } from "../../ts/core/waiting.js"

/** How often to look. */
const WATCH_MS = 10

/** As long as nothing more can come on any TCP connection that the device has open, its clock moves on to the next moment
 * that it waits for. `isMute`: nothing more comes on the connection from this port, and nothing says so. `onSkip`: by how
 * much the clock has moved on, in milliseconds. */
export function watchSilence(
    isMute: (clientPort: number) => boolean,
    onSkip: (durationMs: number) => void,
): Disposable {
    const timer = setInterval(() => {
        const ports = openPorts()
        if (ports.length > 0 && ports.every((port) => port !== undefined && isMute(port))) onSkip(skipWait())
    }, WATCH_MS)
    return { [Symbol.dispose]: () => clearInterval(timer) }
}
