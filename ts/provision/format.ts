// The provisioning image, written (docs/SPEC.md). It is read by C alone: ../core/provision.ts.
import { createHash } from "node:crypto"
import { WarmhelloError } from "../base/errors.js"
import type { Provision } from "../core/config.js"
import { imageBytes } from "../core/native-config.js"
import { PROVISION_HEADER_SIZE, PROVISION_SIZE, PROVISION_SLOT_SIZE } from "../core/provision.js"

const VERSION = 1
const DIGEST_AT = 32
/** Bytes of entries that a slot has room for. */
export const CONTENTS_MAX = PROVISION_SLOT_SIZE - PROVISION_HEADER_SIZE

/** The entries, whether they have room or not. */
export function contentsOf(provision: Provision): Buffer {
    const parts = imageBytes(provision).flatMap(([{ number }, bytes]) => {
        const head = Buffer.alloc(4)
        head.writeUInt16LE(number, 0)
        head.writeUInt16LE(Math.min(bytes.length, 0xffff), 2)
        return [head, bytes]
    })
    return Buffer.concat(parts)
}

/** One slot. Throws `provision-too-large`. */
export function slotOf(provision: Provision, sequence: number): Buffer {
    const contents = contentsOf(provision)
    if (contents.length > CONTENTS_MAX) {
        throw new WarmhelloError(
            "provision-too-large",
            `all of it takes ${contents.length} bytes, and a slot has room for ${CONTENTS_MAX}; ${largest(provision)}`,
        )
    }
    const slot = Buffer.alloc(PROVISION_SLOT_SIZE, 0xff)
    slot.fill(0, 0, PROVISION_HEADER_SIZE)
    slot.write("WHPV", 0, "latin1")
    slot.writeUInt8(VERSION, 4)
    slot.writeUInt32LE(sequence, 8)
    slot.writeUInt32LE(contents.length, 12)
    createHash("sha256").update(slot.subarray(0, DIGEST_AT)).update(contents).digest().copy(slot, DIGEST_AT)
    contents.copy(slot, PROVISION_HEADER_SIZE)
    return slot
}

function largest({ client }: Provision): string {
    const { ca, identity } = client
    const own = identity && `the certificate ${identity.certificate.length}, the key ${identity.key.length}`
    return [`the CA takes ${ca.length}`, own].filter((part) => part !== undefined).join(", ")
}

/** An image with these slots; what is missing is as erased. */
export function imageOf(slots: (Buffer | undefined)[]): Buffer {
    const image = Buffer.alloc(PROVISION_SIZE, 0xff)
    for (const [index, slot] of slots.entries()) slot?.copy(image, index * PROVISION_SLOT_SIZE)
    return image
}
