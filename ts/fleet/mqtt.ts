// The way in by MQTT. A report is acknowledged once it is kept, and the broker keeps the session of this client, so that
// what comes while it is away or down is delivered after.
import type { Duplex } from "node:stream"
import mqtt, { type IClientOptions, type MqttClient } from "mqtt"
import { generate, type IPublishPacket } from "mqtt-packet"
import { WarmhelloError } from "../base/errors.js"
import type { Intake } from "./intake.js"
import type { Pattern } from "./pattern.js"

export interface BrokerOptions {
    url: URL
    username?: string | undefined
    password?: string | undefined
    ca?: Buffer | undefined
    certificate?: Buffer | undefined
    key?: Buffer | undefined
}

export interface MqttOptions extends BrokerOptions {
    topic: Pattern
    /** The session's name at the broker; without it nothing is kept there for this client. */
    clientId: string | undefined
    onState: (state: "connected" | "away", why?: string) => void
}

const RETRY_MS = 1000
const PROTOCOLS = ["mqtt:", "mqtts:", "ws:", "wss:"]
/** RFC-like words of MQTT 3.1.1, 3.2.2.3: an identifier, a name or a password that will not be better next time. */
const REFUSED_FOR_GOOD = new Set([1, 2, 4, 5])

/** Throws `bad-option`. */
export function brokerUrl(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url !== undefined && PROTOCOLS.includes(url.protocol) && url.hostname !== "") return url
    throw new WarmhelloError("bad-option", "A broker is mqtt://host:port, or mqtts://, ws:// or wss://")
}

export function connectionTo({ url, username, password, ca, certificate, key }: BrokerOptions): IClientOptions {
    return {
        reconnectPeriod: RETRY_MS,
        ...((username ?? url.username) === "" ? {} : { username: username ?? decodeURIComponent(url.username) }),
        ...((password ?? url.password) === "" ? {} : { password: password ?? decodeURIComponent(url.password) }),
        ...(ca === undefined ? {} : { ca }),
        ...(certificate === undefined ? {} : { cert: certificate }),
        ...(key === undefined ? {} : { key }),
    }
}

type BrokerError = Error & { code?: number | string; reason?: string }

/** Node's words for a certificate that does not check out, and OpenSSL's for a handshake that either side ends. */
const UNTRUSTED = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_)/

/** OpenSSL's own message has the file and the line of its source. */
export const whyOf = ({ reason, message, code }: BrokerError): string =>
    (reason ?? message).replace(/[\s:]+$/, "") || String(code)

/** The broker's address without user name and password. */
export const plainUrl = ({ protocol, host }: URL): string => `${protocol}//${host}`

export class MqttIntake implements AsyncDisposable {
    readonly #client: MqttClient
    readonly #intake: Intake
    readonly #topic: Pattern
    /** Rejects when the broker will never let this client in. */
    readonly failed: Promise<never>

    constructor(intake: Intake, options: MqttOptions) {
        this.#intake = intake
        this.#topic = options.topic
        this.#client = mqtt.connect(plainUrl(options.url) + options.url.pathname, {
            ...connectionTo(options),
            clean: options.clientId === undefined,
            ...(options.clientId === undefined ? {} : { clientId: options.clientId }),
            resubscribe: false,
        })
        this.#client.handleMessage = (packet, next) => this.#handle(packet as IPublishPacket, next)
        this.failed = new Promise((_, failed) => this.#follow(options, failed))
        this.failed.catch(() => {}) // whoever waits hears of it
    }

    #follow({ url, topic, onState }: MqttOptions, failed: (error: WarmhelloError) => void): void {
        const where = plainUrl(url)
        const client = this.#client
        let lastWhy: string | undefined
        let hasBeenIn = false
        let forGood: WarmhelloError | undefined
        client.on("connect", () => {
            hasBeenIn = true
            client.subscribe(topic.filter, { qos: 1 }, (error, granted) => {
                if (error === null && granted?.every(({ qos }) => qos < 128)) onState("connected")
                else if (client.connected) failed(refused(where, `it lets nobody subscribe to ${topic.filter} here`))
            })
        })
        client.on("error", (error: BrokerError) => {
            lastWhy = whyOf(error)
            const { code } = error
            if (typeof code === "number" && REFUSED_FOR_GOOD.has(code)) failed(refused(where, lastWhy))
            // A certificate that was good before will be renewed; one that never was is a wrong setting.
            else if (!hasBeenIn && UNTRUSTED.test(String(code))) forGood = untrusted(where, lastWhy)
        })
        client.on("close", () => {
            if (forGood !== undefined) return failed(forGood) // from here on mqtt.js can be ended
            onState("away", lastWhy)
            lastWhy = undefined
        })
    }

    /** mqtt.js acknowledges when `next` is called without an error, one message after the other. Here many are on their
     * way to the disk together, so the acknowledgement is written when one has arrived there, on the same connection. */
    #handle(packet: IPublishPacket, next: (error?: Error) => void): void {
        const stream = this.#client.stream
        const acknowledge = packet.qos === 0 ? () => {} : () => this.#acknowledge(stream, packet.messageId)
        const place = this.#topic.match(packet.topic)
        const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload
        // What is no report is not wanted again either.
        if (place === undefined || packet.retain || this.#intake.message(payload, place, acknowledge, packet))
            acknowledge()
        const goOn = () => next(packet.qos === 0 ? undefined : LATER)
        void this.#intake.store.room().then(goOn)
    }

    #acknowledge(stream: Duplex, messageId: number | undefined): void {
        if (messageId === undefined || stream !== this.#client.stream || stream.destroyed) return
        stream.write(generate({ cmd: "puback", messageId }))
    }

    async [Symbol.asyncDispose](): Promise<void> {
        this.#client.removeAllListeners("close") // that is no news
        if (this.#client.connected) await this.#client.endAsync(true)
        else this.#client.end(true) // its stream may be over already, and mqtt.js would wait for the end of it
    }
}

/** Tells mqtt.js to acknowledge nothing itself. */
const LATER = new Error("acknowledged when it is kept")

const untrusted = (where: string, why: string): WarmhelloError =>
    new WarmhelloError("broker-untrusted", `TLS with ${where} fails: ${why}`)

const refused = (where: string, why: string): WarmhelloError =>
    new WarmhelloError("broker-refused", `the broker ${where} refuses: ${why}`)
