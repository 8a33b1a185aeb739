// Provisioning files on disk, with certificates made on the spot.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { type CertificateAuthority, createCertificateAuthority } from "#warmhello/sim/certificates.js"

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json | undefined }

export interface ProvisionFiles {
    authority: CertificateAuthority
    folder: string
    /** Writes a file beside the others. */
    write(name: string, contents: string | Buffer): string
    /** Writes a provisioning file that is good but for what is given; its sections are merged. Returns its path. */
    provision(changes?: { [name: string]: Json | undefined }): string
}

let count = 0

function merged(standard: Json | undefined, change: Json | undefined): Json | undefined {
    const bothObjects = [standard, change].every(
        (part) => typeof part === "object" && part !== null && !Array.isArray(part),
    )
    return bothObjects ? { ...(standard as object), ...(change as object) } : change
}

/** In this folder: ca.pem, device.pem and device.key. */
export async function createProvisionFiles(folder: string): Promise<ProvisionFiles> {
    const authority = await createCertificateAuthority()
    const device = await authority.issue({ names: ["device"], purpose: "client" })
    const write = (name: string, contents: string | Buffer) => {
        const path = join(folder, name)
        writeFileSync(path, contents)
        return path
    }
    write("ca.pem", authority.certificate)
    write("device.pem", device.certificate)
    write("device.key", device.key)
    const good: { [name: string]: Json } = {
        wifi: { ssid: "workshop", password: "correct horse battery" },
        server: { host: "localhost", ca: "ca.pem" },
        identity: { certificate: "device.pem", key: "device.key" },
    }
    const provision = (changes: { [name: string]: Json | undefined } = {}) => {
        const parts = Object.entries(changes).map(([name, change]) => [name, merged(good[name], change)])
        return write(`provision-${count++}.json`, JSON.stringify({ ...good, ...Object.fromEntries(parts) }))
    }
    return { authority, folder, write, provision }
}
