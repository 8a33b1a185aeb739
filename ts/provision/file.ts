// The provisioning file: what may stand in it, with an answer for each thing that may not.

import { dirname, resolve } from "node:path"
import { z } from "zod"
import { WarmhelloError } from "../base/errors.js"
import { readFile } from "../base/files.js"
import { readJson } from "../base/json.js"
import { type ClientOptions, type Policy, type Provision, type Setting, settings, type Wifi } from "../core/config.js"
import { readHost } from "../core/host.js"
import { type Profile, profiles, type Reuse, reuses, wifiSecurities } from "../core/kinds.js"
import { isPskIdentity, isPskKey, PSK_IDENTITY_RULE, parseVersionRange } from "../core/settings.js"

const bytesOf = (text: string) => Buffer.byteLength(text)
const MAX_U32 = 2 ** 32 - 1

/** Limits of firmware/core/include/warmhello/client.h and, for Wi-Fi, of IEEE 802.11. */
const ALPN_MAX = 63
const SSID_MAX = 32

/** A day: who wants more wants none. */
const WAKE_DEADLINE_MAX_S = 86400

const host = z.string().transform((text, context) => {
    try {
        return readHost(text)
    } catch (error) {
        // Without the core nobody can tell; the first check that is nothing but the core's says that it is missing.
        if (!(error instanceof WarmhelloError) || error.code !== "host-unusable") return text
        context.issues.push({ code: "custom", input: text, message: `cannot be used: ${error.message}` })
        return z.NEVER
    }
})

const ssid = z
    .string()
    .refine((text) => bytesOf(text) >= 1 && bytesOf(text) <= SSID_MAX, `must have 1 to ${SSID_MAX} bytes`)
    .refine((text) => !text.includes("\0"), "must not hold a zero byte")

const isHexKey = (text: string) => /^[0-9a-f]{64}$/i.test(text)
const password = z
    .string()
    .refine(
        (text) => /^[ -~]{8,63}$/.test(text) || isHexKey(text),
        "must have 8 to 63 printable ASCII characters, or be the 64 hexadecimal digits of a WPA2 key",
    )

const toNumber = (address: string) => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0)
const isNetmask = (mask: string) => /^1+0+$/.test(toNumber(mask).toString(2).padStart(32, "0"))

const staticAddress = z
    .strictObject({
        address: z.ipv4("must be an IPv4 address"),
        netmask: z.ipv4("must be a netmask, as 255.255.255.0").refine(isNetmask, "must be a netmask, as 255.255.255.0"),
        gateway: z.ipv4("must be an IPv4 address"),
        dns: z.ipv4("must be an IPv4 address").optional(),
    })
    .refine(
        ({ address, gateway, netmask }) =>
            ((toNumber(address) ^ toNumber(gateway)) & toNumber(netmask)) === 0 && address !== gateway,
        "must have its gateway in its own network, at another address",
    )
    .transform((given) => ({ ...given, dns: given.dns ?? given.gateway }))

/** What a setting may be that needs no rule of its own; undefined for one of another kind. */
function plainField({ kind, most }: Setting): z.ZodType | undefined {
    switch (kind) {
        case "flag":
            return z.boolean().default(false)
        case "inverse":
            return z.boolean().default(true)
        case "reuse":
            return z.enum(reuses).optional()
        case "profile":
            return z.enum(profiles).optional()
        case "u32":
            return z.int().min(1).max(most).optional()
        case "u32_or_none":
            return z
                .int()
                .min(0)
                .max(Math.min(most, MAX_U32 - 1))
                .optional()
        default:
            return undefined
    }
}

/** The plain settings in one part of the file, "" for those outside of any. */
function plainFields<T>(part: string): {
    [Name in keyof T]-?: NonNullable<T[Name]> extends boolean
        ? z.ZodDefault<z.ZodBoolean>
        : NonNullable<T[Name]> extends Reuse
          ? z.ZodOptional<z.ZodType<Reuse>>
          : NonNullable<T[Name]> extends Profile
            ? z.ZodOptional<z.ZodType<Profile>>
            : z.ZodOptional<z.ZodInt>
} {
    const fields = settings.flatMap((setting) => {
        const path = setting.field.split(".")
        const field = path.slice(0, -1).join(".") === part ? plainField(setting) : undefined
        return field === undefined ? [] : [[path.at(-1), field]]
    })
    return Object.fromEntries(fields)
}

const wifi = z
    .strictObject({
        ssid,
        password: password.optional(),
        security: z.enum(wifiSecurities).default("wpa2"),
        staticAddress: staticAddress.optional(),
        ...plainFields<Pick<Wifi, "fastWake">>("wifi"),
    })
    .refine((given) => given.security === "open" || given.password !== undefined, {
        path: ["password"],
        message: 'is missing; a network without one needs "security": "open"',
    })
    .refine((given) => given.security !== "open" || given.password === undefined, {
        path: ["password"],
        message: "does not go with an open network",
    })
    .refine((given) => given.security !== "wpa3" || given.password === undefined || !isHexKey(given.password), {
        path: ["password"],
        message: "must be the passphrase: WPA3 does not take a WPA2 key",
    })

const psk = z
    .strictObject({
        identity: z.string().refine(isPskIdentity, PSK_IDENTITY_RULE),
        key: z.string().refine(isPskKey, "must have 32 to 128 hexadecimal digits, two for a byte"),
    })
    .transform(({ identity, key }) => ({ identity, key: Buffer.from(key, "hex") }))

const path = z.string().min(1, "must be the path of a file")

