// What the DeviceScript client is made of below its class: types, words, and what reads and writes payloads
// through functions such as `u16` and `putU16`.

import type { CoreEnums, CoreMember } from "./core-enums.js"
import { type EnumType, type Field, fixedSize, type Payload, payloadSize, type Service } from "./definition.js"

const unitSuffixes: Record<string, string> = { us: "Us", ms: "Ms", s: "S", B: "Bytes" }

export const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
export const pascal = (name: string): string => camel(`_${name}`)
export const hex = (value: number): string => `0x${value.toString(16)}`

const isSimple = ({ fields }: Payload): boolean => fields.length === 1 && fields[0]?.name === "value"

/** Names carry their units: `max_age` in seconds is `maxAgeS`. */
function unitSuffix({ unit }: Field): string {
    return unitSuffixes[unit] ?? ""
}

export const fieldName = (field: Field) => camel(field.name) + unitSuffix(field)

export function nameWithUnit(payload: Payload): string {
    const [field] = payload.fields
    return camel(payload.name) + (isSimple(payload) && field !== undefined ? unitSuffix(field) : "")
}

export function fieldType(field: Field): string {
    if (typeof field.type === "object") return `Tls${field.type.name}`
    if (field.type === "bool") return "boolean"
    if (field.type === "string") return "string"
    if (field.type === "bytes") return "Buffer"
    return field.unknown === undefined ? "number" : "number | null"
}

/** The type of a payload's value: an interface, or that of its only field. */
export function valueType(payload: Payload): string {
    const [field] = payload.fields
    return isSimple(payload) && field !== undefined ? fieldType(field) : `Tls${pascal(payload.name)}`
}

const LINE_LENGTH = 120

/** Paragraphs are filled anew, since the definition's lines may have other words now. */
function filled(text: string, width: number): string[] {
    const lines = [""]
    for (const word of text.split(/\s+/)) {
        const line = lines.at(-1) ?? ""
        if (line === "") lines[lines.length - 1] = word
        else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
        else lines.push(word)
    }
    return lines
}

