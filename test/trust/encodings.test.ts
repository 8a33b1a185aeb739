// Certificates that are odd in their bytes: serial numbers, dates, names, sizes.
import {
    authorityCertificate,
    type CertificateOptions,
    type DateForm,
    distinguishedName,
    HOST,
    replaced,
    serverCertificate,
} from "./certificates.js"
import { ballast, extension, mustStaple, subjectAltName, timestamps } from "./extensions.js"
import { keysOf } from "./keys.js"
import { type Row, table } from "./table.js"

type ServerOptions = Parameters<typeof serverCertificate>[0]

const underRoot = (server: ServerOptions = {}, root: CertificateOptions = {}): Row["make"] => {
    return () => {
        const issuer = authorityCertificate(root)
        return { sent: [serverCertificate({ issuer, ...server })], trusted: [issuer] }
    }
}

const under = (between: CertificateOptions, server: ServerOptions = {}): Row["make"] => {
    return () => {
        const root = authorityCertificate()
        const issuer = authorityCertificate({ issuer: root, ...between })
        return { sent: [serverCertificate({ issuer, ...server }), issuer], trusted: [root] }
    }
}

const serial = (hex: string): CertificateOptions => ({ serial: Buffer.from(hex, "hex") })
const named = (...parts: Parameters<typeof distinguishedName>): CertificateOptions => ({
    subject: distinguishedName(...parts),
})

/** A server whose issuer writes its own name otherwise than the server does. */
const issuerWritten = (
    issuer: CertificateOptions["subject"],
    inServer: Parameters<typeof distinguishedName>,
): Row["make"] => {
    return () => {
        const root = authorityCertificate({ ...(issuer !== undefined && { subject: issuer }) })
        const sameKey = { ...root, subject: distinguishedName(...inServer) }
        return { sent: [serverCertificate({ issuer: sameKey })], trusted: [root] }
    }
}

const END_OF_TIME = new Date("9999-12-31T23:59:59Z")
const IN_600_YEARS = 365 * 600
const bothIn = (form: DateForm): CertificateOptions => ({ dateForms: [form, form] })

/** UTCTime and GeneralizedTime end in Z after the seconds (RFC 5280 4.1.2.5); this date's last bytes are others. */
const endOfDate = (from: RegExp, to: string): ServerOptions => ({
    bytesToSign: (der) => {
        const text = der.toString("latin1")
        const found = from.exec(text)?.[0]
        if (found === undefined) throw new Error("there is no such date")
        return replaced(der, Buffer.from(found, "latin1"), Buffer.from(found.slice(0, -to.length) + to, "latin1"))
    },
})
const A_DATE = /\d{12}Z/

const hosts = (count: number) => Array.from({ length: count }, (_, at) => `host-${at}.warmhello.test`)
const units = (count: number): Parameters<typeof distinguishedName> => [
    [
        ...Array.from({ length: count }, (_, at): ["OU", string] => ["OU", `Unit ${at} of the Example Corporation`]),
        ["CN", "x"],
    ],
]

const ENCODED_THE_SAME = "RFC 5280 4.1.2.6: a CA's name is encoded the same in what it signs"
const EMPTY_NAME = "RFC 5280 6.1.3: an issuer's name is compared, also an empty one; curl wants to print it"
const IGNORED = "RFC 5280 4.2: an extension that is not critical and that nobody knows is passed over"
const LONG_SERIAL = "RFC 5280 4.1.2.2: a serial number has 20 bytes at most"

