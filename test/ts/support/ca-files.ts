// CA files as people have them, good and bad, around one authority, "root", and what goes into them beside it.
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { curve, type Pki, p256, rsa } from "./pki.js"

export interface CaFile {
    name: string
    contents: Buffer
    /** What is said where it is refused; without it, it is taken. */
    words?: string
    /** OpenSSL's verdict is the other one, for this reason. */
    unlikeOpenSsl?: string
    /** Provision's warnings. */
    warnings?: string[]
}

const BOM = "\ufeff"

/** Everything that the table needs, in the PKI's folder. */
export function makeCaMaterial(pki: Pki): void {
    const { openssl } = pki
    pki.authority("root", ...p256)
    pki.authority("other", ...p256)
    pki.authority("rsa", ...rsa(2048))
    pki.authority("p384", ...curve("P-384"))
    pki.authority("pss", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048")
    pki.authority("p521", ...curve("P-521"))
    pki.authority("k256", ...curve("secp256k1"))
    pki.authority("brainpool", ...curve("brainpoolP256r1"))
    pki.authority("ed25519", "-algorithm", "ED25519")
    pki.authority("ed448", "-algorithm", "ED448")
    pki.authority("rsa4096", ...rsa(4096))
    pki.authority("rsa4224", ...rsa(4224))
    pki.authority("explicit", ...p256, "-pkeyopt", "ec_param_enc:explicit")
    openssl("ec", "-in", "root.key", "-conv_form", "compressed", "-out", "compressed.key")
    const self = ["-key", "compressed.key", "-subj", "/CN=compressed", "-days", "3000"]
    openssl("req", "-x509", "-new", ...self, "-out", "compressed.pem")
    pki.issue("leaf", "root", ...p256)
    for (const name of ["root", "other", "p521"])
        openssl("x509", "-in", `${name}.pem`, "-outform", "der", "-out", `${name}.der`)
    openssl("x509", "-in", "root.pem", "-text", "-out", "root-text.pem")
    openssl(
        "x509",
        "-in",
        "root.pem",
        "-trustout",
        "-addtrust",
        "serverAuth",
        "-setalias",
        "mine",
        "-out",
        "trusted.pem",
    )
    openssl("x509", "-in", "root.pem", "-trustout", "-addreject", "serverAuth", "-out", "rejected.pem")
    openssl("crl2pkcs7", "-nocrl", "-certfile", "root.pem", "-out", "root.p7b")
    openssl("crl2pkcs7", "-nocrl", "-certfile", "root.pem", "-outform", "der", "-out", "root.p7c")
    const both = ["-in", "leaf.pem", "-inkey", "leaf.key", "-certfile", "root.pem", "-passout", "pass:secret"]
    openssl("pkcs12", "-export", ...both, "-out", "leaf.p12")
    openssl("pkcs12", "-export", "-legacy", ...both, "-out", "legacy.p12")
    openssl("req", "-in", "leaf.csr", "-outform", "der", "-out", "leaf.csr.der")
    openssl("pkey", "-in", "root.key", "-pubout", "-out", "root.pub")
    openssl("pkey", "-in", "root.key", "-pubout", "-outform", "der", "-out", "root.pub.der")
    openssl("pkey", "-in", "root.key", "-outform", "der", "-out", "root.key.der")
    openssl("pkey", "-in", "root.key", "-aes128", "-passout", "pass:secret", "-out", "locked.key")
    openssl("ecparam", "-name", "prime256v1", "-out", "parameters.pem")
    makeRevocationList(pki)
    execFileSync("ssh-keygen", ["-q", "-t", "ecdsa", "-N", "", "-f", join(pki.folder, "ssh")])
}

function makeRevocationList({ openssl, write }: Pki): void {
    write("index.txt", "")
    const lines = ["[ca]", "default_ca=d", "[d]", "database=index.txt", "default_md=sha256", "default_crl_days=3000"]
    write("ca.cnf", `${lines.join("\n")}\n`)
    const issuer = ["-config", "ca.cnf", "-cert", "root.pem", "-keyfile", "root.key"]
    openssl("ca", "-gencrl", ...issuer, "-out", "root.crl")
    openssl("crl", "-in", "root.crl", "-outform", "der", "-out", "root.crl.der")
}

/** A block with another body or label. */
const relabelled = (pem: string, label: string) => pem.replaceAll("CERTIFICATE", label)
const linesOf = (pem: string) => pem.trimEnd().split("\n")
const bodyOf = (pem: string) => linesOf(pem).slice(1, -1).join("")
const withBody = (pem: string, body: string) => [linesOf(pem)[0], body, linesOf(pem).at(-1), ""].join("\n")
const inLines = (text: string, length: number) => (text.match(new RegExp(`.{1,${length}}`, "g")) ?? []).join("\n")
const eachLine = (pem: string, change: (line: string, index: number) => string) =>
    `${linesOf(pem).map(change).join("\n")}\n`

/** Files that OpenSSL takes, and so do we. */
function good(pki: Pki): [name: string, contents: string | Buffer, warnings?: string[]][] {
    const root = pki.text("root.pem")
    const other = pki.text("other.pem")
    const isBody = (line: string) => !line.startsWith("-----")
    return [
        ["as openssl writes it", root],
        ["CRLF", root.replaceAll("\n", "\r\n")],
        ["a byte order mark", Buffer.from(BOM + root)],
        ["a byte order mark and CRLF", Buffer.from(BOM + root.replaceAll("\n", "\r\n"))],
        ["two files with byte order marks, joined", Buffer.from(BOM + root + BOM + other)],
        ["blanks before the base64", eachLine(root, (line) => (isBody(line) ? `    ${line}` : line))],
        ["blanks behind all lines, the dashes too", eachLine(root, (line) => `${line}   `)],
        ["tabs behind all lines", eachLine(root, (line) => `${line}\t`)],
        ["blanks and CRLF behind all lines", eachLine(root, (line) => `${line} \t\r`)],
        ["no-break spaces behind all lines", Buffer.from(eachLine(root, (line) => `${line}\u00a0`))],
        ["blanks in the base64", eachLine(root, (line) => (isBody(line) ? line.replace(/(.{8})/g, "$1 ") : line))],
        ["text of openssl before it", pki.read("root-text.pem")],
        ["bag attributes before it", `Bag Attributes\n    friendlyName: root\nsubject=CN = root\n${root}`],
        ["text behind it", `${root}This was the root.\n`],
        ["text with dashes", `----- my CA -----\n${root}-----\n`],
        ["text between two", `# one\n${root}\n# two\n${other}`],
        ["its older name", relabelled(root, "X509 CERTIFICATE")],
        ["TRUSTED CERTIFICATE with an alias", pki.read("trusted.pem")],
        ["TRUSTED CERTIFICATE that OpenSSL was told to reject", pki.read("rejected.pem")],
        ["two of them", other + root],
        ["forty of them", other.repeat(39) + root],
        ["the same one twice", root + root],
        ["no final newline", root.trimEnd()],
        ["CRLF, no final newline", root.trimEnd().replaceAll("\n", "\r\n")],
        ["base64 in one line", withBody(root, bodyOf(root))],
        ["base64 in lines of 76", withBody(root, inLines(bodyOf(root), 76))],
        ["base64 in lines of 3", withBody(root, inLines(bodyOf(root), 3))],
        ["base64 in lines of 254", withBody(root, inLines(bodyOf(root), 254))],
        ["zero bytes at its end", `${root}\0\0`],
        ["a zero byte instead of the last newline", `${root.trimEnd()}\0`],
        ["an empty line behind BEGIN", withBody(root, `\n${inLines(bodyOf(root), 64)}`)],
        ["empty lines around it", `\n\n${root}\n\n\n`],
        ["a private key beside it", pki.text("root.key") + root],
        ["a locked private key beside it", root + pki.text("locked.key")],
        ["a revocation list beside it", root + pki.text("root.crl")],
        ["a request beside it", pki.text("leaf.csr") + root],
        ["a public key beside it", pki.text("root.pub") + root],
        ["PKCS#7 beside it", pki.text("root.p7b") + root],
        ["parameters beside it", pki.text("parameters.pem") + root],
        ["an RSA authority", pki.read("rsa.pem")],
        ["an RSA authority of 4096 bits", pki.read("rsa4096.pem")],
        ["an RSA-PSS authority", pki.read("pss.pem")],
        ["a P-384 authority", pki.read("p384.pem")],
        ["a server's own certificate", pki.read("leaf.pem"), ["ca-is-no-authority"]],
        ["a P-521 authority beside it", pki.text("p521.pem") + root, ["ca-left-aside"]],
        [
            "Ed25519 and a large RSA authority beside it",
            root + pki.text("ed25519.pem") + pki.text("rsa4224.pem"),
            ["ca-left-aside", "ca-left-aside"],
        ],
    ]
}

/** Files that OpenSSL refuses, and so do we, in these words. */
function bad(pki: Pki): [name: string, contents: string | Buffer, words: string][] {
    const root = pki.text("root.pem")
    const other = pki.text("other.pem")
    const damaged = (change: (lines: string[]) => void) => {
        const lines = linesOf(other)
        change(lines)
        return `${root}${lines.join("\n")}\n${root}`
    }
    const second = (what: string) =>
        `block 2 of X (CERTIFICATE, from line ${linesOf(root).length + 1}) is damaged: ${what}`
    const lineOf = (index: number) => linesOf(root).length + 1 + index
    const cutDer = Buffer.from(bodyOf(other), "base64").fill(0x31, 4, 5).toString("base64") // no SEQUENCE
    const is = (what: string) => `X holds no certificate: it ${what}`
    const spoiled = (lines: string[]) => {
        lines[2] = `*${lines[2]?.slice(1)}`
    }
    return [
        ["CR alone", root.replaceAll("\n", "\r"), is("has lines that end in CR alone")],
        ["blanks before BEGIN", eachLine(root, (line) => `  ${line}`), is("has blanks before the dashes")],
        [
            "blanks before END",
            root.replace("-----END", " -----END"),
            `block 1 of X (CERTIFICATE, from line 1) is damaged: line`,
        ],
        [
            "a character that is not base64 in the second of three",
            damaged(spoiled),
            second(`line ${lineOf(2)} is not base64`),
        ],
        [
            "a zero byte in the second of three",
            damaged((lines) => {
                lines[3] = `\0${lines[3]?.slice(1)}`
            }),
            second(`line ${lineOf(3)} is not base64`),
        ],
        [
            "a character too few",
            damaged((lines) => {
                lines[2] = lines[2]?.slice(1) ?? ""
            }),
            second(`part of its base64 is missing before line`),
        ],
        [
            "a line too few",
            damaged((lines) => {
                lines.splice(2, 1)
            }),
            second("what it holds is no whole certificate"),
        ],
        [
            "DER that is damaged",
            `${root}${withBody(other, inLines(cutDer, 64))}`,
            second("what it holds is no whole certificate"),
        ],
        [
            "padding in the middle",
            damaged((lines) => {
                lines[2] = `A===${lines[2]?.slice(4)}`
            }),
            second(`line ${lineOf(2)} is not base64`),
        ],
        [
            "too much padding",
            damaged((lines) => {
                lines[lines.length - 2] += "==="
            }),
            second("line"),
        ],
        [
            "base64 for URLs",
            damaged((lines) => {
                lines[2] = `_-_-${lines[2]?.slice(4)}`
            }),
            second(`line ${lineOf(2)} is not base64`),
        ],
        [
            "an empty line in the middle",
            damaged((lines) => {
                lines.splice(3, 0, "")
            }),
            second(`line ${lineOf(3)} is empty`),
        ],
        [
            "END of another label",
            damaged((lines) => {
                lines[lines.length - 1] = "-----END X-----"
            }),
            second("the END in line"),
        ],
        ["the file ends before END", `${root}${other.slice(0, 300)}`, second("its END is missing before line")],
        ["END and BEGIN in one line", root.trimEnd() + other, "which goes on with the BEGIN of the next"],
        [
            "text behind END in its line",
            `${root.trimEnd()}x\n`,
            "block 1 of X (CERTIFICATE, from line 1) is damaged: the END in line",
        ],
        ["all in one line", root.replaceAll("\n", ""), is("has lost its line breaks")],
        ["blanks for line breaks", root.replaceAll("\n", " "), is("has lost its line breaks")],
        ["\\n written out", root.replaceAll("\n", "\\n"), is("has \\n written out")],
        ["a string of C", eachLine(root, (line) => `"${line}\\n"`), is("has something before the dashes")],
        ["quoted as in a mail", eachLine(root, (line) => `> ${line}`), is("has something before the dashes")],
        ["four dashes", root.replaceAll("-----", "----"), "X holds no certificate\n"],
        [
            "four dashes behind BEGIN",
            root.replace(/BEGIN CERTIFICATE-----/, "BEGIN CERTIFICATE----"),
            "X holds no certificate\n",
        ],
        ["small letters", root.replaceAll("BEGIN CERTIFICATE", "begin certificate"), "X holds no certificate\n"],
        ["nothing", "", is("is empty")],
        ["text", "This is no certificate.\n", "X holds no certificate\n"],
        ["UTF-16", Buffer.from(BOM + root, "utf16le"), is("is text in UTF-16")],
        ["DER that is cut", pki.read("root.der").subarray(0, 300), is("is DER that ends too early")],
        [
            "DER, and a part of another behind it",
            Buffer.concat([pki.read("root.der"), pki.read("root.der").subarray(0, 300)]),
            "block 2 of X (DER, from byte ",
        ],
        [
            "DER that is damaged inside",
            Buffer.from(pki.read("root.der")).fill(0x7f, 14, 15), // the length of its serial number
            "block 1 of X (CERTIFICATE, from byte 0) is damaged: what it holds is no whole certificate",
        ],
        [
            "P-521 in DER alone",
            pki.read("p521.der"),
            "block 1 of X (CERTIFICATE, from byte 0) cannot be used: its key is on the curve P-521",
        ],
        ["PKCS#7", pki.read("root.p7b"), is("is PKCS#7\n")],
        ["PKCS#7 in DER", pki.read("root.p7c"), is("is PKCS#7 in DER")],
        ["PKCS#12", pki.read("leaf.p12"), is("is PKCS#12 (.p12, .pfx)")],
        ["PKCS#12 with old ciphers", pki.read("legacy.p12"), is("is PKCS#12 (.p12, .pfx)")],
        ["a request", pki.read("leaf.csr"), is("is a request for a certificate")],
        ["a request in DER", pki.read("leaf.csr.der"), is("is a request for a certificate")],
        ["a public key", pki.read("root.pub"), is("is a public key")],
        ["a public key in DER", pki.read("root.pub.der"), is("is a public key")],
        ["a revocation list in DER", pki.read("root.crl.der"), is("is a list of revoked certificates (CRL)")],
        ["a private key", pki.read("root.key"), is("is a private key\n")],
        ["a locked private key", pki.read("locked.key"), is("is a private key\n")],
        ["a private key in DER", pki.read("root.key.der"), is("is a private key\n")],
        ["OpenSSH's private key", pki.read("ssh"), is("is a private key in OpenSSH's own form")],
        ["OpenSSH's public key", pki.read("ssh.pub"), is("is a public key of OpenSSH")],
        [
            "PGP",
            "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEZxyzABYJKwYBBAHaRw8BAQdA\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n",
            is("is PGP"),
        ],
        ["PGP in binary", Buffer.from([0x99, 0x01, 0x0d, 4, 0x65, 0, 0, 0, 1, 8, 0]), is("is PGP")],
        ["a web page", "<!DOCTYPE html>\n<html><body>Download</body></html>\n", is("is a web page")],
        ["base64 without BEGIN and END", inLines(bodyOf(root), 64), is("is base64 without the lines of BEGIN and END")],
    ]
}

/** Files that OpenSSL takes and the core cannot, or the reverse. */
function differing(pki: Pki): [name: string, contents: string | Buffer, words: string | undefined, reason: string][] {
    const root = pki.text("root.pem")
    const kind = (what: string) => `block 1 of X (CERTIFICATE, from line 1) cannot be used: its key ${what}`
    const onlyPem = "curl takes CAs in PEM only"
    const flash = Buffer.alloc(512, 0xff)
    const notVerified = "nothing here verifies with such a key"
    return [
        ["DER", pki.read("root.der"), undefined, onlyPem],
        ["two certificates in DER", Buffer.concat([pki.read("other.der"), pki.read("root.der")]), undefined, onlyPem],
        ["DER and what flash has behind it", Buffer.concat([pki.read("root.der"), flash]), undefined, onlyPem],
        ["DER and a zero byte", Buffer.concat([pki.read("root.der"), Buffer.alloc(1)]), undefined, onlyPem],
        ["P-521 alone", pki.read("p521.pem"), kind("is on the curve P-521"), notVerified],
        ["secp256k1 alone", pki.read("k256.pem"), kind("is on the curve secp256k1"), notVerified],
        ["brainpool alone", pki.read("brainpool.pem"), kind("is on the curve brainpoolP256r1"), notVerified],
        ["Ed25519 alone", pki.read("ed25519.pem"), kind("is for Ed25519"), notVerified],
        ["Ed448 alone", pki.read("ed448.pem"), kind("is for Ed448"), notVerified],
        [
            "RSA of more than 4096 bits alone",
            pki.read("rsa4224.pem"),
            kind("is RSA with more than 4096 bits"),
            notVerified,
        ],
        [
            "a curve written out alone",
            pki.read("explicit.pem"),
            kind("has the parameters of its curve written out"),
            notVerified,
        ],
        ["a compressed point alone", pki.read("compressed.pem"), kind("has its point in compressed form"), notVerified],
        [
            "a revocation list alone",
            pki.read("root.crl"),
            "X holds no certificate: it is a list of revoked",
            "OpenSSL takes it, and trusts nobody",
        ],
        [
            "END missing before the next BEGIN",
            root.replace(/-----END.*\n/, "") + pki.text("other.pem"),
            "block 1 of X (CERTIFICATE, from line 1) is damaged: its END is missing before line",
            "OpenSSL never sees the second",
        ],
    ]
}

export function caFiles(pki: Pki): CaFile[] {
    const bytes = (contents: string | Buffer) =>
        typeof contents === "string" ? Buffer.from(contents, "latin1") : contents
    return [
        ...good(pki).map(([name, contents, warnings = []]) => ({ name, contents: bytes(contents), warnings })),
        ...bad(pki).map(([name, contents, words]) => ({ name, contents: bytes(contents), words })),
        ...differing(pki).map(([name, contents, words, unlikeOpenSsl]) => ({
            ...{ name, contents: bytes(contents), unlikeOpenSsl },
            ...(words !== undefined && { words }),
        })),
    ]
}
