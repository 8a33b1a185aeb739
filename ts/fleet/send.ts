// A device's side, for a simulated one: its outcome to a broker or to `warmhello fleet`, as an app would send it.
import mqtt from "mqtt"
import { WarmhelloError } from "../base/errors.js"
import { brokerUrl, connectionTo, plainUrl, whyOf } from "./mqtt.js"
import { Pattern, STANDARD_PATH, STANDARD_TOPIC } from "./pattern.js"

const PATIENCE_MS = 5000
const SIMULATED = "simulated"

export interface Sender extends AsyncDisposable {
    /** Resolves when it has been acknowledged. Throws `reports-lost`. */
    send(outcome: Uint8Array): Promise<void>
}

const lost = (where: string, cause: unknown): WarmhelloError =>
    new WarmhelloError(
        "reports-lost",
        `${where} takes no report: ${cause instanceof Error ? describe(cause) : cause}`,
        { cause },
    )

/** fetch says only that it has failed. */
const describe = (error: Error): string => whyOf(error.cause instanceof Error ? error.cause : error)

async function httpSender(url: URL): Promise<Sender> {
    const target = url.pathname === "/" ? new URL(new Pattern(STANDARD_PATH).of(SIMULATED), url) : url
    const ask = (request: RequestInit) =>
        fetch(target, { ...request, signal: AbortSignal.timeout(PATIENCE_MS) }).catch((error) => {
            throw lost(target.origin, error)
        })
    await ask({ method: "HEAD" }) // whatever it answers, somebody is there
    return {
        async send(body) {
            const headers = { "content-type": "application/cbor" }
            const response = await ask({ method: "POST", headers, body: Buffer.from(body) })
            const text = (await response.text()).trim()
            if (!response.ok) throw lost(target.origin, `${response.status} ${text}`)
        },
        async [Symbol.asyncDispose]() {},
    }
}

async function mqttSender(url: URL): Promise<Sender> {
    const topic = topicIn(url) || new Pattern(STANDARD_TOPIC).of(SIMULATED)
    const options = { ...connectionTo({ url }), reconnectPeriod: 0, connectTimeout: PATIENCE_MS }
    const client = await mqtt.connectAsync(plainUrl(url), options, false).catch((error) => {
        throw lost(plainUrl(url), error)
    })
    const closed = new Promise<never>((_, failed) => {
        client.once("close", () => failed(new Error("the broker has closed the connection")))
        client.on("error", failed)
    })
    closed.catch(() => {}) // whoever sends hears of it
    return {
        async send(outcome) {
            const sent = client.publishAsync(topic, Buffer.from(outcome), { qos: 1 })
            await Promise.race([sent, closed]).catch((error) => {
                throw lost(plainUrl(url), error)
            })
        },
        async [Symbol.asyncDispose]() {
            await client.endAsync(true)
        },
    }
}

const isHttp = (text: string): boolean => /^https?:\/\//.test(text) && URL.canParse(text)

const topicIn = (url: URL): string => decodeURIComponent(url.pathname.slice(1))

/** One that a message can be published to: + and # are for who subscribes. */
function isTopic(url: URL): boolean {
    try {
        return !url.href.includes("#") && !topicIn(url).includes("+")
    } catch {
        return false // a % that stands for nothing
    }
}

/** Where --report leads. Throws `bad-option`. */
export function reportUrl(text: string): URL {
    if (isHttp(text)) return new URL(text)
    const url = /^mqtts?:/.test(text) ? brokerUrl(text) : undefined
    if (url !== undefined && isTopic(url)) return url
    throw new WarmhelloError(
        "bad-option",
        "Reports go to mqtt://host:port/topic, without + and #, or to http://host:port/path; without topic or path to the usual one.",
    )
}

/** Throws `reports-lost` where nobody answers. */
export const senderTo = (url: URL): Promise<Sender> =>
    url.protocol.startsWith("http") ? httpSender(url) : mqttSender(url)
