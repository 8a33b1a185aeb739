// What the generators need of the service's definition.
import { PAYLOAD_MAX } from "../../../ts/core/library.js"
import { DEFINITION, parseSpecification } from "../../../ts/service/definition.js"

export interface EnumType {
    name: string
    members: [name: string, value: number][]
}

export interface Field {
    /** As in the definition, with underscores; "value" for the only field of a simple register. */
    name: string
    type: "u8" | "u16" | "u32" | "i8" | "i16" | "bool" | "string" | "bytes" | EnumType
    unit: string
    initial: number
    /** The value that says it is not known. */
    unknown: number | undefined
    /** Bytes, the most for those that vary. */
    size: number
}

export interface Payload {
    name: string
    code: number
    description: string
    fields: Field[]
}

export interface Service {
    name: string
    camelName: string
    shortId: string
    description: string
    classIdentifier: number
    constants: [name: string, value: number][]
    enums: EnumType[]
    readOnly: Payload[]
    readWrite: Payload[]
    /** A command and the report that answers it. */
    commands: { command: Payload; report: Payload }[]
    events: Payload[]
}

const simpleTypes = ["u8", "u16", "u32", "i8", "i16", "bool", "string", "bytes"] as const

/** Text, or bytes: only the last field of a payload. */
export const varies = ({ type }: Field): boolean => type === "string" || type === "bytes"

function fieldOf(spec: jdspec.ServiceSpec, enums: EnumType[], packet: string, member: jdspec.PacketMember): Field {
    const { name, unit = "", defaultValue: initial = 0 } = member
    const type =
        simpleTypes.find((simple) => simple === member.type) ?? enums.find((known) => known.name === member.type)
    if (type === undefined) throw new Error(`${DEFINITION}: the generator knows no type ${member.type}`)
    const most = `${name === "_" ? packet : name}_max_bytes`
    const size = type === "string" || type === "bytes" ? spec.constants[most]?.value : Math.abs(member.storage)
    if (size === undefined) throw new Error(`${DEFINITION}: ${packet} needs "define ${most}"`)
    const unknown = spec.constants[`${name}_unknown`]?.value
    return { name: name === "_" ? "value" : name, type, unit, initial, unknown, size }
}

export const payloadSize = ({ fields }: Payload): number => fields.reduce((sum, { size }) => sum + size, 0)

/** The bytes that every payload of this sort has. */
export const fixedSize = ({ fields }: Payload): number =>
    fields.reduce((sum, field) => sum + (varies(field) ? 0 : field.size), 0)

function payloadOf(spec: jdspec.ServiceSpec, enums: EnumType[], packet: jdspec.PacketInfo): Payload {
    const payload: Payload = {
        name: packet.name,
        code: packet.identifier,
        description: packet.description,
        fields: packet.fields.map((member) => fieldOf(spec, enums, packet.name, member)),
    }
    if (payloadSize(payload) > PAYLOAD_MAX) {
        throw new Error(`${DEFINITION}: ${payload.name} has more than ${PAYLOAD_MAX} bytes`)
    }
    return payload
}

export function parseService(markdown: string): Service {
    const spec = parseSpecification(markdown)
    const enums = Object.values(spec.enums)
        .filter(({ derived }) => derived === undefined)
        .map(({ name, members }) => ({ name, members: Object.entries(members) }))
    const own = spec.packets.filter(({ derived }) => derived === undefined)
    const ofKind = (kind: jdspec.PacketKind) =>
        own.filter((packet) => packet.kind === kind).map((packet) => payloadOf(spec, enums, packet))
    const reports = ofKind("report")
    return {
        name: spec.name,
        camelName: spec.camelName,
        shortId: spec.shortId,
        description: spec.notes.short ?? "",
        classIdentifier: spec.classIdentifier,
        constants: Object.entries(spec.constants).map(([name, { value }]) => [name, value]),
        enums,
        readOnly: ofKind("ro"),
        readWrite: ofKind("rw"),
        commands: ofKind("command").map((command) => {
            const report = reports.find(({ code }) => code === command.code)
            if (report === undefined) throw new Error(`${DEFINITION}: the command ${command.name} needs a report`)
            return { command, report }
        }),
        events: ofKind("event"),
    }
}
