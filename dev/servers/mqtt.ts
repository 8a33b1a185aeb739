// The three packets of MQTT 3.1.1 that a reading takes, by hand.
import type { Exchange } from "./exchange.js"

const CONNECT = 0x10
const PUBLISH_QOS1 = 0x32
const DISCONNECT = 0xe0
/** Bytes of a CONNACK and of a PUBACK. */
const ACKNOWLEDGEMENT_SIZE = 4

const text = (value: string): Buffer => {
    const bytes = Buffer.from(value)
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}

/** The remaining length fits one byte up to 127 (MQTT 3.1.1 2.2.3). */
function packet(type: number, ...parts: Buffer[]): Buffer {
    const body = Buffer.concat(parts)
    if (body.length > 127) throw new Error("too long for this test's MQTT")
    return Buffer.concat([Buffer.from([type, body.length]), body])
}

/** Connects, publishes one message with QoS 1, waits until the broker has it, and takes leave. */
export function publishOnce(topic: string, payload: string): Exchange {
    const cleanSession = Buffer.from([4, 2, 0, 60]) // protocol level, flags, keep-alive of 60 s
    const packetId = Buffer.from([0, 1])
    return [
        {
            send: packet(CONNECT, text("MQTT"), cleanSession, text("warmhello-test")),
            until: ACKNOWLEDGEMENT_SIZE,
        },
        {
            send: packet(PUBLISH_QOS1, text(topic), packetId, Buffer.from(payload)),
            until: 2 * ACKNOWLEDGEMENT_SIZE,
        },
        { send: packet(DISCONNECT), until: 0 },
    ]
}

/** What the broker answers to that when all went well: CONNACK accepted, PUBACK for packet 1. */
export const acknowledged = Buffer.from([0x20, 2, 0, 0, 0x40, 2, 0, 1])