export function docComment(text: string, indent = ""): string {
    const paragraphs = text.split("\n\n").map((paragraph) => filled(paragraph, LINE_LENGTH - indent.length - 3))
    const lines = paragraphs.flatMap((paragraph, n) => (n === 0 ? paragraph : ["", ...paragraph]))
    return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`].join("\n")
}

const UNKNOWN = "unknown"

const quoted = (word: string | null) => (word === null ? "null" : JSON.stringify(word))

function enumText({ name }: EnumType, members: CoreMember[]): string {
    const words = [...new Set(members.map(({ word }) => quoted(word)))]
    const cases = members.map(({ value, word }) => `        case ${value}:\n            return ${quoted(word)}`)
    return [
        "/** Newer firmware may know others, which are unknown here. */",
        `export type Tls${name} = ${[...words, quoted(UNKNOWN)].join(" | ")}`,
        "/** The word of a number on the bus. */",
        `export function tls${name}Of(value: number): Tls${name} {`,
        "    switch (value) {",
        ...cases,
        "        default:",
        `            return ${quoted(UNKNOWN)}`,
        "    }",
        "}",
        "",
    ].join("\n")
}

/** The number of a word, for what can be written. */
function enumValueText({ name }: EnumType, members: CoreMember[]): string {
    const cases = members
        .filter(({ word }) => word !== null)
        .map(({ value, word }) => `        case ${quoted(word)}:\n            return ${value}`)
    return [
        `function tls${name}Value(word: Tls${name}): number {`,
        "    switch (word) {",
        ...cases,
        "        default:",
        `            return ${members.find(({ word }) => word === null)?.value ?? 0}`,
        "    }",
        "}",
        "",
    ].join("\n")
}

function interfaceText(payload: Payload): string {
    if (isSimple(payload) || payload.fields.length === 0) return ""
    const members = payload.fields.map((field) => `    ${fieldName(field)}: ${fieldType(field)}`)
    const type = valueType(payload)
    return [docComment(payload.description), `export interface ${type} {`, ...members, "}", ""].join("\n")
}

function placed(fields: Field[]): { field: Field; at: number }[] {
    let at = 0
    return fields.map((field) => {
        const one = { field, at }
        at += field.size
        return one
    })
}

function storageOf({ type, size }: Field): string {
    if (typeof type === "object") return `u${size * 8}`
    return type === "bool" ? "u8" : type
}

function readExpression(field: Field, at: number): string {
    if (field.type === "string") return `text(payload, ${at})`
    if (field.type === "bytes") return at === 0 ? "payload" : `payload.slice(${at})`
    const number = `${storageOf(field)}(payload, ${at})`
    if (typeof field.type === "object") return `tls${field.type.name}Of(${number})`
    if (field.type === "bool") return `${number} !== 0`
    return field.unknown === undefined ? number : `unless(${field.unknown}, ${number})`
}

export function readerName(payload: Payload): string {
    return `read${pascal(payload.name)}`
}

function readerText(payload: Payload): string {
    const hasBytes = payload.fields.some(({ type }) => type === "bytes")
    const [least, most] = [fixedSize(payload) + Number(hasBytes), payloadSize(payload)]
    const check =
        least === most ? `payload.length !== ${most}` : `payload.length < ${least} || payload.length > ${most}`
    const fields = placed(payload.fields).map(
        ({ field, at }) => `        ${fieldName(field)}: ${readExpression(field, at)},`,
    )
    const [only] = payload.fields
    const isOne = isSimple(payload) && only !== undefined
    return [
        "/** Undefined for a payload of another length. */",
        `export function ${readerName(payload)}(payload: Buffer): ${valueType(payload)} | undefined {`,
        `    if (${check}) return undefined`,
        ...(isOne ? [`    return ${readExpression(only, 0)}`] : ["    return {", ...fields, "    }"]),
        "}",
        "",
    ].join("\n")
}

function writeStatement(field: Field, at: number, value: string): string {
    const { type } = field
    if (type === "bytes") throw new Error(`the generator writes no bytes yet: ${field.name}`)
    if (type === "string") return `    putText(payload, ${at}, ${value}, ${field.size})`
    const number = typeof type === "object" ? `tls${type.name}Value(${value})` : value
    return `    put${pascal(storageOf(field))}(payload, ${at}, ${type === "bool" ? `${value} ? 1 : 0` : number})`
}

export function writerName(payload: Payload): string {
    return `write${pascal(payload.name)}`
}

function writerText(payload: Payload): string {
    const isOne = isSimple(payload)
    const statements = placed(payload.fields).map(({ field, at }) =>
        writeStatement(field, at, isOne ? "value" : `value.${fieldName(field)}`),
    )
    const string = payload.fields.find(({ type }) => type === "string")
    const size =
        string === undefined
            ? `${payloadSize(payload)}`
            : `${fixedSize(payload)} + Buffer.from(value.${fieldName(string)}).length`
    return [
        "/** The bytes that set it. */",
        `export function ${writerName(payload)}(value: ${valueType(payload)}): Buffer {`,
        `    const payload = Buffer.alloc(${size})`,
        ...statements,
        "    return payload",
        "}",
        "",
    ].join("\n")
}

/** The only field of a report is its value. */
export function reportPayload(report: Payload): Payload {
    const fields = report.fields.map((field) => ({ ...field, name: "value" }))
    return { ...report, name: `${report.name}_report`, fields }
}

/** The types and words of the enums. */
export const wordsText = ({ enums }: Service, members: CoreEnums): string =>
    enums.map((type) => enumText(type, members[type.name] ?? [])).join("\n")

export function payloadText(service: Service, enums: CoreEnums): string {
    const writable = new Set(service.readWrite.flatMap(({ fields }) => fields.map(({ type }) => type)))
    return [
        ...service.enums
            .filter((type) => writable.has(type))
            .map((type) => enumValueText(type, enums[type.name] ?? [])),
        "function unless(unknown: number, value: number): number | null {",
        "    return value === unknown ? null : value",
        "}",
        "",
        ...service.readOnly.flatMap((payload) => [interfaceText(payload), readerText(payload)]),
        ...service.readWrite.flatMap((payload) => [interfaceText(payload), readerText(payload), writerText(payload)]),
        ...service.commands
            .filter(({ report }) => report.fields.length > 0)
            .map(({ report }) => readerText(reportPayload(report))),
    ].join("\n")
}