const fields = z.strictObject({
    wifi,
    server: z.strictObject({ host, port: z.int().min(1).max(65535).default(443), ca: path }),
    identity: z.strictObject({ certificate: path, key: path }).optional(),
    psk: psk.optional(),
    tls: z
        .strictObject({
            version: z.enum(["1.2", "1.3", "auto"]).default("auto"),
            ...plainFields<Pick<ClientOptions, "tickets">>("tls"),
            alpn: z
                .array(z.string().regex(/^[!-+\--~]{1,63}$/, "must be a protocol's name, without commas and blanks"))
                .min(1, "must name a protocol, or be left out")
                .refine(
                    (names) => names.join(",").length <= ALPN_MAX,
                    `must have at most ${ALPN_MAX} bytes with commas`,
                )
                .optional(),
        })
        .prefault({}),
    policy: z.strictObject(plainFields<Policy>("policy")).prefault({}),
    ntpServer: host.optional(),
    ...plainFields<Pick<Provision, "everySecondWakeFull">>(""),
    /** 0: none. */
    wakeDeadlineS: z.int().min(0).max(WAKE_DEADLINE_MAX_S).optional(),
})

/** Whoever breaks into such a session could pass for the device (RFC 7627 1). */
const schema = fields.refine(
    ({ identity, psk, policy }) => (identity ?? psk) === undefined || !policy.withoutExtendedMasterSecret,
    {
        path: ["policy", "withoutExtendedMasterSecret"],
        message: "does not go with an identity or a pre-shared key",
    },
)

/** No session of the strict profile is older. */
const STRICT_AGE_MAX_S = 86400

/** What the strict profile forbids: the field that asks for it all the same, and what to do. */
function contradictions({ tls, policy }: z.infer<typeof fields>): { path: string[]; message: string }[] {
    if (policy.profile !== "strict") return []
    const forbidden: [boolean, string[], string][] = [
        [tls.version === "1.2", ["tls", "version"], "must be 1.3 or auto"],
        [
            (policy.maxAuthenticatedS ?? 0) > STRICT_AGE_MAX_S,
            ["policy", "maxAuthenticatedS"],
            `must be ${STRICT_AGE_MAX_S} at most`,
        ],
        [policy.trustAfterPowerLoss !== undefined, ["policy", "trustAfterPowerLoss"], "must be left out"],
        [policy.withoutExtendedMasterSecret, ["policy", "withoutExtendedMasterSecret"], "must be left out"],
        [policy.earlyData, ["policy", "earlyData"], "must be left out"],
    ]
    return forbidden.flatMap(([isThere, path, remedy]) =>
        isThere ? [{ path, message: `${remedy} with the strict profile; or choose another policy.profile` }] : [],
    )
}

const checkedSchema = schema.check((context) => {
    for (const { path, message } of contradictions(context.value)) {
        context.issues.push({ code: "custom", path, message, input: context.value })
    }
})

type Parsed = z.infer<typeof schema>

/** What the file says, with its other files read. */
export interface ProvisionFile {
    settings: Omit<Parsed, "tls"> & { tls: Omit<Parsed["tls"], "version"> & ReturnType<typeof parseVersionRange> }
    ca: Buffer
    identity: { certificate: Buffer; key: Buffer } | undefined
}

/** The fields that are known where an unknown one stands, for the hint. */
function fieldsAt(where: PropertyKey[]): string[] {
    let at: unknown = schema
    for (const key of where) at = at instanceof z.ZodObject ? unwrapped(at.shape[String(key)]) : undefined
    return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

function unwrapped(type: unknown): unknown {
    if (type instanceof z.ZodPipe) return unwrapped(type.in)
    const isWrapper = type instanceof z.ZodOptional || type instanceof z.ZodDefault || type instanceof z.ZodPrefault
    return isWrapper ? unwrapped(type.unwrap()) : type
}

const dotted = (where: PropertyKey[]) => (where.length === 0 ? "the file" : where.map(String).join("."))

function asErrors(issue: z.core.$ZodIssue): WarmhelloError[] {
    if (issue.code === "unrecognized_keys") {
        const hint = `Known there: ${fieldsAt(issue.path).join(", ")}.`
        return issue.keys.map(
            (key) =>
                new WarmhelloError("provision-field", `${[...issue.path, key].map(String).join(".")} is no field`, {
                    hint,
                }),
        )
    }
    const isMissing = issue.code === "invalid_type" && issue.input === undefined
    // Our own sentences go on from the field's name; zod's begin anew.
    const rest = isMissing ? " is missing" : `${/^[a-z]/.test(issue.message) ? "" : ":"} ${issue.message}`
    return [new WarmhelloError("provision-field", `${dotted(issue.path)}${rest}`)]
}

/** Whatever else is asked for, the strict profile speaks TLS 1.3 alone. */
const versionsOf = (version: Parameters<typeof parseVersionRange>[0], profile: Profile | undefined) =>
    parseVersionRange(profile === "strict" ? "1.3" : version)

/** Reads the file and those that it names. Every error that its fields show goes to `onError`; without a file that
 * can be used at all it throws, or returns undefined after the errors. */
export function readProvisionFile(file: string, onError: (error: WarmhelloError) => void): ProvisionFile | undefined {
    const parsed = checkedSchema.safeParse(readJson(file, "provision-syntax"), { reportInput: true })
    if (!parsed.success) {
        for (const error of parsed.error.issues.flatMap(asErrors)) onError(error)
        return undefined
    }
    const { tls, ...settings } = parsed.data
    const beside = (name: string) => readFile(resolve(dirname(file), name))
    const { version, ...restOfTls } = tls
    return {
        settings: { ...settings, tls: { ...restOfTls, ...versionsOf(version, settings.policy.profile) } },
        ca: beside(settings.server.ca),
        identity: settings.identity && {
            certificate: beside(settings.identity.certificate),
            key: beside(settings.identity.key),
        },
    }
}
