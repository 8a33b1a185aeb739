// Whom to ask, in words of a command line.
import net from "node:net"
import { domainToASCII } from "node:url"
import { WarmhelloError } from "../base/errors.js"

/** What is said over TLS once it is up. */
export const languages = ["https", "mqtt", "tls"] as const
export type Language = (typeof languages)[number]

export interface Target {
    host: string
    port: number
    /** For SNI and the certificate's names. */
    serverName: string
    language: Language
}

const ports = { https: 443, mqtt: 8883, tls: 443 } as const satisfies Record<Language, number>
const languageOf = new Map<number, Language>([
    [443, "https"],
    [8443, "https"],
    [8883, "mqtt"],
    [8884, "mqtt"],
])

const LONGEST_NAME = 253
const LAST_PORT = 65_535
const NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/

function unusable(text: string): never {
    const message = text.includes("://")
        ? `${text} is a URL: give its host alone`
        : `${text} is no host: it is a name of at most ${LONGEST_NAME} bytes or an address, and behind it :port`
    throw new WarmhelloError("host-unusable", message)
}

function readHost(text: string): string {
    if (net.isIP(text) !== 0) return text
    const name = domainToASCII(text).toLowerCase()
    // What looks like an IPv4 address is none.
    return NAME.test(name) && !/^[\d.]+$/.test(name) ? name : unusable(text)
}

/** "example.com", "example.com:8883", "[::1]:8883", "::1". Throws `host-unusable`. */
export function readTarget(text: string, language?: Language, serverName?: string): Target {
    const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text) ?? []
    const host = readHost(net.isIPv6(text) ? text : (bracketed ?? plain ?? unusable(text)))
    const port = digits === undefined ? ports[language ?? "https"] : Number(digits)
    if (port < 1 || port > LAST_PORT)
        throw new WarmhelloError("host-unusable", `${text}: a port is a number from 1 to ${LAST_PORT}`)
    return {
        ...{ host, port },
        serverName: serverName === undefined ? host : readHost(serverName),
        language: language ?? languageOf.get(port) ?? "tls",
    }
}

/** Where a broker is, for a person who named none of its port and of its language; undefined where one was named. */
export function brokerAt(text: string, target: Target, language?: Language): Target | undefined {
    const isPortNamed = !net.isIPv6(text) && /:\d+$/.test(text)
    return isPortNamed || language !== undefined ? undefined : { ...target, port: ports.mqtt, language: "mqtt" }
}

export const targetText = ({ host, port }: Pick<Target, "host" | "port">): string =>
    net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
