// PEM as the image holds it: blocks alone, in one layout. The core reads it in any other (ts/core/credentials.ts).

const LINE = /.{1,64}/g

export function pemOf(label: string, der: Buffer): string {
    const lines = der.toString("base64").match(LINE) ?? []
    return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n")
}
