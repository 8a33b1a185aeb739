// A time server over UDP on this machine, that may misbehave.
import dgram from "node:dgram"
import { once } from "node:events"
import type { AddressInfo } from "node:net"

/** From 1900 to 1970, in seconds. */
const TO_UNIX_S = 2_208_988_800

export interface NtpServer extends Disposable {
    port: number
    /** Seconds since 1970 that it tells, instead of the time. */
    timeS: number | undefined
    /** What it sends, one after the other, instead of its answer. Default: the answer. */
    sends: (answer: Buffer, question: Buffer) => Buffer[]
    /** How long it thinks, in milliseconds. */
    delayMs: number
    questions: Buffer[]
}

function answerTo(question: Buffer, timeS: number): Buffer {
    const answer = Buffer.alloc(48)
    answer.writeUInt8((4 << 3) | 4, 0)
    answer.writeUInt8(2, 1)
    question.copy(answer, 24, 40, 48)
    answer.writeUInt32BE((Math.floor(timeS) + TO_UNIX_S) % 2 ** 32, 40)
    return answer
}

export async function startNtp(): Promise<NtpServer> {
    const socket = dgram.createSocket("udp4")
    socket.bind(0, "127.0.0.1")
    await once(socket, "listening")
    const timers = new Set<NodeJS.Timeout>()
    const server: NtpServer = {
        port: (socket.address() as AddressInfo).port,
        timeS: undefined,
        sends: (answer) => [answer],
        delayMs: 0,
        questions: [],
        [Symbol.dispose]: () => {
            for (const timer of timers) clearTimeout(timer)
            socket.close()
        },
    }
    socket.on("message", (question, from) => {
        server.questions.push(question)
        const answer = () => {
            const proper = answerTo(question, server.timeS ?? Date.now() / 1000)
            for (const packet of server.sends(proper, question)) socket.send(packet, from.port, from.address)
        }
        timers.add(setTimeout(answer, server.delayMs))
    })
    return server
}
