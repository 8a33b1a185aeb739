// From a provisioning file to what a board is given: checked, built, rotated.
import { isIPv6 } from "node:net"
import { WarmhelloError } from "../base/errors.js"
import { Client } from "../core/client.js"
import { PROVISION_SLOT_SIZE, type Provision, type ReadProvision, readProvisionImage } from "../core/provision.js"
import { checkCa, checkClock, checkIdentity, storedCa, storedCertificates, storedKey } from "./certificates.js"
import { type ProvisionFile, readProvisionFile } from "./file.js"
import { Findings, type Warning } from "./findings.js"
import { contentsOf, imageOf, slotOf } from "./format.js"

export interface CheckedProvision {
    /** Undefined with errors. */
    provision: Provision | undefined
    errors: WarmhelloError[]
    warnings: Warning[]
    /** Of the entries; 0 when the file could not be read. */
    contentsBytes: number
}

function provisionOf({ settings, ca, identity }: ProvisionFile): Provision {
    const { server, tls, policy, psk, identity: _, ...device } = settings
    return {
        ...device,
        client: {
            ...{ ...server, ca: storedCa(ca) },
            ...{ ...tls, alpn: tls.alpn?.join(",") },
            identity: identity && {
                certificate: storedCertificates(identity.certificate),
                key: storedKey(identity.key),
            },
            psk,
            policy,
        },
    }
}

/** The last judge: the image is read by the board's C, and its TLS client is made of it. */
function tryOnCore(image: Buffer): void {
    new Client(readProvisionImage(image).client)[Symbol.dispose]()
}

/** What is thrown is a finding. */
function collect(findings: Findings, work: () => void): void {
    try {
        work()
    } catch (error) {
        if (!(error instanceof WarmhelloError)) throw error
        findings.error(error)
    }
}

function checkNetwork({ settings }: ProvisionFile, findings: Findings): void {
    if (settings.wifi.security === "open") {
        const message = "the network is open: anybody near it can read names and addresses, though not what TLS carries"
        findings.warning("open-network", message, 'Give the network a password, and "security": "wpa2" or "wpa3".')
    }
    const hosts = { "server.host": settings.server.host, ntpServer: settings.ntpServer }
    for (const [field, host] of Object.entries(hosts)) {
        if (host === undefined || !isIPv6(host)) continue
        const message = `${field} is the IPv6 address ${host}, which boards do not reach: their firmware is built for IPv4 alone`
        findings.warning(
            "ipv6-host",
            message,
            "Give its IPv4 address, or a name that has one. The simulator can go there as it is.",
        )
    }
}

/** In TLS 1.3 the device keeps no session beside its key, and greets by that each time, unless for early data. */
function checkPsk({ settings }: ProvisionFile, findings: Findings): void {
    const { psk, tls, policy } = settings
    const keepsSessions = tls.maxVersion === "1.2" || policy.earlyData
    if (psk === undefined || !keepsSessions || policy.disabled) return
    const message =
        "with TLS 1.2 alone, or with early data, a session is resumed instead of greeting by the pre-shared key, " +
        "and some servers know a device by its key only: mosquitto with use_identity_as_username refuses MQTT then"
    findings.warning(
        "psk-sessions",
        message,
        'Let it speak TLS 1.3 as well, without early data; or, for such a server, give "policy": { "disabled": true }.',
    )
}

/** Checks everything that can be checked without board and server. */
export function checkProvision(file: string): CheckedProvision {
    const findings = new Findings()
    const { errors, warnings } = findings
    let read: ProvisionFile | undefined
    collect(findings, () => {
        read = readProvisionFile(file, (error) => findings.error(error))
    })
    if (read === undefined) return { provision: undefined, errors, warnings, contentsBytes: 0 }
    checkClock(findings)
    checkCa(read.ca, findings)
    if (read.identity !== undefined) checkIdentity(read.identity, findings)
    checkNetwork(read, findings)
    checkPsk(read, findings)
    const provision = provisionOf(read)
    if (errors.length === 0) collect(findings, () => tryOnCore(imageOf([slotOf(provision, 1)])))
    const contentsBytes = contentsOf(provision).length
    return { provision: errors.length === 0 ? provision : undefined, errors, warnings, contentsBytes }
}

/** The same for who wants all or nothing: throws the first error. */
function loadProvision(file: string): Provision {
    const { provision, errors } = checkProvision(file)
    if (provision === undefined) throw errors[0] ?? new WarmhelloError("provision-field", `${file} cannot be used`)
    return provision
}

/** The image of a board that has none yet. Throws the first error of the file. */
export const provisionImage = (file: string): Buffer => imageOf([slotOf(loadProvision(file), 1)])

export interface Rotation {
    image: Buffer
    /** The one that was written, and its sequence. */
    slot: number
    sequence: number
}

/** SLOT_SEQUENCE_MAX of firmware/provision/src/slot.h */
const SEQUENCE_MAX = 2 ** 31 - 1

/** Puts new contents beside those of an image, into the slot that is not in use; without any, into a new image. */
export function rotate(provision: Provision, current?: Buffer, inUse?: ReadProvision): Rotation {
    if (current === undefined || inUse === undefined) {
        return { image: imageOf([slotOf(provision, 1)]), slot: 0, sequence: 1 }
    }
    const slot = 1 - inUse.slot
    const sequence = inUse.sequence + 1
    if (sequence > SEQUENCE_MAX)
        throw new WarmhelloError("not-provisioned", `the image's sequence ends at ${SEQUENCE_MAX}`)
    const image = Buffer.from(current)
    slotOf(provision, sequence).copy(image, slot * PROVISION_SLOT_SIZE)
    return { image, slot, sequence }
}
