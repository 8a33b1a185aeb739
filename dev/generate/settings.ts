// What a client and a device are configured with (client.def, provision.def), for TypeScript and the docs.
import { readDef, rowsOf } from "./core-lists.js"
import { docComment } from "./service/payload-text.js"

interface Row {
    owner: "client" | "policy" | "device"
    kind: string
    name: string
    number: number
    presence: string
    least: number
    most: number
    /** Of the provisioning file. */
    field: string
    standard: string
    meaning: string
}

/** In the order of an image. */
function readSettings(): Row[] {
    const include = '#include "warmhello/client.def"\n'
    const lists = readDef("provision.def", "provision").replace(include, () => readDef("client.def"))
    return rowsOf(lists, "WH_(?:CLIENT|POLICY|DEVICE)_SETTING").map(([macro = "", ...columns]) => {
        const [kind = "", name = "", number, presence = "", least, most, field = "", standard = "", meaning = ""] =
            columns
        return {
            owner: macro.split("_")[1]?.toLowerCase() as Row["owner"],
            ...{ kind, name, number: Number(number), presence, least: Number(least), most: Number(most) },
            ...{ field, standard, meaning },
        }
    })
}

const rows = readSettings()

// ---- TypeScript ----------------------------------------------------------------------------------------

const camelized = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

/** Where a setting is in its owner's options: as in the file, but that the server and TLS have no part of their own. */
const optionOf = ({ kind, name, field }: Row): string =>
    kind === "version" ? camelized(name) : field.replace(/^(server|tls)\./, "")

const types: Record<string, string> = {
    ...{
        text: "string",
        file: "Buffer",
        secret: "Buffer",
        address: "StaticAddress",
        flag: "boolean",
        inverse: "boolean",
    },
    ...{
        version: "TlsVersion",
        security: "WifiSecurity",
        reuse: "Reuse",
        profile: "Profile",
        u16: "number",
        u32: "number",
        u32_or_none: "number",
    },
}

function member(row: Row): string[] {
    const isRequired = row.presence !== "optional" && row.owner !== "policy"
    const name = optionOf(row).split(".").at(-1)
    const type = types[row.kind]
    if (type === undefined) throw new Error(`${row.name} is of no kind that TypeScript knows`)
    const standard = isRequired ? "" : ` Without it: ${row.standard || "none"}.`
    const sentence = row.meaning.charAt(0).toUpperCase() + row.meaning.slice(1)
    return [
        docComment(`${sentence}.${standard}`, "    "),
        `    ${name}${isRequired ? "" : "?"}: ${type}${isRequired ? "" : " | undefined"}`,
    ]
}

/** The interface declared so, of the settings of an owner that stand in this part of its options. */
function interfaceOf(declaration: string, owner: Row["owner"], part: string, parts: string[] = []): string[] {
    const inPart = rows.filter((row) => row.owner === owner && optionOf(row).split(".").slice(0, -1).join() === part)
    return [`${declaration} {`, ...inPart.flatMap(member), ...parts, "}", ""]
}

export function settingsModule(): string {
    const table = rows.map((row) => {
        const { owner, kind, name, number, presence, least, most, field } = row
        const option = optionOf(row)
        return `    ${JSON.stringify({ owner, kind, name, number, required: presence === "required", least, most, field, option })},`
    })
    return [
        "// Generated from client.def and provision.def of the firmware by `npm run generate`; do not edit.",
        'import type { Profile, Reuse, StaticAddress, TlsVersion, WifiSecurity } from "./kinds.js"',
        "",
        "/** When to offer the stored session. */",
        ...interfaceOf("export interface Policy", "policy", "policy"),
        "/** This device's own files, for servers that ask for them. */",
        ...interfaceOf("interface Identity", "client", "identity"),
        "/** A key that this device and its server alone have. */",
        ...interfaceOf("export interface PreSharedKey", "client", "psk"),
        "/** Whom to connect to, whom to trust, and how. In `alpn`, names stand between commas. */",
        ...interfaceOf("export interface ClientOptions", "client", "", [
            "    identity?: Identity | undefined",
            "    psk?: PreSharedKey | undefined",
            "    policy?: Policy | undefined",
        ]),
        "/** The way into the network. */",
        ...interfaceOf("export interface Wifi", "device", "wifi"),
        "/** What a board is given before its first wake. */",
        ...interfaceOf("export interface Provision", "device", "", ["    wifi: Wifi", "    client: ClientOptions"]),
        "/** Each setting, in the order of a provisioning image. client.def says what the columns mean; `option` is where it",
        " * stands in its owner's options. */",
        "export const settings = [",
        ...table,
        "] as const",
        "export type Setting = (typeof settings)[number]",
        "",
    ].join("\n")
}

// ---- Docs ----------------------------------------------------------------------------------------------

/** The fields of the file, each once. */
export function fieldsTable(): string {
    const fields = [...new Set(rows.map(({ field }) => field))]
    return [
        "| field | default | |",
        "|---|---|---|",
        ...fields.map((field) => {
            const same = rows.filter((row) => row.field === field)
            const { kind, standard } = same[0] as Row
            const shown = /^("|true|false)/.test(standard) ? `\`${standard}\`` : standard
            const meaning = same.map((row) => row.meaning).join(" ")
            return `| \`${field}\` | ${shown}${shown && " "}| ${kind === "file" ? "path of " : ""}${meaning} |`
        }),
    ].join("\n")
}

const units: [RegExp, string][] = [
    [/_ms$/, ", milliseconds"],
    [/_s$/, ", seconds"],
]

function entryValue({ kind, name, presence, least, most }: Row): string {
    const unit = units.find(([suffix]) => suffix.test(name))?.[1] ?? ""
    const number = `${kind.slice(0, 3)}${unit}${least > 0 ? `, from ${least}` : ", 0 for the default"}`
    const paired = presence === "paired" ? "; there with the other one or not at all" : ""
    switch (kind) {
        case "text":
            return `text of ${least} to ${most} bytes${paired}`
        case "file":
            return `PEM${paired}`
        case "secret":
            return `${least} to ${most} bytes${paired}`
        case "address":
            return `${most} bytes`
        case "flag":
        case "inverse":
            return "flag"
        case "version":
            return "choice. 1: TLS 1.2. 2: TLS 1.3"
        case "security":
            return "choice. 0: open. 1: WPA2. 2: WPA3"
        case "reuse":
            return "choice. 0: by the profile. 1: when not renewed. 2: never"
        case "profile":
            return "choice. 0: balanced. 1: strict. 2: frugal"
        case "u32_or_none":
            return `${number}, ffffffff for none`
        default:
            return number
    }
}

/** The entries of an image. */
export function entriesTable(): string {
    return [
        "| type | field | required | value |",
        "|---|---|---|---|",
        ...rows.map(
            (row) =>
                `| ${row.number} | \`${row.field}\` | ${row.presence === "required" ? "yes" : "no"} | ${entryValue(row)} |`,
        ),
    ].join("\n")
}
