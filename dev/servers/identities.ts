// Certificates for servers under test, as they come in the field: a leaf under a root, or two
// certificates on the wire, the leaf and an intermediate.
import { createCertificateAuthority, type KeyKind, type ServerCertificate } from "../../ts/sim/certificates.js"

export const identityKinds = {
    "an ECDSA certificate": { keyKind: "ecdsa", intermediate: false },
    "an RSA certificate": { keyKind: "rsa", intermediate: false },
    "an ECDSA chain of two": { keyKind: "ecdsa", intermediate: true },
    "an RSA chain of two": { keyKind: "rsa", intermediate: true },
} as const satisfies Record<string, { keyKind: KeyKind; intermediate: boolean }>
export type IdentityKind = keyof typeof identityKinds

export interface Identity {
    /** PEM of the root, for the client. */
    ca: string
    server: ServerCertificate
}

const names = ["localhost", "127.0.0.1"]

/** Far off, and yet one that all programs read: Botan takes none after the year 3100. */
const notAfter = new Date("2999-12-31T23:59:59Z")

/** `moreNames` make the certificate longer. */
export async function createIdentity(
    kind: IdentityKind = "an ECDSA certificate",
    moreNames: string[] = [],
): Promise<Identity> {
    const { keyKind, intermediate } = identityKinds[kind]
    const root = await createCertificateAuthority("warmhello test root", keyKind)
    const issuer = intermediate ? await root.createIntermediate("warmhello test intermediate", { notAfter }) : root
    return { ca: root.certificate, server: await issuer.issue({ names: [...names, ...moreNames], keyKind, notAfter }) }
}