const rows: Row[] = [
    // ---- Serial numbers
    { title: "a serial number of 0", says: "open", make: underRoot(serial("00")) },
    { title: "a serial number of 1", says: "open", make: underRoot(serial("01")) },
    { title: "a negative serial number", says: "open", make: underRoot(serial("ff7f01")) },
    { title: "a serial number of 20 bytes", says: "open", make: underRoot(serial("7f".repeat(20))) },
    {
        title: "a serial number of 21 bytes, the first of them 0",
        says: "open",
        make: underRoot(serial(`00${"ff".repeat(20)}`)),
    },
    {
        title: "a serial number of 40 bytes",
        says: "bad-certificate",
        unlikeCurl: LONG_SERIAL,
        make: underRoot(serial("41".repeat(40))),
    },
    { title: "the serial number of the root", says: "open", make: underRoot(serial("1234"), serial("1234")) },
    { title: "a root with a serial number of 0", says: "open", make: underRoot({}, serial("00")) },
    { title: "a root with a negative serial number", says: "open", make: underRoot({}, serial("80")) },
    { title: "a root with a serial number of 32 bytes", says: "open", make: underRoot({}, serial("41".repeat(32))) },
    // ---- Dates
    { title: "dates to the end of 9999", says: "open", make: underRoot({ to: END_OF_TIME }) },
    { title: "a root to the end of 9999", says: "open", make: underRoot({}, { to: END_OF_TIME }) },
    { title: "a root for 600 years", says: "open", make: underRoot({}, { to: IN_600_YEARS }) },
    { title: "dates from 1950", says: "open", make: underRoot({ from: new Date("1950-01-01T00:00:00Z") }) },
    { title: "a root from 1950", says: "open", make: underRoot({}, { from: new Date("1950-01-01T00:00:00Z") }) },
    { title: "dates from 1970", says: "open", make: underRoot({ from: new Date(0) }, { from: new Date(0) }) },
    {
        title: "dates from 1900, as GeneralizedTime",
        says: "open",
        make: underRoot({ from: new Date("1900-01-01T00:00:00Z"), dateForms: ["GeneralizedTime", "GeneralizedTime"] }),
    },
    { title: "both dates as GeneralizedTime", says: "open", make: underRoot(bothIn("GeneralizedTime")) },
    {
        title: "both dates of the root as GeneralizedTime",
        says: "open",
        make: underRoot({}, bothIn("GeneralizedTime")),
    },
    {
        title: "from UTCTime to GeneralizedTime",
        says: "open",
        make: underRoot({ dateForms: ["UTCTime", "GeneralizedTime"] }),
    },
    {
        title: "from GeneralizedTime to UTCTime",
        says: "open",
        make: underRoot({ dateForms: ["GeneralizedTime", "UTCTime"] }),
    },
    {
        title: "expired, as GeneralizedTime",
        says: "certificate-expired",
        make: underRoot({ from: -60, to: -30, ...bothIn("GeneralizedTime") }),
    },
    {
        title: "not valid yet, as GeneralizedTime",
        says: "certificate-not-yet-valid",
        make: underRoot({ from: 30, to: 60, ...bothIn("GeneralizedTime") }),
    },
    {
        title: "an end before the beginning, both past",
        says: "certificate-expired",
        make: underRoot({ from: -30, to: -60 }),
    },
    {
        title: "an end before the beginning, now between",
        says: "certificate-expired",
        make: underRoot({ from: 30, to: -30 }),
    },
    { title: "a date whose seconds are no number", says: "bad-certificate", make: underRoot(endOfDate(A_DATE, "xxZ")) },
    { title: "a date in month 13", says: "bad-certificate", make: underRoot(endOfDate(A_DATE, "1301000000Z")) },
    { title: "a date without Z", says: "bad-certificate", make: underRoot(endOfDate(A_DATE, "0")) },
    { title: "a date with an offset from UTC", says: "bad-certificate", make: underRoot(endOfDate(A_DATE, "+0100")) },
    { title: "a date with a second of 60", says: "bad-certificate", make: underRoot(endOfDate(A_DATE, "60Z")) },
    // ---- Names in certificates
    {
        title: "an empty subject and critical names",
        says: "open",
        make: underRoot({ ...named([]), extensions: [subjectAltName([HOST], true)] }),
    },
    { title: "an empty subject and names that are not critical", says: "open", make: underRoot(named([])) },
    { title: "an empty subject and no names", says: "wrong-name", make: underRoot({ ...named([]), names: [] }) },
    { title: "a CA with an empty subject", says: "open", unlikeCurl: EMPTY_NAME, make: underRoot({}, named([])) },
    { title: "a common name of 64 letters", says: "open", make: underRoot({ subject: "n".repeat(64) }) },
    { title: "a common name of 200 letters", says: "open", make: underRoot({ subject: "n".repeat(200) }) },
    { title: "a CA with a name of 200 letters", says: "open", make: underRoot({}, { subject: "n".repeat(200) }) },
    {
        title: "a CA with a name of 400 letters",
        says: "open",
        make: underRoot(
            {},
            named([
                ["O", "o".repeat(200)],
                ["OU", "u".repeat(200)],
            ]),
        ),
    },
    {
        title: "an intermediate with a name of 400 letters",
        says: "open",
        make: under(
            named([
                ["O", "o".repeat(200)],
                ["OU", "u".repeat(200)],
            ]),
        ),
    },
    { title: "a subject of 20 units", says: "open", make: underRoot(named(...units(20))) },
    { title: "a CA of 20 units", says: "open", make: underRoot({}, named(...units(20))) },
    { title: "a subject in other alphabets", says: "open", make: underRoot({ subject: "Größe 工房 🔋" }) },
    { title: "a CA in other alphabets", says: "open", make: underRoot({}, { subject: "Größe 工房 🔋" }) },
    {
        title: "a CA's name as PrintableString",
        says: "open",
        make: underRoot(
            {},
            named(
                [
                    ["C", "DE"],
                    ["O", "Example"],
                ],
                "printableString",
            ),
        ),
    },
    { title: "a CA's name as BMPString", says: "open", make: underRoot({}, named([["O", "Größe"]], "bmpString")) },
    {
        title: "a CA's name as TeletexString",
        says: "open",
        make: underRoot({}, named([["O", "Example"]], "teletexString")),
    },
    {
        title: "a CA named by domain components",
        says: "open",
        make: underRoot(
            {},
            named(
                [
                    ["DC", "test"],
                    ["DC", "warmhello"],
                ],
                "ia5String",
            ),
        ),
    },
    {
        title: "an issuer written in capitals that has small letters",
        says: "untrusted",
        unlikeCurl: ENCODED_THE_SAME,
        make: issuerWritten("Example Root", [[["CN", "EXAMPLE ROOT"]]]),
    },
    {
        title: "an issuer written as PrintableString that has a UTF8String",
        says: "untrusted",
        unlikeCurl: ENCODED_THE_SAME,
        make: issuerWritten("Example Root", [[["CN", "Example Root"]], "printableString"]),
    },
    {
        title: "an issuer written with another blank",
        says: "untrusted",
        unlikeCurl: ENCODED_THE_SAME,
        make: issuerWritten("Example Root", [[["CN", "Example  Root "]]]),
    },
    // ---- Sizes
    { title: "100 alternative names, the host last", says: "open", make: underRoot({ names: [...hosts(99), HOST] }) },
    {
        title: "100 alternative names, none of them the host",
        says: "wrong-name",
        make: underRoot({ names: hosts(100) }),
    },
    { title: "400 alternative names, 11 KB", says: "open", make: underRoot({ names: [...hosts(399), HOST] }) },
    { title: "a certificate of 10 KB", says: "open", make: underRoot({ extensions: [ballast(10_000)] }) },
    { title: "a certificate of 15 KB", says: "open", make: underRoot({ extensions: [ballast(15_000)] }) },
    {
        title: "a certificate of 17 KB, more than a record",
        says: "open",
        make: underRoot({ extensions: [ballast(17_000)] }),
    },
    { title: "a root of 10 KB", says: "open", make: underRoot({}, { extensions: [ballast(10_000)] }) },
    { title: "an intermediate of 10 KB", says: "open", make: under({ extensions: [ballast(10_000)] }) },
    { title: "a chain of 3 times 5 KB", says: "open", make: threeOf(5000) },
    {
        title: "a chain of 3 times 8 KB",
        says: "open",
        make: threeOf(8000),
    },
    // ---- Extensions of public CAs
    { title: "timestamps of logs", says: "open", make: underRoot({ extensions: [timestamps] }) },
    { title: "a wish for OCSP that nobody staples", says: "open", make: underRoot({ extensions: [mustStaple] }) },
    {
        title: "a poisoned precertificate",
        says: "bad-certificate",
        make: underRoot({ extensions: [extension("1.3.6.1.4.1.11129.2.4.3", Buffer.from("0500", "hex"), true)] }),
    },
    {
        title: "Netscape's type: a server",
        says: "open",
        make: underRoot({ extensions: [extension("2.16.840.1.113730.1.1", Buffer.from("03020640", "hex"))] }),
    },
    {
        title: "Netscape's type: a client",
        says: "open",
        unlikeCurl: IGNORED,
        make: underRoot({ extensions: [extension("2.16.840.1.113730.1.1", Buffer.from("03020780", "hex"))] }),
    },
    {
        title: "where revocations are told",
        says: "open",
        make: underRoot({
            extensions: [
                extension(
                    "2.5.29.31",
                    Buffer.from("301b3019a017a0158613687474703a2f2f612e746573742f612e63726c", "hex"),
                ),
                extension(
                    "1.3.6.1.5.5.7.1.1",
                    Buffer.from("301d301b06082b06010505073001860f687474703a2f2f612e746573742f6f", "hex"),
                ),
            ],
        }),
    },
    {
        title: "unique identifiers of issuer and subject",
        says: "open",
        make: underRoot({
            beforeSigning: (certificate) => {
                certificate.issuerUniqueID = new Uint8Array([1, 2, 3]).buffer
                certificate.subjectUniqueID = new Uint8Array([4, 5, 6]).buffer
            },
        }),
    },
    {
        title: "an RSA server with 100 alternative names",
        says: "open",
        make: underRoot({ names: [...hosts(99), HOST], keys: keysOf("server", "RSA 2048") }),
    },
]

function threeOf(size: number): Row["make"] {
    return () => {
        const extensions = [ballast(size)]
        const root = authorityCertificate()
        const upper = authorityCertificate({ issuer: root, extensions })
        const lower = authorityCertificate({ issuer: upper, extensions })
        return { sent: [serverCertificate({ issuer: lower, extensions }), lower, upper], trusted: [root] }
    }
}

table("encodings", rows)
