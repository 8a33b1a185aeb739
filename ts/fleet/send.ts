// A device's side, for a simulated one: its outcome to a broker or to `warmhello fleet`, as an app would send it.
import mqtt from "mqtt"
import { WarmhelloError } from "../base/errors.js"
import { brokerUrl, connectionTo, plainUrl } from "./mqtt.js"
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
        {
            cause,
        },
    )

/** fetch says only that it has failed. */
const describe = (error: Error): string =>
    (error.cause instanceof Error ? error.cause.message || (error.cause as NodeJS.ErrnoException).code : "") ||
    error.message ||
    ((error as NodeJS.ErrnoException).code ?? "no answer")

function httpSender(url: URL): Sender {
    const target = url.pathname === "/" ? new URL(new Pattern(STANDARD_PATH).of(SIMULATED), url) : url
    return {
        async send(body) {
            const response = await fetch(target, {
                ...{ method: "POST", headers: { "content-type": "application/cbor" } },
                body: Buffer.from(body),
                signal: AbortSignal.timeout(PATIENCE_MS),
            }).catch((error) => {
                throw lost(target.origin, error)
            })
            const text = (await response.text()).trim()
            if (!response.ok) throw lost(target.origin, `${response.status} ${text}`)
        },
        async [Symbol.asyncDispose]() {},
    }
}

async function mqttSender(url: URL): Promise<Sender> {
    const topic = url.pathname.slice(1) || new Pattern(STANDARD_TOPIC).of(SIMULATED)
    const options = { ...connectionTo({ url }), reconnectPeriod: 0, connectTimeout: PATIENCE_MS }
    const client = await mqtt.connectAsync(plainUrl(url), options, false).catch((error) => {
        throw lost(plainUrl(url), error)
    })
    return {
        async send(outcome) {
            await client.publishAsync(topic, Buffer.from(outcome), { qos: 1 }).catch((error) => {
                throw lost(plainUrl(url), error)
            })
        },
        async [Symbol.asyncDispose]() {
            await client.endAsync(true)
        },
    }
}

const isHttp = (text: string): boolean => /^https?:\/\//.test(text) && URL.canParse(text)

/** Where --report leads. Throws `bad-option`. */
export function reportUrl(text: string): URL {
    if (isHttp(text)) return new URL(text)
    if (/^mqtts?:/.test(text)) return brokerUrl(text)
    throw new WarmhelloError(
        "bad-option",
        "Reports go to mqtt://host:port/topic or http://host:port/path; without topic or path to the usual one.",
    )
}

/** Throws `reports-lost` where nobody answers. */
export const senderTo = async (url: URL): Promise<Sender> =>
    url.protocol.startsWith("http") ? httpSender(url) : mqttSender(url)
