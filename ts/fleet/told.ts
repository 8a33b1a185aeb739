// What a device, a log or a file says, in any form that warmhello writes, as reports.
import { z } from "zod"
import { jsonOf } from "../base/json.js"
import { bytesOfDigits, readCompact } from "./compact.js"
import { type Read, reportSchema, type Told } from "./report.js"

/** No report is longer; one line of a board's log has less than 2 KB. */
export const LONGEST_REPORT = 16 << 10

const told = reportSchema
    .partial({ atMs: true })
    .extend({ device: z.string().optional(), server: reportSchema.shape.server.optional() }) // whether it is a name is seen later

/** The same figures under their other names: the outcome's own JSON, the wake's line, run.json, `simulate --json`. */
const spellings = z
    .looseObject({
        error: z.union([z.string(), z.object({ code: z.string() }).transform(({ code }) => code)]).nullish(),
        handshakeUs: z.number().nullish(),
        energyUj: z.number().nullish(),
        casEnding: z.number().nullish(),
        bytesTx: z.number().nullish(),
        bytesRx: z.number().nullish(),
        /** A connect that sleep cut off opened nothing. */
        result: z.unknown().transform((result) => (result === "pending" ? "failed" : result)),
        at: z.iso.datetime({ offset: true }).optional(),
    })
    .transform(({ handshakeUs, energyUj, casEnding, bytesTx, bytesRx, at, ...rest }) => ({
        ...(handshakeUs == null ? {} : { handshakeMs: handshakeUs / 1000 }),
        ...(energyUj == null || energyUj < 0 ? {} : { energyMj: energyUj / 1000 }),
        ...(bytesTx == null || bytesRx == null ? {} : { handshakeBytes: bytesTx + bytesRx }),
        ...(casEnding == null ? {} : { caEndsSoon: casEnding > 0 }),
        ...(at === undefined ? {} : { atMs: Date.parse(at) }),
        ...rest,
    }))

type Fields = Record<string, unknown>

const isObject = (value: unknown): value is Fields =>
    typeof value === "object" && value !== null && !Array.isArray(value)

/** A server's log has a device's header in it. What is none, and whose it was, is a line without an outcome. */
function outcomeOfHeader(header: string): Fields {
    const bytes = bytesOfDigits(header)
    const read = bytes && readCompact(bytes)
    return read !== undefined && "told" in read ? read.told : {}
}

/** A wake's line has the outcome within; a wake that did not come as far as TLS has none. */
function outcomeOf(value: Fields): Fields {
    if (typeof value.outcome === "string") {
        return { ...outcomeOfHeader(value.outcome), device: value.device, server: value.server, at: value.at }
    }
    if (!("connect" in value)) return value
    if (isObject(value.connect)) return { ...value.connect, device: value.device, server: value.server, at: value.at }
    return { result: "failed", device: value.device, server: value.server, at: value.at }
}

/** A file has runs, and these have wakes; what is deeper is none of ours, and may be as deep as the stack. */
const DEEPEST = 4

/** What stands about the wakes of a file holds for each of them. */
function* wakesIn(value: unknown, about: Fields = {}, depth = 0): Generator<unknown> {
    if (!isObject(value) || depth > DEEPEST) {
        yield isObject(value) ? undefined : value
        return
    }
    const list = Array.isArray(value.wakes) ? value.wakes : value.runs
    if (!Array.isArray(list)) {
        yield outcomeOf({ ...about, ...value })
        return
    }
    const { device, firmware, server } = value
    const shared = { ...about, ...(device ? { device } : {}), ...(firmware ? { firmware } : {}), ...serverOf(server) }
    for (const one of list) yield* wakesIn(one, shared, depth + 1)
}

/** run.json has it as text, `simulate --json` as an object of host and port, or null for its own. */
function serverOf(server: unknown): Fields {
    if (typeof server === "string" && server !== "") return { server }
    return isObject(server) && typeof server.host === "string" ? { server: server.host } : {}
}

/** Without what is not said: a field that is undefined would be a wrong one. */
const defined = (value: Fields): Fields =>
    Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined && field !== ""))

function readOne(value: unknown): Read {
    const spelled = isObject(value) ? spellings.safeParse(defined(value)) : undefined
    const parsed = told.safeParse(spelled?.data)
    return parsed.success ? { told: parsed.data as Told } : { refused: "not-an-outcome" }
}

/** Each report in a JSON value: an outcome, a wake's line, or a file of wakes. */
export function* reportsIn(value: unknown): Generator<Read> {
    for (const one of wakesIn(value)) yield readOne(one)
}

const OPENING = "{".charCodeAt(0)
const WHITE = new Set([0x20, 0x09, 0x0a, 0x0d])

function looksLikeJson(bytes: Uint8Array): boolean {
    const first = bytes.find((byte) => !WHITE.has(byte))
    return first === OPENING
}

/** What one message holds: JSON, or a compact outcome in CBOR or in digits. Each begins otherwise. */
export function readMessage(bytes: Uint8Array): Read {
    if (bytes.length > LONGEST_REPORT) return { refused: "too-long" }
    if (!looksLikeJson(bytes)) return readCompact(bytesOfDigits(Buffer.from(bytes).toString("latin1").trim()) ?? bytes)
    const [first] = reportsIn(jsonOf(Buffer.from(bytes).toString("utf8")))
    return first ?? { refused: "not-an-outcome" }
}
