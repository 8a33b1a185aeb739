// How words of a command line or of the environment become values. Each throws `bad-option` with a
// sentence about what is expected, or `file-unreadable`.
import ms, { type StringValue } from "ms"
import { WarmhelloError } from "../base/errors.js"
import { readFile } from "../base/files.js"
import type { ClientOptions, TlsVersion } from "./client.js"
import type { PreSharedKey } from "./config.js"
import { readHost } from "./host.js"

function refuse(expected: string): never {
    throw new WarmhelloError("bad-option", expected)
}

/** The longest standby, a u32 of milliseconds. */
const LONGEST_MS = 2 ** 32 - 1

/** "10m", "1.5h", "250ms" in milliseconds. */
export function parseDuration(text: string): number {
    // A bare number would be milliseconds to ms() and something else to its reader.
    const durationMs = /[a-z]$/i.test(text) ? ms(text as StringValue) : undefined
    if (durationMs !== undefined && durationMs > 0 && durationMs <= LONGEST_MS) return durationMs
    return refuse("A duration is a number and a unit: 250ms, 30s, 10m, 2h or 1d; at most 49d.")
}

/** "0,1m,8h" in milliseconds. */
export const parseDurations = (text: string): number[] =>
    text.split(",").map((part) => (/^0[a-z]*$/.test(part) ? 0 : parseDuration(part)))

/** "10s..60s": from the first to the second time since the beginning. */
export function parseTimeRange(text: string): { fromS: number; toS: number } {
    const times = text.split("..").map((part) => (/^0[a-z]*$/.test(part) ? 0 : parseDuration(part)))
    const [fromMs = 0, toMs = 0] = times
    if (times.length === 2 && fromMs < toMs) return { fromS: fromMs / 1000, toS: toMs / 1000 }
    return refuse("A part of a recording is two times with .. between them, the earlier first: 10s..60s")
}

export function parseNumber(text: string, least: number, most: number): number {
    const value = Number(text)
    if (/^-?\d+(\.\d+)?$/.test(text) && value >= least && value <= most) return value
    return refuse(`It must be a number from ${least} to ${most}.`)
}

type Ends = { low: number; typical: number; high: number }

function parseRange(text: string, parse: (part: string) => number, explanation: string): Ends {
    const values = text.split("..").map(parse)
    const [low = 0, second = low, third = second] = values
    const typical = values.length === 2 ? (low + second) / 2 : second
    if (values.length > 3 || low > typical || typical > third) return refuse(explanation)
    return { low, typical, high: third }
}

/** "40ms" or, where it is not known exactly, "20ms..120ms" or "20ms..40ms..120ms": least, typical, most. */
export const parseDurationRange = (text: string): Ends =>
    parseRange(
        text,
        (part) => (part === "0ms" ? 0 : parseDuration(part)),
        "A range of times is 40ms, 20ms..120ms or 20ms..40ms..120ms, the least first.",
    )

/** The same for plain numbers: "0.1", "0..0.1" or "0..0.02..0.1". */
export const parseNumberRange = (text: string, least: number, most: number): Ends =>
    parseRange(
        text,
        (part) => parseNumber(part, least, most),
        "A range of numbers is 1, 1..3 or 1..1..3, the least first.",
    )

export function parseCount(text: string, minimum: number, maximum: number): number {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value
    return refuse(`It must be a whole number from ${minimum} to ${maximum}.`)
}

/** "1" or "0". */
export function parseYesOrNo(text: string): boolean {
    if (text !== "0" && text !== "1") refuse("It must be 1 for yes or 0 for no.")
    return text === "1"
}

export interface HostAndPort {
    host: string
    port: number
}

/** "example.com", "example.com:8443", "[::1]:443". */
export function parseHostAndPort(text: string): HostAndPort {
    const [, bracketed, name, digits] = /^(?:\[([^\]]+)\]|([^:\s/]+))(?::(\d{1,5}))?$/.exec(text) ?? []
    const host = bracketed ?? name
    const port = Number(digits ?? 443)
    if (host !== undefined && port >= 1 && port <= 65535) return { host: readHost(host), port }
    return refuse("A server is host or host:port, such as example.com:8443 or [fd00::1]:8443.")
}

/** "9464", "0.0.0.0:9464", "[::]:9464": where to listen, which is at this machine alone unless a host says otherwise. */
export function parseAddress(text: string): HostAndPort {
    const [, bracketed, name, digits] = /^(?:(?:\[([0-9a-f:.]+)\]|([^:\s/[\]]+)):)?(\d{1,5})$/i.exec(text) ?? []
    const port = Number(digits)
    if (digits !== undefined && port <= 65535) return { host: bracketed ?? name ?? "127.0.0.1", port }
    return refuse("Where to listen is a port, or host:port: 9464, 0.0.0.0:9464 or [::]:9464.")
}

export function parseHttpUrl(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url !== undefined && /^https?:$/.test(url.protocol)) return url
    return refuse("It must be a URL: http://host:port or https://host:port/path.")
}

export interface VersionRange {
    minVersion: TlsVersion
    maxVersion: TlsVersion
}

const ranges = new Map<string, VersionRange>([
    ["1.2", { minVersion: "1.2", maxVersion: "1.2" }],
    ["1.3", { minVersion: "1.3", maxVersion: "1.3" }],
    ["auto", { minVersion: "1.2", maxVersion: "1.3" }],
])

export function parseVersionRange(text: string): VersionRange {
    return ranges.get(text) ?? refuse("It must be 1.2, 1.3 or auto.")
}

/** "full,resumed": what wakes are in turn. */
export function parseWakeResults(text: string): ("full" | "resumed")[] {
    return text.split(",").map((word) => {
        if (word === "full" || word === "resumed") return word
        return refuse("It must be a list of full and resumed, such as full,resumed.")
    })
}

/** Printable ASCII that no file of keys reads as something else: mosquitto's and GnuTLS's have a colon behind it. */
export const PSK_IDENTITY_RULE = "must have 1 to 64 printable ASCII characters, no blank or colon, # not first"
export const isPskIdentity = (text: string): boolean => /^(?!#)[!-9;-~]{1,64}$/.test(text)
export const isPskKey = (text: string): boolean => /^([0-9a-f]{2}){16,64}$/i.test(text)

/** "sensor-17:9f86d081...": a pre-shared key, as a line of mosquitto's psk_file has it. */
export function parsePsk(text: string): PreSharedKey {
    const [identity = "", key = ""] = text.split(":")
    if (isPskIdentity(identity) && isPskKey(key)) return { identity, key: Buffer.from(key, "hex") }
    return refuse("A pre-shared key is IDENTITY:KEY, the key 32 to 128 hexadecimal digits.")
}

/** A device's certificate and key from two files, or undefined without either. `names` are for the message. */
export function readIdentity(
    certificate: string | undefined,
    key: string | undefined,
    names: [string, string],
): ClientOptions["identity"] {
    if (certificate === undefined && key === undefined) return undefined
    if (certificate === undefined || key === undefined) return refuse(`${names[0]} and ${names[1]} go together`)
    return { certificate: readFile(certificate), key: readFile(key) }
}
