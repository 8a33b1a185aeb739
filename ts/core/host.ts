// The host that a client connects to: the core's one rule (firmware/core/include/warmhello/host.h), for the command line, the
// environment and provisioning files alike.
import { domainToASCII } from "node:url"
import { WarmhelloError } from "../base/errors.js"
import { native } from "./library.js"

/** WH_HOST_MAX of host.h, and its closing zero */
const ROOM = 254

/** Certificates and the name service know ASCII only (RFC 5890 2.3.2.1). */
const inAscii = (text: string) => (/^[ -~]*$/.test(text) ? text : domainToASCII(text) || text)

function problem(text: string): string {
    if (text === "") return "the host is empty"
    if (/^[a-z]+:\/\//i.test(text) || text.includes("/")) return `${text} is a URL: give its host alone`
    if (/^[^:]+:\d+$/.test(text)) return `${text} has a port, which is given apart`
    if (text.includes("%")) return `${text} has a zone, which has a meaning on one machine only`
    if (/^[\d.]+$/.test(text)) return `${text} is no IPv4 address: it has four numbers up to 255, without leading zeros`
    if (text.includes(":")) return `${text} is no IPv6 address`
    return `${text} is no name of a host: it has labels of 1 to 63 letters, digits, hyphens and underscores, at most 253 bytes`
}

/** The host in one spelling: names in lower case and ASCII, addresses without brackets and with all their numbers. Throws
 * `host-unusable`. */
export function readHost(text: string): string {
    const spelling = Buffer.alloc(ROOM)
    if (native().hostSpelling(inAscii(text), spelling) !== 0) throw new WarmhelloError("host-unusable", problem(text))
    return spelling.toString("latin1", 0, spelling.indexOf(0))
}
