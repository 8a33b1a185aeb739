// What is compared: the stacks, and the kinds of session that each has.
import type { Kind } from "../../ts/base/outcome.js"

export const kindTitles: Record<Kind, string> = {
    id: "TLS 1.2 session ID",
    ticket: "TLS 1.2 ticket",
    psk: "TLS 1.3 ticket (psk_dhe)",
}

export const protocols = { id: "TLS1.2", ticket: "TLS1.2", psk: "TLS1.3" } as const satisfies Record<Kind, string>

export interface Stack {
    name: string
    /** Its program in build/bench. */
    program: string
    /** Debian's package that it is linked from; null for our own. */
    debianPackage: string | null
    /** Why it has no session of that kind. */
    notOffered: Partial<Record<Kind, string>>
}

export const stacks: Stack[] = [
    { name: "warmhello", program: "bench_warmhello", debianPackage: null, notOffered: {} },
    {
        name: "mbedTLS",
        program: "bench_mbedtls",
        debianPackage: "libmbedtls-dev",
        notOffered: { psk: "2.28 has no TLS 1.3 client" },
    },
    {
        name: "BearSSL",
        program: "bench_bearssl",
        debianPackage: "libbearssl-dev",
        notOffered: { ticket: "it knows session IDs only", psk: "it has no TLS 1.3" },
    },
    { name: "OpenSSL", program: "bench_openssl", debianPackage: "libssl-dev", notOffered: {} },
]
