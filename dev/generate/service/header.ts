// The service in C: constants, a struct for each payload, and what turns it into bytes and back.
import { PAYLOAD_MAX } from "../../../ts/core/library.js"
import { type Field, fixedSize, type Payload, payloadSize, type Service, varies } from "./definition.js"

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
    if (field.type === "bytes") return `uint8_t ${name}[${field.size}];\n    uint8_t ${name}_size;`
    return `${integerType(field)} ${name};`
}

function integerType({ type, size }: Field): string {
    const isSigned = typeof type === "string" && type.startsWith("i")
    return `${isSigned ? "" : "u"}int${size * 8}_t`
}

const typeOf = ({ name }: Payload) => `wh_service_${name}`

/** On a little-endian machine the members up to the string lie as the fields do in the packet. */
function structLines(payload: Payload): string[] {
    const { name, fields } = payload
    const type = typeOf(payload)
    const [fixed, last] = [fixedSize(payload), fields.at(-1)]
    const varying = last !== undefined && varies(last) ? `in->${memberName(last)}` : undefined
    const end = last !== undefined && varies(last) ? `offsetof(${type}, ${memberName(last)})` : endOf(type, last)
    const length =
        last?.type === "bytes"
            ? `${varying}_size <= ${last.size} ? ${varying}_size : 0`
            : `strnlen(${varying}, sizeof ${varying} - 1)`
    return [
        `#define WH_SERVICE_${upper(name)}_SIZE ${payloadSize(payload)}`,
        "",
        `typedef struct ${type} {`,
        ...fields.map((field) => `    ${memberDeclaration(field)}`),
        `} ${type};`,
        `static_assert(${end} == ${fixed}, "the members lie as the fields do");`,
        "",
        "/** Returns the number of bytes written. */",
        `static inline size_t ${type}_write(const ${type} *in, uint8_t out[WH_SERVICE_${upper(name)}_SIZE])`,
        "{",
        ...(fixed > 0 ? [`    memcpy(out, in, ${fixed});`] : []),
        ...(varying === undefined
            ? [`    return ${fixed};`]
            : [
                  `    size_t length = ${length};`,
                  `    memcpy(out${fixed > 0 ? ` + ${fixed}` : ""}, ${varying}, length);`,
                  `    return ${fixed > 0 ? `${fixed} + ` : ""}length;`,
              ]),
        "}",
        "",
    ]
}

const endOf = (type: string, last: Field | undefined) =>
    last === undefined ? "0" : `offsetof(${type}, ${memberName(last)}) + ${last.size}`

function checkLines(field: Field): string[] {
    const name = `out->${memberName(field)}`
    if (field.type === "bool") return [`    ${name} = payload[0] != 0;`]
    if (typeof field.type !== "object") return []
    const last = Math.max(...field.type.members.map(([, value]) => value))
    return [`    if (${name} > ${last}) {`, "        return false;", "    }"]
}

/** Of what others set: the rest is only sent. */
function readerLines(payload: Payload): string[] {
    const type = typeOf(payload)
    const [fixed, most] = [fixedSize(payload), payloadSize(payload)]
    const string = payload.fields.find((field) => field.type === "string")
    return [
        "/** False for another length, or for a value that there is not. */",
        `static inline bool ${type}_read(${type} *out, const uint8_t *payload, size_t size)`,
        "{",
        ...(string === undefined
            ? [`    if (size != ${most}) {`]
            : [
                  `    if (size < ${fixed} || size > ${most} || memchr(payload + ${fixed}, 0, size - ${fixed}) != NULL) {`,
              ]),
        "        return false;",
        "    }",
        `    memcpy(out, payload, ${string === undefined ? fixed : "size"});`,
        ...(string === undefined ? [] : [`    out->${memberName(string)}[size - ${fixed}] = 0;`]),
        ...payload.fields.flatMap(checkLines),
        "    return true;",
        "}",
        "",
    ]
}

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
        "#include <assert.h>",
        "#include <stdbool.h>",
        "#include <stddef.h>",
        "#include <stdint.h>",
        "#include <string.h>",
        "",
        "#ifdef __cplusplus",
        'extern "C" {',
        "#endif",
        "",
        'static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "payloads are copied as they lie in memory");',
        "",
        `#define WH_SERVICE_CLASS ${hex(service.classIdentifier)}`,
        "",
        "/** The longest payload of a Jacdac packet, in bytes. */",
        `#define WH_SERVICE_PAYLOAD_MAX ${PAYLOAD_MAX}`,
        ...service.constants.map(([name, value]) => `#define WH_SERVICE_${upper(name)} ${value}u`),
        "",
        ...service.readOnly.flatMap((payload) => payloadLines("REG", payload)),
        ...service.readWrite.flatMap((payload) => [...payloadLines("REG", payload), ...readerLines(payload)]),
        ...initials
            .filter(({ type }) => type !== "string")
            .map(({ name, initial }) => `#define WH_SERVICE_${upper(name)}_INITIAL ${initial}`),
        "",
        ...service.commands.flatMap(({ command, report }) => [
            ...payloadLines("CMD", command),
            ...(report.fields.length > 0 ? structLines({ ...report, name: `${report.name}_report` }) : []),
        ]),
        ...service.events.flatMap((event) => payloadLines("EV", event, `${event.name}_event`)),
        "#ifdef __cplusplus",
        "}",
        "#endif",
        "",
        "#endif",
        "",
    ].join("\n")
}
