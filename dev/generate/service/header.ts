// The service in C: constants, a struct for each payload, and what turns it into bytes and back.
import { PAYLOAD_MAX } from "../../../ts/core/library.js"
import { type EnumType, type Field, fixedSize, type Payload, payloadSize, type Service } from "./definition.js"

const hex = (value: number) => `0x${value.toString(16)}`
const upper = (name: string) => name.replace(/([a-z])([A-Z])/g, "$1_$2").toUpperCase()

/** Times carry their unit in the name, as in the core. */
function memberName({ name, unit }: Field): string {
    return ["us", "ms", "s"].includes(unit) ? `${name}_${unit}` : name
}

function memberDeclaration(field: Field): string {
    const name = memberName(field)
    if (field.type === "string") return `char ${name}[WH_SERVICE_${upper(field.name)}_MAX_BYTES + 1];`
    if (field.type === "bool") return `bool ${name};`
    return `${integerType(field)} ${name};`
}

function integerType({ type, size }: Field): string {
    const isSigned = typeof type === "string" && type.startsWith("i")
    return `${isSigned ? "" : "u"}int${size * 8}_t`
}

/** Where each field begins. */
function withOffsets(fields: Field[]): { field: Field; at: number }[] {
    let at = 0
    return fields.map((field) => {
        const placed = { field, at }
        at += field.size
        return placed
    })
}

function writeLines(field: Field, at: number): string[] {
    const name = `in->${memberName(field)}`
    if (field.type === "string") {
        return [
            `    size_t length = strnlen(${name}, sizeof ${name} - 1);`,
            `    memcpy(out + ${at}, ${name}, length);`,
            `    return ${at} + length;`,
        ]
    }
    if (field.size === 1) return [`    out[${at}] = (uint8_t)${name};`]
    return Array.from({ length: field.size }, (_, index) => {
        const shifted = index === 0 ? name : `((uint32_t)${name} >> ${8 * index})`
        return `    out[${at + index}] = (uint8_t)${shifted};`
    })
}

function readLines(field: Field, at: number): string[] {
    const name = `out->${memberName(field)}`
    if (field.type === "string") {
        return [
            `    size_t length = size - ${at};`,
            `    if (memchr(payload + ${at}, 0, length) != NULL) {`,
            "        return false;",
            "    }",
            `    memcpy(${name}, payload + ${at}, length);`,
            `    ${name}[length] = 0;`,
        ]
    }
    if (field.type === "bool") return [`    ${name} = payload[${at}] != 0;`]
    const bytes = Array.from({ length: field.size }, (_, index) =>
        index === 0 ? `payload[${at}]` : `(uint32_t)payload[${at + index}] << ${8 * index}`,
    )
    const assignment = `    ${name} = (${integerType(field)})(${bytes.join(" | ")});`
    return typeof field.type === "object" ? [assignment, ...memberCheck(field.type, name)] : [assignment]
}

function memberCheck({ members }: EnumType, name: string): string[] {
    const last = Math.max(...members.map(([, value]) => value))
    return [`    if (${name} > ${last}) {`, "        return false;", "    }"]
}

function structLines(payload: Payload): string[] {
    const { name, fields } = payload
    const type = `wh_service_${name}`
    const most = payloadSize(payload)
    const hasString = fields.some((field) => field.type === "string")
    return [
        `#define WH_SERVICE_${upper(name)}_SIZE ${most}`,
        "",
        `typedef struct ${type} {`,
        ...fields.map((field) => `    ${memberDeclaration(field)}`),
        `} ${type};`,
        "",
        "/** Returns the number of bytes written. */",
        `static inline size_t ${type}_write(const ${type} *in, uint8_t out[WH_SERVICE_${upper(name)}_SIZE])`,
        "{",
        ...withOffsets(fields).flatMap(({ field, at }) => writeLines(field, at)),
        ...(hasString ? [] : [`    return ${most};`]),
        "}",
        "",
    ]
}

function readerLines(payload: Payload): string[] {
    const type = `wh_service_${payload.name}`
    const [least, most] = [fixedSize(payload), payloadSize(payload)]
    const sizeCheck = least === most ? `size != ${most}` : `size < ${least} || size > ${most}`
    return [
        "/** False for another length, or for a value that there is not. */",
        `static inline bool ${type}_read(${type} *out, const uint8_t *payload, size_t size)`,
        "{",
        `    if (${sizeCheck}) {`,
        "        return false;",
        "    }",
        ...withOffsets(payload.fields).flatMap(({ field, at }) => readLines(field, at)),
        "    return true;",
        "}",
        "",
    ]
}

const reportLines = (report: Payload): string[] => [...structLines(report), ...readerLines(report)]

function comment(text: string): string[] {
    return ["/**", ...text.split("\n").map((line) => ` * ${line}`.trimEnd()), " */"]
}

function payloadLines(kind: string, payload: Payload, structName = payload.name): string[] {
    return [
        ...comment(payload.description),
        `#define WH_SERVICE_${kind}_${upper(payload.name)} ${hex(payload.code)}`,
        ...(payload.fields.length > 0 ? structLines({ ...payload, name: structName }) : [""]),
    ]
}

export function header(service: Service): string {
    const initials = service.readWrite.flatMap(({ name, fields }) =>
        fields.map((field) => ({ ...field, name: fields.length > 1 ? `${name}_${field.name}` : name })),
    )
    return [
        "/** The service of devs/services/tls-session.md: constants and payloads.",
        " *",
        " * Generated by `npm run generate`; do not edit.",
        " */",
        "/* clang-format off */",
        "#ifndef WARMHELLO_SERVICE_SPEC_H",
        "#define WARMHELLO_SERVICE_SPEC_H",
        "",
        "#include <stdbool.h>",
        "#include <stddef.h>",
        "#include <stdint.h>",
        "#include <string.h>",
        "",
        `#define WH_SERVICE_CLASS ${hex(service.classIdentifier)}`,
        "",
        "/** The longest payload of a Jacdac packet, in bytes. */",
        `#define WH_SERVICE_PAYLOAD_MAX ${PAYLOAD_MAX}`,
        ...service.constants.map(([name, value]) => `#define WH_SERVICE_${upper(name)} ${value}u`),
        "",
        ...[...service.readOnly, ...service.readWrite].flatMap((payload) => [
            ...payloadLines("REG", payload),
            ...readerLines(payload),
        ]),
        ...initials
            .filter(({ type }) => type !== "string")
            .map(({ name, initial }) => `#define WH_SERVICE_${upper(name)}_INITIAL ${initial}`),
        "",
        ...service.commands.flatMap(({ command, report }) => [
            ...payloadLines("CMD", command),
            ...(report.fields.length > 0 ? reportLines({ ...report, name: `${report.name}_report` }) : []),
        ]),
        ...service.events.flatMap((event) => payloadLines("EV", event, `${event.name}_event`)),
        "#endif",
        "",
    ].join("\n")
}
