// A device's certificates and keys as people have them, good and bad.
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { curve, type Pki, p256, rsa } from "./pki.js"

export interface OwnFile {
    name: string
    certificate: Buffer
    key: Buffer
    /** What is said where it is refused; without it, it is taken. */
    words?: string
    /** Which of the two is refused; the key unless told. */
    refused?: "certificate" | "key"
    /** OpenSSL's verdict is the other one, for this reason. */
    unlikeOpenSsl?: string
    warnings?: string[]
}

const BOM = "\ufeff"

export function makeOwnMaterial(pki: Pki): void {
    const { openssl } = pki
    pki.authority("root", ...p256)
    pki.authority("other", ...p256)
    pki.issue("ec", "root", ...p256)
    pki.issue("stranger", "root", ...p256)
    pki.issue("rsa", "root", ...rsa(2048))
    pki.issue("p384", "root", ...curve("P-384"))
    pki.issue("p521", "root", ...curve("P-521"))
    pki.issue("ed25519", "root", "-algorithm", "ED25519")
    openssl("genpkey", ...p256, "-pkeyopt", "ec_param_enc:explicit", "-out", "written-out.key")
    openssl("ec", "-in", "written-out.key", "-param_enc", "named_curve", "-out", "named.key")
    pki.certify("written-out", "root", "named.key")
    openssl("ec", "-in", "ec.key", "-out", "ec.sec1")
    openssl("ec", "-in", "ec.key", "-no_public", "-out", "no-public.key")
    openssl("ec", "-in", "stranger.key", "-no_public", "-out", "stranger-no-public.key")
    openssl("ec", "-in", "ec.key", "-conv_form", "compressed", "-out", "compressed.key")
    openssl("ec", "-in", "ec.key", "-param_enc", "explicit", "-out", "explicit.key")
    openssl("ecparam", "-name", "prime256v1", "-out", "parameters.pem")
    openssl("rsa", "-in", "rsa.key", "-traditional", "-out", "rsa.pkcs1")
    openssl("ec", "-in", "ec.key", "-aes128", "-passout", "pass:secret", "-out", "locked.sec1")
    openssl("rsa", "-in", "rsa.key", "-traditional", "-aes128", "-passout", "pass:secret", "-out", "locked.pkcs1")
    openssl("pkcs8", "-topk8", "-in", "ec.key", "-passout", "pass:secret", "-out", "locked.pk8")
    openssl("pkcs8", "-topk8", "-in", "ec.key", "-passout", "pass:secret", "-outform", "der", "-out", "locked.der")
    openssl("pkey", "-in", "ec.key", "-outform", "der", "-out", "ec.pk8.der")
    openssl("ec", "-in", "ec.key", "-outform", "der", "-out", "ec.sec1.der")
    openssl("rsa", "-in", "rsa.key", "-traditional", "-outform", "der", "-out", "rsa.pkcs1.der")
    openssl("pkey", "-in", "ec.key", "-pubout", "-out", "ec.pub")
    openssl("pkey", "-in", "ec.key", "-pubout", "-outform", "der", "-out", "ec.pub.der")
    openssl("x509", "-in", "ec.pem", "-outform", "der", "-out", "ec.der")
    openssl("x509", "-in", "ec.pem", "-trustout", "-addtrust", "clientAuth", "-out", "ec.trusted")
    openssl("crl2pkcs7", "-nocrl", "-certfile", "ec.pem", "-out", "ec.p7b")
    const both = ["-in", "ec.pem", "-inkey", "ec.key", "-passout", "pass:secret"]
    openssl("pkcs12", "-export", ...both, "-out", "ec.p12")
    openssl("pkcs12", "-in", "ec.p12", "-passin", "pass:secret", "-nodes", "-out", "ec.bag")
    execFileSync("ssh-keygen", ["-q", "-t", "ecdsa", "-N", "", "-f", join(pki.folder, "ssh")])
    execFileSync("ssh-keygen", ["-q", "-t", "ecdsa", "-N", "secret", "-f", join(pki.folder, "ssh-locked")])
    for (const name of ["ssh", "ssh-locked"]) makeCertificateOfSsh(pki, name)
}

/** OpenSSL cannot read the key itself. */
function makeCertificateOfSsh(pki: Pki, name: string): void {
    pki.write(`${name}.pk8`, pki.read(name))
    const file = join(pki.folder, `${name}.pk8`)
    const passphrase = name === "ssh" ? "" : "secret"
    execFileSync("bash", ["-c", `chmod 600 "$0" && ssh-keygen -q -p -P "${passphrase}" -N "" -m PKCS8 -f "$0"`, file])
    pki.certify(name, "root", `${name}.pk8`)
}

type Row = [name: string, key: string | Buffer, words?: string]

const crlf = (text: string) => text.replaceAll("\n", "\r\n")

