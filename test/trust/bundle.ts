// ESP-IDF's certificate bundle of the certificates of this folder.
import { AsnConvert } from "@peculiar/asn1-schema"
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from "@peculiar/asn1-x509"
import { type BundleFormat, writeBundle } from "../support/crt-bundle.js"
import type { Certificate } from "./certificates.js"

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

export const bundleOf = (certificates: Certificate[], format: BundleFormat): Buffer =>
    writeBundle(certificates.map(entryOf), format)
