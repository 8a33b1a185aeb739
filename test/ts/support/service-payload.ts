// The service's packets as jacdac-ts reads them by the definition: names and numbers of the wire.
import { jdpack, jdunpack } from "jacdac-ts"
import { parseSpecification, readDefinition } from "#warmhello/service/definition.js"

const { packets, enums } = parseSpecification(readDefinition())

function registerNamed(name: string) {
    const found = packets.find((packet) => packet.name === name && ["ro", "rw"].includes(packet.kind))
    if (found?.packFormat === undefined) throw new Error(`the service has no register ${name}`)
    return { identifier: found.identifier, fields: found.fields, packFormat: found.packFormat }
}

export const register = (name: string): number => registerNamed(name).identifier

/** A register's value: an object of its fields, or the only one. Members of enums are given by their names. */
export function unpacked(name: string, payload: Uint8Array): unknown {
    const { fields, packFormat } = registerNamed(name)
    const values = jdunpack(payload, packFormat)
    const named = fields.map((field, n): [string, unknown] => {
        const member = Object.entries(enums[field.type]?.members ?? {}).find(([, value]) => value === values[n])
        return [field.name, member?.[0] ?? values[n]]
    })
    return fields[0]?.name === "_" ? named[0]?.[1] : Object.fromEntries(named)
}

export const packed = (name: string, ...values: (number | string)[]): Uint8Array =>
    jdpack(registerNamed(name).packFormat, values)
