// Who this fleet's collector is to a broker, and the key that names are hashed with: both belong to the state's folder.
import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { z } from "zod"
import { WarmhelloError } from "../base/errors.js"
import { writeWhole } from "../base/files.js"
import { readJson } from "../base/json.js"

const FILE = "identity.json"
const KEY_BYTES = 32

const schema = z.object({ clientId: z.string().min(1), nameKey: z.hex().length(2 * KEY_BYTES) })

export interface Identity {
    clientId: string
    nameKey: Buffer
}

/** MQTT 3.1.1 lets a broker refuse more than 23 characters (3.1.3.1). */
const anew = () => ({
    clientId: `warmhello-${randomBytes(6).toString("hex")}`,
    nameKey: randomBytes(KEY_BYTES).toString("hex"),
})

/** Made with the folder's first use; secret, as the key finds a name by trying all. */
export function identityOf(folder: string): Identity {
    const path = join(folder, FILE)
    if (!existsSync(path)) writeWhole(path, `${JSON.stringify(anew())}\n`, 0o600)
    const parsed = schema.safeParse(readJson(path, "state-unreadable"))
    if (!parsed.success) throw new WarmhelloError("state-unreadable", `${path} is damaged`)
    return { clientId: parsed.data.clientId, nameKey: Buffer.from(parsed.data.nameKey, "hex") }
}

/** For a run that keeps nothing. */
export const passingNameKey = (): Buffer => randomBytes(KEY_BYTES)
