// Certificates and keys of every kind, made with the openssl program in a folder of their own.
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export const PASSPHRASE = "secret"

export interface Pki {
    folder: string
    openssl(...args: string[]): void
    /** A file's contents. */
    read(name: string): Buffer
    text(name: string): string
    write(name: string, contents: string | Buffer): string
    /** NAME.key and a self-signed NAME.pem that is an authority; `keyArguments` are those of `openssl genpkey`. */
    authority(name: string, ...keyArguments: string[]): void
    /** NAME.key and NAME.pem, signed by `issuer`. */
    issue(name: string, issuer: string, ...keyArguments: string[]): void
    /** NAME.pem for a key that is there. */
    certify(name: string, issuer: string, key: string): void
}

export const p256 = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
export const rsa = (bits: number): string[] => ["-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${bits}`]
export const curve = (name: string): string[] => ["-algorithm", "EC", "-pkeyopt", `ec_paramgen_curve:${name}`]

export function createPki(folder: string): Pki {
    const openssl = (...args: string[]) => {
        execFileSync("openssl", args, { cwd: folder, stdio: "pipe" })
    }
    const read = (name: string) => readFileSync(join(folder, name))
    const certify = (name: string, issuer: string, key: string) => {
        openssl("req", "-new", "-key", key, "-subj", `/CN=${name}`, "-out", `${name}.csr`)
        writeFileSync(join(folder, "leaf.ext"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
        const signed = ["-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`, "-CAcreateserial", "-days", "3000"]
        openssl("x509", "-req", "-in", `${name}.csr`, ...signed, "-extfile", "leaf.ext", "-out", `${name}.pem`)
    }
    return {
        folder,
        openssl,
        read,
        text: (name) => read(name).toString("latin1"),
        write: (name, contents) => {
            writeFileSync(join(folder, name), contents)
            return join(folder, name)
        },
        authority: (name, ...keyArguments) => {
            openssl("genpkey", ...keyArguments, "-out", `${name}.key`)
            const self = ["-key", `${name}.key`, "-subj", `/CN=${name}`, "-days", "3000"]
            openssl("req", "-x509", "-new", ...self, "-out", `${name}.pem`)
        },
        issue: (name, issuer, ...keyArguments) => {
            openssl("genpkey", ...keyArguments, "-out", `${name}.key`)
            certify(name, issuer, `${name}.key`)
        },
        certify,
    }
}
