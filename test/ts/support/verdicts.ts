// What a program or a function of ours says of a file of certificates or a key: taken, or refused in which words.
import { spawn } from "node:child_process"
import { join } from "node:path"
import { WarmhelloError } from "#warmhello/base/errors.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { Client } from "#warmhello/core/client.js"
import { checkProvision } from "#warmhello/provision/provision.js"

/** What is said of a file that is refused; undefined for one that is taken. */
export type Refusal = string | undefined

interface Ran {
    code: number | null
    stderr: string
}

/** Without a terminal, so that nothing asks for a passphrase there; `input` is what a person would type. */
function runDetached(program: string, args: string[], cwd: string, input = ""): Promise<Ran> {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, { cwd, detached: true, stdio: ["pipe", "ignore", "pipe"] })
        let stderr = ""
        child.stderr.on("data", (bytes) => {
            stderr += bytes
        })
        child.stdin.on("error", () => {}) // it may not read what it is told
        child.stdin.end(input)
        child.on("error", reject)
        child.on("close", (code) => resolve({ code, stderr }))
    })
}

/** CURLE_SSL_CACERT_BADFILE and CURLE_SSL_CERTPROBLEM: what it says before it connects. */
const CURL_BAD_FILE = { ca: 77, own: 58 }

export async function curlTakesCa(file: string, port: number, folder: string): Promise<boolean> {
    const { code } = await runDetached("curl", ["-s", "--cacert", file, `https://localhost:${port}/`], folder)
    return code !== CURL_BAD_FILE.ca
}

export async function curlTakesOwn(
    { certificate, key, ca }: { certificate: string; key: string; ca: string },
    port: number,
    folder: string,
): Promise<boolean> {
    const files = ["--cacert", ca, "--cert", certificate, "--key", key]
    const { code } = await runDetached("curl", ["-s", ...files, `https://localhost:${port}/`], folder)
    return code !== CURL_BAD_FILE.own
}

/** The C example's; a refusal is said before anything is connected. */
export async function resumeRefusal(file: string, port: number, folder: string): Promise<Refusal> {
    const program = checkoutPath("build/host/resume")
    const { code, stderr } = await runDetached(program, ["localhost", String(port), file], folder)
    return code === 2 ? stderr.replace(/^resume: /, "") : undefined
}

const inWords = (error: WarmhelloError) => `${error.message}\n${error.hint}\n`

/** That of simulate and of the preload, which make the same client. */
export function clientRefusal(ca: Buffer, identity?: { certificate: Buffer; key: Buffer }): Refusal {
    const options = { host: "localhost", port: 443, minVersion: "1.2", maxVersion: "1.3", tickets: true } as const
    try {
        new Client({ ...options, ca, identity })[Symbol.dispose]()
        return undefined
    } catch (error) {
        if (error instanceof WarmhelloError) return inWords(error)
        throw error
    }
}

/** Of a provisioning file. */
export function provisionRefusal(file: string): { refusal: Refusal; warnings: string[] } {
    const { errors, warnings } = checkProvision(file)
    const [error] = errors
    return { refusal: error && inWords(error), warnings: warnings.map(({ code }) => code) }
}

/** The command in an advice, which FILE is put into, and the file that it makes. */
export function commandOf(refusal: string): string | undefined {
    return /: (\(?(?:openssl|tr|iconv|sed|printf|echo|install|keytool) .*?)(?: \(-legacy for an old one\))?(?:; a device .*)?$/m.exec(
        refusal,
    )?.[1]
}

/** Runs it, with the passphrase for whatever asks. Returns the path of what it made. */
export async function convert(command: string, file: string, folder: string, passphrase: string): Promise<string> {
    const made = /FILE\.p12/.test(command) ? `${file}.p12` : `${file}.pem`
    const line = command.replaceAll("FILE", file)
    const { code, stderr } = await runDetached("bash", ["-c", line], folder, `${passphrase}\n`.repeat(4))
    if (code !== 0) throw new Error(`${line}: ${stderr}`)
    return join(folder, made)
}
