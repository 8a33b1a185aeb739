// OpenSSL's s_server. Its status page says how it sees the connection.
import { httpGet } from "./exchange.js"
import { missingProgram, versionOf } from "./program.js"
import {
    answerSays,
    type Files,
    isHttpOk,
    type PskServerOptions,
    type Recipe,
    Server,
    type ServerKind,
    sha384Suites,
} from "./server.js"

export interface OpensslOptions extends PskServerOptions {
    /** How many tickets after a full TLS 1.3 handshake; 2 unless told. */
    tickets13?: number
    /** Asked at each start: the groups that it accepts, in OpenSSL's words. */
    groups?: () => string
    /** Asked at each start: whether it resumes without a key exchange (psk_ke) where nothing else is offered. */
    takesPskKe?: () => boolean
    /** It prints what it is sent, early data marked as such, and answers nothing: it does not take early data where it
     * answers. */
    prints?: boolean
}

const groups = { x25519: "X25519", secp256r1: "P-256" }

function earlyData({ earlyDataMax }: OpensslOptions): string[] {
    const most = earlyDataMax?.() ?? 0
    return most === 0 ? [] : ["-early_data", "-max_early_data", String(most)]
}

function presharedKey({ psk }: OpensslOptions): string[] {
    return psk === undefined ? [] : ["-psk_identity", psk.identity, "-psk", psk.key.toString("hex")]
}

/** -cert takes the first certificate of its file, -cert_chain the others. */
function certificate({ pskAlone }: OpensslOptions, files: Files): string[] {
    if (pskAlone === true) return ["-nocert"]
    return ["-cert", files.certificate, "-cert_chain", files.certificate, "-key", files.key]
}

function keyExchange(options: OpensslOptions): string[] {
    const accepted = options.groups?.() ?? (options.group && groups[options.group])
    return [
        ...(accepted === undefined ? [] : ["-groups", accepted]),
        ...(options.takesPskKe?.() === true ? ["-allow_no_dhe_kex"] : []),
    ]
}

export function startOpenssl(options: OpensslOptions): Promise<Server> {
    const recipe: Recipe = {
        program: "stdbuf", // in a pipe it would keep its lines to itself
        ready: /^ACCEPT/,
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        prepare: (files, port) => [
            ...["-oL", "openssl", "s_server", "-accept", `127.0.0.1:${port}`],
            ...(options.prints === true ? earlyData(options) : ["-www"]),
            ...certificate(options, files),
            ...presharedKey(options),
            ...keyExchange(options),
            ...(options.sha384Alone === true
                ? ["-cipher", sha384Suites.tls12, "-ciphersuites", sha384Suites.tls13]
                : []),
            ...(options.hasTls13?.() === false ? ["-tls1_2"] : []),
            ...(options.tickets13 === undefined ? [] : ["-num_tickets", String(options.tickets13)]),
            ...(options.tickets === false ? ["-no_ticket"] : []),
            ...(files.clientCa === "" ? [] : ["-Verify", "1", "-verify_return_error", "-CAfile", files.clientCa]),
        ],
        ...(options.prints === true ? ({ input: "endless" } as const) : {}),
        saysResumed: answerSays(/^(New|Reused), TLS/m, "Reused"),
    }
    return Server.start(recipe, options)
}

export const openssl: ServerKind = {
    name: "OpenSSL s_server",
    version: () => versionOf("openssl", ["version"], /^OpenSSL (\S+)/),
    missing: () => missingProgram("openssl"),
    cannot: { lifetime: "s_server has no option for the lifetime of sessions" },
    start: startOpenssl,
}