function keysOfCurve(pki: Pki): Row[] {
    const key = pki.text("ec.key")
    const sec1 = pki.text("ec.sec1")
    const parameters = pki.text("parameters.pem")
    const certificate = pki.text("ec.pem")
    const no = (what: string) => `X holds no private key: it ${what}`
    const inBlock = (label: string, what: string) => `block 1 of X (${label}, from line 1) ${what}`
    const inDer = (label: string, what: string) => `block 1 of X (${label}, from byte 0) ${what}`
    const broken = key.replace(/\n.{10}/, "\n**********")
    return [
        ["PKCS#8", key],
        ["SEC1", sec1],
        ["SEC1 with parameters", parameters + sec1],
        ["PKCS#8 with parameters", parameters + key],
        ["SEC1 without the public part", pki.read("no-public.key")],
        ["a byte order mark", Buffer.from(BOM + key)],
        ["a zero byte at its end", `${key}\0`],
        ["CRLF", crlf(key)],
        ["blanks behind its lines", key.replaceAll("\n", "  \n")],
        ["tabs before its base64", key.replace(/\n(?!-)/g, "\n\t")],
        ["no final newline", key.trimEnd()],
        ["bag attributes", pki.read("ec.bag")],
        ["its certificate before it", certificate + key],
        ["its certificate behind it", key + certificate],
        ["another's key behind it", key + pki.text("stranger.key")],
        ["damage behind it", key + certificate.replace(/\n.{10}/, "\n**********")],
        ["another's key before it", pki.text("stranger.key") + key, "does not belong to"],
        ["another's", pki.read("stranger.key"), "does not belong to"],
        ["another's without the public part", pki.read("stranger-no-public.key"), "does not belong to"],
        ["a damaged certificate before it", certificate.replace(/\n.{10}/, "\n**********") + key],
        [
            "damage, and a locked one behind it",
            certificate.replace(/\n.{10}/, "\n**********") + pki.text("locked.pk8"),
            "block 2 of X (ENCRYPTED PRIVATE KEY,",
        ],
        ["a character that is not base64", broken, inBlock("PRIVATE KEY", "is damaged: line 2 is not base64")],
        ["a key that is cut", key.slice(0, 100), inBlock("PRIVATE KEY", "is damaged: its END is missing")],
        [
            "base64 that is no key",
            key.replace(/\n.{10}/, "\nAAAAAAAAAA"),
            inBlock("PRIVATE KEY", "is damaged: what it holds"),
        ],
        ["CR alone", key.replaceAll("\n", "\r"), no("has lines that end in CR alone")],
        ["\\n written out", key.replaceAll("\n", "\\n"), no("has \\n written out")],
        ["locked PKCS#8", pki.read("locked.pk8"), inBlock("ENCRYPTED PRIVATE KEY", "is locked with a passphrase")],
        ["locked SEC1", pki.read("locked.sec1"), inBlock("EC PRIVATE KEY", "is locked with a passphrase")],
        ["a locked one behind its certificate", certificate + pki.text("locked.pk8"), "is locked with a passphrase"],
        ["DER, locked", pki.read("locked.der"), inDer("ENCRYPTED PRIVATE KEY", "is locked with a passphrase")],
        ["DER that is cut", pki.read("rsa.pkcs1.der").subarray(0, 300), no("is DER that ends too early")],
        ["PKCS#12", pki.read("ec.p12"), no("is PKCS#12")],
        ["the public key", pki.read("ec.pub"), no("is a public key")],
        ["the public key in DER", pki.read("ec.pub.der"), no("is a public key")],
        ["the certificate", pki.read("ec.pem"), no("is a certificate\n")],
        ["the request", pki.read("ec.csr"), no("is a request for a certificate")],
        ["only parameters", parameters, no("holds only the parameters of a key")],
        ["base64 without BEGIN and END", key.replace(/-----.*-----\n/g, ""), no("is base64 without the lines")],
        [
            "PGP",
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlFgEZxyz\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n",
            no("is PGP"),
        ],
        ["OpenSSH's public key", pki.read("ssh.pub"), no("is a public key of OpenSSH")],
        ["nothing", "", no("is empty")],
    ]
}

