// Keys of every kind that certificates have, and how each of them signs.
import { execFileSync } from "node:child_process"
import { constants, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { id_mgf1, id_RSASSA_PSS, RsaSaPssParams } from "@peculiar/asn1-rsa"
import { AsnConvert } from "@peculiar/asn1-schema"
import { AlgorithmIdentifier } from "@peculiar/asn1-x509"

export interface Keys {
    kind: KeyKind
    publicKey: KeyObject
    privateKey: KeyObject
}

type KeyPair = Pick<Keys, "publicKey" | "privateKey">

const ec = (namedCurve: string) => (): KeyPair => generateKeyPairSync("ec", { namedCurve })

/** Of several primes where OpenSSL allows it: the public key is like any other, and is found ten times as fast. */
function rsa(bits: number, primes: number, algorithm = "RSA", options: string[] = []): () => KeyPair {
    const settings = [`rsa_keygen_bits:${bits}`, `rsa_keygen_primes:${primes}`, ...options]
    const command = ["genpkey", "-quiet", "-algorithm", algorithm, ...settings.flatMap((each) => ["-pkeyopt", each])]
    return () => {
        const privateKey = createPrivateKey(execFileSync("openssl", command, { stdio: ["ignore", "pipe", "pipe"] }))
        return { privateKey, publicKey: createPublicKey(privateKey) }
    }
}

const makers = {
    "RSA 1024": rsa(1024, 2),
    "RSA 2048": rsa(2048, 3),
    "RSA 3072": rsa(3072, 3),
    "RSA 4096": rsa(4096, 4),
    "RSA 8192": rsa(8192, 5),
    "RSA-PSS 2048": rsa(2048, 2, "RSA-PSS"),
    "RSA-PSS 2048 for SHA-256": rsa(2048, 2, "RSA-PSS", [
        ...["rsa_pss_keygen_md:sha256", "rsa_pss_keygen_mgf1_md:sha256", "rsa_pss_keygen_saltlen:32"],
    ]),
    "ECDSA P-256": ec("prime256v1"),
    "ECDSA P-384": ec("secp384r1"),
    "ECDSA P-521": ec("secp521r1"),
    "ECDSA secp256k1": ec("secp256k1"),
    "ECDSA brainpoolP256r1": ec("brainpoolP256r1"),
    Ed25519: () => generateKeyPairSync("ed25519"),
    Ed448: () => generateKeyPairSync("ed448"),
} satisfies Record<string, () => KeyPair>
export type KeyKind = keyof typeof makers

const made = new Map<string, Keys>()

/** The same keys each time for the same kind and the same owner. */
export function keysOf(owner: string, kind: KeyKind = "ECDSA P-256"): Keys {
    const name = `${kind} of ${owner}`
    const keys = made.get(name) ?? { kind, ...makers[kind]() }
    made.set(name, keys)
    return keys
}

// ---- Signatures ----------------------------------------------------------------------------------

const hashes = {
    "SHA-1": { id: "1.3.14.3.2.26", size: 20, rsa: "1.2.840.113549.1.1.5", ecdsa: "1.2.840.10045.4.1" },
    "SHA-256": { id: "2.16.840.1.101.3.4.2.1", size: 32, rsa: "1.2.840.113549.1.1.11", ecdsa: "1.2.840.10045.4.3.2" },
    "SHA-384": { id: "2.16.840.1.101.3.4.2.2", size: 48, rsa: "1.2.840.113549.1.1.12", ecdsa: "1.2.840.10045.4.3.3" },
    "SHA-512": { id: "2.16.840.1.101.3.4.2.3", size: 64, rsa: "1.2.840.113549.1.1.13", ecdsa: "1.2.840.10045.4.3.4" },
} as const
export type Hash = keyof typeof hashes

const NULL = new Uint8Array([5, 0]).buffer

/** How an issuer signs. */
export interface Scheme {
    algorithm: AlgorithmIdentifier
    sign(bytes: Buffer): Buffer
}

function pss(keys: Keys, hash: Hash): Scheme {
    const { id, size } = hashes[hash]
    const hashAlgorithm = new AlgorithmIdentifier({ algorithm: id, parameters: NULL })
    const parameters = new RsaSaPssParams({
        hashAlgorithm,
        maskGenAlgorithm: new AlgorithmIdentifier({
            algorithm: id_mgf1,
            parameters: AsnConvert.serialize(hashAlgorithm),
        }),
        saltLength: size,
    })
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: size }
    return {
        algorithm: new AlgorithmIdentifier({
            algorithm: id_RSASSA_PSS,
            parameters: AsnConvert.serialize(parameters),
        }),
        sign: (bytes) => sign(hash.replace("-", ""), bytes, { key: keys.privateKey, ...padding }),
    }
}

const edwards: Record<string, string> = { Ed25519: "1.3.101.112", Ed448: "1.3.101.113" }

/** A key for PSS alone signs so; one for RSA by PKCS #1 v1.5 unless told. */
export function schemeOf(keys: Keys, hash: Hash = "SHA-256", withPss = keys.kind.startsWith("RSA-PSS")): Scheme {
    const edwardsId = edwards[keys.kind]
    if (edwardsId !== undefined) {
        const algorithm = new AlgorithmIdentifier({ algorithm: edwardsId })
        return { algorithm, sign: (bytes) => sign(null, bytes, keys.privateKey) }
    }
    if (withPss) return pss(keys, hash)
    const isRsa = keys.kind.startsWith("RSA")
    const algorithm = isRsa
        ? new AlgorithmIdentifier({ algorithm: hashes[hash].rsa, parameters: NULL })
        : new AlgorithmIdentifier({ algorithm: hashes[hash].ecdsa })
    return { algorithm, sign: (bytes) => sign(hash.replace("-", ""), bytes, keys.privateKey) }
}
