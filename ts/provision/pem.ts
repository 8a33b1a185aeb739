// PEM as people have it, with comments and in any layout, and as the image holds it: blocks alone.

export interface PemBlock {
    label: string
    text: string
    /** Locked with a passphrase. */
    isLocked: boolean
}

const LINE = 64

/** The blocks of a file, each in one layout. A block with headers of its own stays as it is. */
export function pemBlocks(file: Buffer): PemBlock[] {
    const text = file.toString("latin1")
    return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----\r?\n(.*?)-----END \1-----/gs)].map(
        ([whole, label = "", body = ""]) => {
            const isLocked = label.startsWith("ENCRYPTED") || body.includes("4,ENCRYPTED")
            const lines = body.replace(/\s/g, "").match(new RegExp(`.{1,${LINE}}`, "g")) ?? []
            const plain = [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n")
            return { label, isLocked, text: body.includes(":") ? whole : plain }
        },
    )
}

export const certificateBlocks = (file: Buffer): PemBlock[] =>
    pemBlocks(file).filter(({ label }) => label === "CERTIFICATE" || label === "X509 CERTIFICATE")

/** Of a file that may hold a curve's parameters, or the certificate, as well. */
export const keyBlocks = (file: Buffer): PemBlock[] =>
    pemBlocks(file).filter(({ label }) => label.endsWith("PRIVATE KEY"))

export const joined = (blocks: PemBlock[]): Buffer => Buffer.from(blocks.map(({ text }) => text).join(""), "latin1")

/** The other form that such files come in: ASN.1 itself. */
export const isDer = (file: Buffer): boolean => file[0] === 0x30 && !file.includes("-----BEGIN")
