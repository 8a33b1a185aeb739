// ESP-IDF's certificate bundle, made of certificates as its document says: of each its name and its key, sorted by name.
import { AsnConvert } from "@peculiar/asn1-schema"
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from "@peculiar/asn1-x509"
import type { Certificate } from "./certificates.js"

/** That of ESP-IDF up to 5.3, and that since 5.4. */
export type BundleFormat = "old" | "new"

/** Any RSA key as one for every kind of signature, as Espressif's generator has it. */
function keyOf({ publicKey }: Certificate["keys"]): Buffer {
    const key = publicKey.export({ type: "spki", format: "der" })
    if (publicKey.asymmetricKeyType !== "rsa-pss") return key
    const info = AsnConvert.parse(key, SubjectPublicKeyInfo)
    info.algorithm = new AlgorithmIdentifier({ algorithm: "1.2.840.113549.1.1.1", parameters: null })
    return Buffer.from(AsnConvert.serialize(info))
}

const entryOf = ({ subject, keys }: Certificate) => ({
    name: Buffer.from(AsnConvert.serialize(subject)),
    key: keyOf(keys),
})

export function bundleOf(certificates: Certificate[], format: BundleFormat): Buffer {
    const entries = certificates.map(entryOf).sort((a, b) => Buffer.compare(a.name, b.name))
    const number = (value: number, width: number) => {
        const bytes = Buffer.alloc(width)
        if (format === "old") bytes.writeUIntBE(value, 0, width)
        else bytes.writeUIntLE(value, 0, width)
        return bytes
    }
    const parts = entries.map(({ name, key }) =>
        Buffer.concat([number(name.length, 2), number(key.length, 2), name, key]),
    )
    if (format === "old") return Buffer.concat([number(parts.length, 2), ...parts])
    let offset = 4 * parts.length
    const offsets = parts.map((part) => {
        const at = number(offset, 4)
        offset += part.length
        return at
    })
    return Buffer.concat([...offsets, ...parts])
}
