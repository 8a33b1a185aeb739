// The ways to connect that are held beside each other.
import type { ClientOptions } from "../../ts/core/client.js"
import { kinds } from "../interop/board.js"
import { gnutls } from "../servers/gnutls.js"
import { mosquitto } from "../servers/mosquitto.js"
import { type NginxOptions, nginx } from "../servers/nginx.js"
import { rustlsStateful } from "../servers/rust.js"
import type { PskServerOptions, ServerKind } from "../servers/server.js"
import { echo, preSharedKey } from "./echo.js"

export const titles = {
    id: "TLS 1.2, session ID",
    ticket: "TLS 1.2, ticket",
    psk: "TLS 1.3",
    strict: "TLS 1.3 alone",
    "psk-ke": "TLS 1.3, no key exchange",
    early: "TLS 1.3, early data",
    "external-psk": "TLS 1.3, external PSK",
} as const
export type WayName = keyof typeof titles

export interface Way {
    name: WayName
    client: Pick<ClientOptions, "minVersion" | "maxVersion" | "tickets"> & Partial<ClientOptions>
    server: Partial<PskServerOptions & NginxOptions>
    /** What its connects come to, one after another, of which the first and the last count. */
    results: readonly ("full" | "resumed")[]
    /** Undefined for a server that can. */
    whyNot(server: ServerKind): string | undefined
}

const EARLY_DATA_MAX = 4096
/** What the profiles balanced and frugal ask for. */
const anyVersion = { minVersion: "1.2", maxVersion: "1.3", tickets: true } as const
const both = ["full", "resumed"] as const
/** In one resumption the device learns what the server takes. */
const learned = ["full", "resumed", "resumed"] as const
const only =
    (what: string, ...able: ServerKind[]) =>
    (server: ServerKind) =>
        able.includes(server) ? undefined : `${what} with ${able.map(({ name }) => name).join(", ")} alone`

export const ways: readonly Way[] = [
    {
        ...{ name: "id", client: kinds.id, server: { tickets: false }, results: both },
        whyNot: ({ cannot }) => cannot.id,
    },
    {
        ...{ name: "ticket", client: kinds.ticket, server: {}, results: both },
        whyNot: ({ cannot }) => cannot.ticket,
    },
    {
        ...{ name: "psk", client: anyVersion, server: {}, results: both },
        whyNot: ({ cannot }) => cannot.psk,
    },
    {
        ...{ name: "strict", client: { ...kinds.psk, policy: { profile: "strict" } }, server: {}, results: both },
        whyNot: ({ cannot }) => cannot.psk,
    },
    {
        ...{ name: "psk-ke", client: { ...anyVersion, policy: { profile: "frugal" } }, results: learned },
        server: { takesPskKe: () => true },
        whyNot: only("resumptions without a key exchange", echo, nginx),
    },
    {
        ...{ name: "early", client: { ...kinds.psk, policy: { earlyData: true } }, results: both },
        server: { earlyDataMax: () => EARLY_DATA_MAX },
        whyNot: only("early data", nginx, rustlsStateful),
    },
    {
        ...{ name: "external-psk", client: { ...kinds.psk, psk: preSharedKey }, results: ["full"] },
        // A listener of mosquitto has a certificate or keys.
        server: { psk: preSharedKey, pskAlone: true },
        whyNot: only("an external PSK", echo, mosquitto, gnutls),
    },
]

export const profileOf = (way: WayName): string =>
    way === "psk-ke" ? "frugal" : way === "strict" ? "strict" : "balanced"

/** The recording for the emulated microcontroller that goes the same way. */
export function recordingOf(way: WayName, result: "full" | "resumed"): { name: string; result: "full" | "resumed" } {
    const names = {
        ...{ id: "tls12-id", ticket: "tls12-ticket", psk: "tls13-x25519", strict: "tls13-x25519" },
        ...{ early: "tls13-early", "psk-ke": "tls13-psk-ke", "external-psk": "tls13-external-psk" },
    } as const
    return { name: names[way], result }
}
