// Has the connections of a recording again, and counts.
import type { Outcome } from "../../ts/base/outcome.js"
import { Request } from "../../ts/mcu/emulator.js"
import { McuClient, type McuConnection, takePeak } from "./connection.js"
import { seededEmulator } from "./record.js"
import { clientOptions, lineOf, type Recording, type Step, sleepMsOf } from "./recording.js"

export interface Measured {
    outcome: Outcome
    /** From the making of the connection to the moment that it is open, restoring included. */
    handshakeInstructions: number
    /** Of them, those before TCP was up, which the radio does not wait for. */
    preparedInstructions: number
    /** The line, its answer, what tickets bring, and the close. */
    afterInstructions: number
    /** Making the client: reading the CA's certificate. */
    clientInstructions: number
    /** Which calls the handshake was, among all of the emulator: from the first up to, not including, the other. */
    calls: [number, number]
    heapPeakBytes: number
    stackPeakBytes: number
}

/** The client's bytes must be the recorded ones, or what is counted is another connection. */
function play(connection: McuConnection, steps: readonly Step[], where: string): void {
    for (const step of steps) {
        if ("gets" in step) {
            connection.feed(Buffer.from(step.gets, "base64"))
        } else if (connection.drain().toString("base64") !== step.sends) {
            throw new Error(`${where}: the client does not send what it sent when this was recorded`)
        }
    }
}

/** `more`: arguments for qemu. */
export function replay(recording: Recording, image: string, more: string[] = []): [Measured, Measured] {
    using emulator = seededEmulator(image, recording.seed, more)
    emulator.call(new Request("setWall").i64(recording.wallS))
    const options = clientOptions(recording, recording.ca)
    const measured = recording.connections.map(({ handshake, after }, n): Measured => {
        takePeak(emulator)
        const client = new McuClient(emulator, options)
        const firstCall = emulator.calls
        const line = lineOf(recording)
        const connection = client.open(line)
        play(connection, handshake, `${recording.name}, handshake ${n}`)
        const endCall = emulator.calls
        if (!connection.isOpen) throw new Error(`${recording.name}, ${n}: not open`)
        const handshakeInstructions = connection.instructions
        if (!connection.wroteEarly) connection.write(line)
        const lines = connection.wroteEarly ? 0 : 1
        play(connection, after.slice(0, lines), `${recording.name}, line ${n}`)
        const rest = after.slice(lines)
        play(connection, rest.slice(0, -1), `${recording.name}, answer ${n}`)
        connection.close()
        play(connection, rest.slice(-1), `${recording.name}, close ${n}`)
        const { outcome } = connection
        const afterInstructions = connection.instructions - handshakeInstructions
        connection.free()
        client.free()
        const peak = takePeak(emulator)
        emulator.sleep(sleepMsOf(recording))
        return {
            outcome,
            handshakeInstructions,
            preparedInstructions: connection.preparedInstructions,
            afterInstructions,
            clientInstructions: client.instructions,
            calls: [firstCall, endCall],
            heapPeakBytes: peak.heapBytes,
            stackPeakBytes: peak.stackBytes,
        }
    })
    const [full, resumed] = [measured[0], measured.at(-1)]
    if (full === undefined || resumed === undefined) throw new Error("a recording has two connections or more")
    return [full, resumed]
}
