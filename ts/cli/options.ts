// How words on the command line become values; each throws commander's own error for a bad one.
import { readFileSync } from "node:fs"
import { InvalidArgumentError } from "commander"
import ms, { type StringValue } from "ms"
import type { TlsVersion } from "../core/client.js"
import { WarmhelloError } from "../errors.js"

/** The longest standby, a u32 of milliseconds. */
const LONGEST_MS = 2 ** 32 - 1

/** "10m", "1.5h", "250ms" in milliseconds. */
export function duration(text: string): number {
    // A bare number would be milliseconds to ms() and something else to its reader.
    const durationMs = /[a-z]$/i.test(text) ? ms(text as StringValue) : undefined
    if (!(durationMs !== undefined && durationMs > 0 && durationMs <= LONGEST_MS)) {
        throw new InvalidArgumentError("A duration is a number and a unit: 250ms, 30s, 10m, 2h or 1d; at most 49d.")
    }
    return durationMs
}

export function count(minimum: number, maximum = 1_000_000): (text: string) => number {
    return (text) => {
        const value = Number(text)
        if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
            throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`)
        }
        return value
    }
}

export interface HostAndPort {
    host: string
    port: number
}

/** "example.com", "example.com:8443", "[::1]:443". */
export function hostAndPort(text: string): HostAndPort {
    const [, bracketed, name, digits] = /^(?:\[([^\]]+)\]|([^:\s/]+))(?::(\d{1,5}))?$/.exec(text) ?? []
    const host = bracketed ?? name
    const port = Number(digits ?? 443)
    if (host === undefined || port < 1 || port > 65535) {
        throw new InvalidArgumentError("A server is host or host:port, such as example.com:8443.")
    }
    return { host, port }
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

export function versionRange(text: string): VersionRange {
    const range = ranges.get(text)
    if (range === undefined) throw new InvalidArgumentError("It must be 1.2, 1.3 or auto.")
    return range
}

export function readFile(path: string): Buffer {
    try {
        return readFileSync(path)
    } catch (cause) {
        throw new WarmhelloError("file-unreadable", `cannot read ${path}: ${(cause as Error).message}`, { cause })
    }
}
