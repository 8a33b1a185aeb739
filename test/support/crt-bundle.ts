// ESP-IDF's certificate bundle, as its document says: of each CA its name and its key, sorted by name.
import "reflect-metadata" // what @peculiar/x509 is built on asks for it
import * as x509 from "@peculiar/x509"

/** That of ESP-IDF up to 5.3, and that since 5.4. */
export type BundleFormat = "old" | "new"

/** Both in DER, as they stand in the certificate. */
export interface BundleEntry {
    name: Buffer
    key: Buffer
}

export function writeBundle(unsorted: BundleEntry[], format: BundleFormat): Buffer {
    const entries = unsorted.toSorted((a, b) => Buffer.compare(a.name, b.name))
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

/** Of certificates in PEM, one each. */
export function bundleOfPem(pems: string[], format: BundleFormat): Buffer {
    const entries = pems.map((pem) => {
        const { subjectName, publicKey } = new x509.X509Certificate(pem)
        return { name: Buffer.from(subjectName.toArrayBuffer()), key: Buffer.from(publicKey.rawData) }
    })
    return writeBundle(entries, format)
}