function keysOfOthers(pki: Pki): OwnFile[] {
    const file = (name: string, certificate: string, key: string, words?: string): OwnFile => ({
        ...{ name, certificate: pki.read(certificate), key: pki.read(key) },
        ...(words !== undefined && { words }),
    })
    const no = (what: string) => `X holds no private key: it ${what}`
    const kind = (what: string) => `cannot be used: its key ${what}`
    const onlyPem = "curl takes DER only when it is told so"
    const named = "a key in such a form is written anew by the command that is told"
    const notPresented = "nothing here signs with such a key"
    return [
        file("RSA, PKCS#8", "rsa.pem", "rsa.key"),
        file("RSA, PKCS#1", "rsa.pem", "rsa.pkcs1"),
        { ...file("RSA, PKCS#1 in CRLF", "rsa.pem", "rsa.pkcs1"), key: Buffer.from(crlf(pki.text("rsa.pkcs1"))) },
        file("RSA, locked PKCS#1", "rsa.pem", "locked.pkcs1", "is locked with a passphrase"),
        { ...file("DER, PKCS#8", "ec.pem", "ec.pk8.der"), unlikeOpenSsl: onlyPem },
        { ...file("DER, SEC1", "ec.pem", "ec.sec1.der"), unlikeOpenSsl: onlyPem },
        { ...file("DER, RSA", "rsa.pem", "rsa.pkcs1.der"), unlikeOpenSsl: onlyPem },
        { ...file("DER, both", "ec.der", "ec.sec1.der"), unlikeOpenSsl: onlyPem },
        { ...file("DER, another's", "ec.pem", "rsa.pkcs1.der", "does not belong to") },
        file("P-384", "p384.pem", "p384.key"),
        file("OpenSSH's own form", "ssh.pem", "ssh", no("is a private key in OpenSSH's own form")),
        file(
            "OpenSSH's own form, locked",
            "ssh-locked.pem",
            "ssh-locked",
            no("is a private key in OpenSSH's own form"),
        ),
        {
            ...file("a compressed point", "ec.pem", "compressed.key", kind("has its point in compressed form")),
            unlikeOpenSsl: named,
        },
        {
            ...file(
                "a curve written out",
                "ec.pem",
                "explicit.key",
                kind("has the parameters of its curve written out"),
            ),
            unlikeOpenSsl: named,
        },
        file("a curve written out, PKCS#8", "written-out.pem", "written-out.key"),
        {
            ...file("P-521", "p521.pem", "p521.key", kind("is on the curve P-521")),
            refused: "certificate",
            unlikeOpenSsl: notPresented,
        },
        {
            ...file("Ed25519", "ed25519.pem", "ed25519.key", kind("is for Ed25519")),
            refused: "certificate",
            unlikeOpenSsl: notPresented,
        },
        { ...file("P-521 for another certificate", "ec.pem", "p521.key", kind("is on the curve P-521")) },
    ]
}

function certificates(pki: Pki): OwnFile[] {
    const leaf = pki.text("ec.pem")
    const second = leaf.trimEnd().split("\n").length + 1
    const no = (what: string) => `X holds no certificate: it ${what}`
    const rows: [name: string, certificate: string | Buffer, words?: string | undefined, warnings?: string[]][] = [
        ["in CRLF", crlf(leaf)],
        ["with a byte order mark", Buffer.from(BOM + leaf)],
        ["with blanks behind its lines", leaf.replaceAll("\n", " \n")],
        ["under its older name", leaf.replaceAll("CERTIFICATE", "X509 CERTIFICATE")],
        ["as TRUSTED CERTIFICATE", pki.read("ec.trusted")],
        ["with its key before it", pki.text("ec.key") + leaf],
        ["with bag attributes", pki.read("ec.bag")],
        ["with its root", `${leaf}some text\n${pki.text("root.pem")}`, undefined, ["chain-holds-root"]],
        ["with a zero byte at its end", `${leaf}\0`],
        ["in one line of base64", leaf.replace(/(?<!-)\n(?!-)/g, "")],
        [
            "with a damaged one behind it",
            leaf + leaf.replace(/\n.{10}/, "\n**********"),
            `block 2 of X (CERTIFICATE, from line ${second}) is damaged: line ${second + 1}`,
        ],
        ["that is cut", leaf.slice(0, 200), "block 1 of X (CERTIFICATE, from line 1) is damaged: its END is missing"],
        ["in DER that is cut", pki.read("ec.der").subarray(0, 300), no("is DER that ends too early")],
        ["in PKCS#7", pki.read("ec.p7b"), no("is PKCS#7")],
        ["in PKCS#12", pki.read("ec.p12"), no("is PKCS#12")],
        ["that is a request", pki.read("ec.csr"), no("is a request for a certificate")],
        ["that is a key", pki.read("ec.key"), no("is a private key")],
        ["that is nothing", "", no("is empty")],
    ]
    return rows.map(([name, certificate, words, warnings]) => ({
        ...{ name: `a certificate ${name}`, key: pki.read("ec.key"), refused: "certificate" },
        certificate: Buffer.from(certificate as string, "latin1"),
        ...(words !== undefined && { words }),
        ...(warnings !== undefined && { warnings }),
    }))
}

export function ownFiles(pki: Pki): OwnFile[] {
    const certificate = pki.read("ec.pem")
    return [
        ...keysOfCurve(pki).map(([name, key, words]) => ({
            ...{ name, certificate, key: Buffer.from(key as string, "latin1") },
            ...(words !== undefined && { words }),
            ...(name === "another's key behind it" && { warnings: ["several-keys"] }),
        })),
        ...keysOfOthers(pki),
        ...certificates(pki),
    ]
}
