// What a connect did and why, in bytes that an app adds to what it sends: docs/SPEC.md, "Compact outcome".
import { ServiceError } from "./link"
import type { TlsSessionClient } from "./tls-session"

/** What only the app knows. */
export interface OfApp {
    /** The version of its firmware, as a number of its choice up to 65535, such as 10402 for 1.4.2. */
    firmware?: number
    /** What the wake has taken, or is estimated to take, in millijoules. */
    energyMj?: number
}

const U16_MAX = 65535

/** What it begins with: an array of CBOR, of so many items as the firmware gives. */
const ARRAY = 0x80
const ITEMS = 7

/** A number as CBOR has it, in its shortest form. */
function item(value: number): Buffer {
    const whole = Math.max(0, Math.min(U16_MAX, Math.floor(value)))
    if (whole < 24) return Buffer.from([whole])
    if (whole < 256) return Buffer.from([24, whole])
    return Buffer.from([25, whole >> 8, whole & 255])
}

function withItems(bytes: Buffer, more: Buffer[]): Buffer {
    const whole = Buffer.concat(bytes, ...more)
    whole[0] = bytes[0] + more.length
    return whole
}

/** Undefined before the first connect, and without an answer of the service. That of newer firmware may be longer, and
 * is left as it is. */
export async function outcomeWith(tls: TlsSessionClient, ofApp: OfApp): Promise<Buffer | undefined> {
    const bytes = await told(tls)
    if (bytes === undefined || (bytes[0] & 0xe0) !== ARRAY || bytes[2] === 0) return undefined
    if (bytes[0] !== ARRAY + ITEMS) return bytes
    if (ofApp.energyMj > 0) return withItems(bytes, [item(ofApp.firmware ?? 0), item(ofApp.energyMj)])
    return ofApp.firmware > 0 ? withItems(bytes, [item(ofApp.firmware)]) : bytes
}

/** What is sent along must not keep an app from sending. */
async function told(tls: TlsSessionClient): Promise<Buffer | undefined> {
    try {
        return await tls.compact()
    } catch (error) {
        if (error instanceof ServiceError) return undefined
        throw error
    }
}
