// What is said over TLS once it is up: as little as a server answers, since some hand out their tickets only then.
import { setTimeout as wait } from "node:timers/promises"
import type { TLSSocket } from "node:tls"
import { generate, parser } from "mqtt-packet"
import type { Target } from "./target.js"

/** What a server says of itself, such as "nginx/1.22.1". */
export interface Answer {
    software: string | undefined
    hasAnswered: boolean
}

const AGENT = "warmhello-probe"
/** A server's answer takes longer than this only where it will not come. */
const ANSWER_MS = 3000
/** A ticket that has not come by then will not; the others come right behind the first one. */
const TICKET_MS = 250
const MORE_TICKETS_MS = 40
const CLOSE_MS = 500

/** What to say; nothing where TLS is all that is known of the server. */
export const requestFor = (target: Target): string | Buffer | undefined => requests[target.language](target)

const requests: Record<Target["language"], (target: Target) => string | Buffer | undefined> = {
    https: ({ serverName }) =>
        `HEAD / HTTP/1.1\r\nHost: ${serverName}\r\nUser-Agent: ${AGENT}\r\nConnection: close\r\n\r\n`,
    mqtt: () =>
        generate({
            ...{ cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: true, keepalive: 60 },
            clientId: `${AGENT}-${Math.floor(Math.random() * 2 ** 32).toString(36)}`,
        }),
    tls: () => undefined,
}

/** Whatever error comes before it: the handshake is over, and what follows is courtesy. */
const event = (tls: TLSSocket, name: string) => new Promise<void>((done) => tls.once(name, () => done()))

/** Some servers (OpenSSL's) forget the session of a connection that was not closed properly. */
async function closeProperly(tls: TLSSocket, language: Target["language"]): Promise<void> {
    if (tls.destroyed) return
    if (language === "mqtt" && tls.writable) tls.write(generate({ cmd: "disconnect" }))
    const closed = event(tls, "close")
    tls.end()
    tls.resume()
    await Promise.race([closed, wait(CLOSE_MS, undefined, { ref: false })])
    tls.destroy()
}

/** TLS 1.3 sends them behind the handshake, some servers only behind their answer. */
async function ticketsOf(tls: TLSSocket, roundTripMs: number): Promise<void> {
    if (tls.getProtocol() !== "TLSv1.3") return
    await Promise.race([event(tls, "session"), event(tls, "close"), wait(TICKET_MS + 2 * roundTripMs)])
    await wait(MORE_TICKETS_MS)
}

/** Brokers that tell their version do so here: mosquitto does, and sends it at once. */
const VERSION_TOPIC = "$SYS/broker/version"
const VERSION_MS = 500

/** Asks a broker that has accepted the CONNECT for its version; undefined where it does not tell. */
async function brokersVersion(tls: TLSSocket, roundTripMs: number): Promise<string | undefined> {
    const packets = parser()
    const told = new Promise<string>((done) => {
        packets.on("packet", (packet) => {
            if (packet.cmd === "publish" && packet.topic === VERSION_TOPIC) done(packet.payload.toString())
        })
    })
    tls.on("data", (bytes: Buffer) => {
        if (!tls.destroyed) packets.parse(bytes)
    })
    tls.write(generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: VERSION_TOPIC, qos: 0 }] }))
    const late = wait(VERSION_MS + 2 * roundTripMs, undefined, { ref: false })
    return (await Promise.race([told, event(tls, "close"), late])) ?? undefined
}

const CONNACK = 0x20

/** A CONNACK that accepts: its return code is the fourth byte (MQTT 3.1.1, 3.2). */
const isAccepted = (answer: string): boolean => answer.charCodeAt(0) === CONNACK && answer.charCodeAt(3) === 0

/** What an answer over HTTP says of its server; Express names itself elsewhere than others. */
const softwareIn = (text: string): string | undefined =>
    /^server:\s*(.*?)\s*$/im.exec(text)?.[1] ?? /^x-powered-by:\s*(express.*?)\s*$/im.exec(text)?.[1]

/** Says it, waits for the answer and for tickets, and takes leave. A server that does not answer is not to blame: it has
 * done its handshake. `isAsked` is for what the server is. */
export async function talk(tls: TLSSocket, target: Target, roundTripMs: number, isAsked: boolean): Promise<Answer> {
    let text = ""
    tls.on("data", (bytes: Buffer) => {
        if (text.length < 65_536) text += bytes.toString("latin1")
    })
    const tickets = ticketsOf(tls, roundTripMs)
    const request = requestFor(target)
    if (request !== undefined) {
        tls.write(request)
        const answered = ["data", "end", "close"].map((name) => event(tls, name))
        await Promise.race([...answered, wait(ANSWER_MS + 2 * roundTripMs, undefined, { ref: false })])
    }
    await tickets
    const isBroker = isAsked && target.language === "mqtt" && isAccepted(text)
    const version = isBroker && !tls.destroyed ? await brokersVersion(tls, roundTripMs) : undefined
    await closeProperly(tls, target.language)
    const software = target.language === "https" ? softwareIn(text) : version
    return { software, hasAnswered: request === undefined || text !== "" }
}
