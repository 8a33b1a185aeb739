// The file that a probe goes on from. It holds sessions, which are secrets, so that only its owner may read it.
import { chmodSync, existsSync } from "node:fs"
import { isDeepStrictEqual } from "node:util"
import { WarmhelloError } from "../base/errors.js"
import { checkWritable, writeWhole } from "../base/files.js"
import { problemOf, readJson } from "../base/json.js"
import { type ProbeRecord, recordSchema } from "./record.js"
import { targetText } from "./target.js"
import type { Way } from "./ways.js"

const OWNER_ONLY = 0o600

export const writeState = (path: string, record: ProbeRecord): void =>
    writeWhole(path, `${JSON.stringify(record)}\n`, OWNER_ONLY)

export interface WantedState extends Pick<ProbeRecord, "target" | "sleepMs" | "agesMs"> {
    ways: readonly Way[]
}

/** What the file has of this probe; undefined where there is no file yet. Throws `state-unreadable`, and
 * `state-of-another` where it is of another server or asks for other ages or versions. */
export function readState(path: string, wanted: WantedState): ProbeRecord | undefined {
    checkWritable(path)
    if (!existsSync(path)) return undefined
    const parsed = recordSchema.safeParse(readJson(path, "state-unreadable"))
    if (!parsed.success) throw new WarmhelloError("state-unreadable", `${path}: ${problemOf(parsed.error)}`)
    const { target, sleepMs, agesMs, isSurveyed, ways } = parsed.data
    if (!isDeepStrictEqual(target, wanted.target))
        throw new WarmhelloError("state-of-another", `${path} is of a probe of ${targetText(target)}`)
    if (sleepMs !== wanted.sleepMs || !isDeepStrictEqual(agesMs, wanted.agesMs))
        throw new WarmhelloError("state-of-another", `${path} is of a probe with other ages`)
    const asked = ways.map(({ way }) => way)
    if (isSurveyed && !isDeepStrictEqual(asked, wanted.ways))
        throw new WarmhelloError(
            "state-of-another",
            `${path} is of a probe of other versions of TLS (${asked.join(", ")})`,
        )
    chmodSync(path, OWNER_ONLY)
    return parsed.data
}
