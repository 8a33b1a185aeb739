// The proxy that the environment names, as curl reads it.
import { WarmhelloError } from "../base/errors.js"
import type { Target } from "./target.js"

export interface HttpProxy {
    host: string
    port: number
    /** Empty where it asks for none. */
    authorization: string
    /** For people: without a password. */
    text: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** NO_PROXY: names, with those below them, and "*" for all. */
function isExcepted(host: string, list: string): boolean {
    return list
        .split(/[,\s]+/)
        .filter((name) => name !== "")
        .map((name) => name.replace(/^\*?\./, "").toLowerCase())
        .some((name) => name === "*" || host === name || host.endsWith(`.${name}`))
}

/** A lone percent sign stands for itself. */
function decoded(text: string): string {
    try {
        return decodeURIComponent(text)
    } catch {
        return text
    }
}

/** Throws `bad-option` where it is none that can be used. */
export function proxyFor({ host }: Pick<Target, "host">, environment: Environment): HttpProxy | undefined {
    const named = environment.https_proxy || environment.HTTPS_PROXY
    if (named === undefined || named === "") return undefined
    if (isExcepted(host, environment.no_proxy || environment.NO_PROXY || "")) return undefined
    const url = URL.parse(named.includes("://") ? named : `http://${named}`)
    if (url === null || url.protocol !== "http:" || url.hostname === "")
        throw new WarmhelloError("bad-option", "HTTPS_PROXY must be http://host:port, such as http://proxy:3128")
    const user = [url.username, url.password].map(decoded).join(":")
    return {
        host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
        port: Number(url.port || 80),
        authorization: url.username === "" ? "" : `Basic ${Buffer.from(user).toString("base64")}`,
        text: url.host,
    }
}
