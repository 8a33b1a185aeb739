// A provisioning image as the board reads it (firmware/provision/include/warmhello/provision.h).
import { WarmhelloError } from "../base/errors.js"
import type { Provision } from "./config.js"
import { errorWord, native } from "./library.js"
import { type NativeDevice, provisionOf } from "./native-config.js"

export type { Provision } from "./config.js"

/** WH_PROVISION_* of provision.h */
export const PROVISION_SLOT_SIZE = 8192
export const PROVISION_HEADER_SIZE = 64
export const PROVISION_SIZE = 16384

/** And where in the image it lies. */
export interface ReadProvision extends Provision {
    slot: number
    sequence: number
    /** Bytes of the slot in use. */
    size: number
}

interface NativeProvision {
    config: NativeDevice
    sequence: number
    slot: number
    size: number | bigint
}

/** What the board takes from this image. Throws `not-provisioned`. */
export function readProvisionImage(image: Buffer): ReadProvision {
    const out = [{}]
    const result: number = native().provisionRead(image, image.length, out)
    if (result !== 0) throw notProvisioned(image, result)
    const { config, sequence, slot, size } = out[0] as NativeProvision
    return { ...provisionOf(config), sequence, slot, size: Number(size) }
}

function notProvisioned(image: Buffer, result: number): WarmhelloError {
    const word = errorWord(result)
    if (word === "no-session") return new WarmhelloError("not-provisioned", "the image is blank")
    if (word === "memory") return new WarmhelloError("memory", "there was no memory to read the image")
    const size = `a provisioning image has ${PROVISION_SIZE} bytes, not ${image.length}`
    const message =
        word === "argument" ? size : "neither slot of the image is valid, or of a version that this firmware knows"
    return new WarmhelloError("not-provisioned", message)
}
