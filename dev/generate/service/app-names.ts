// The definition speaks of the wire, the comments of the DeviceScript client of its own names and values.

import type { CoreEnums } from "./core-enums.js"
import type { Field, Payload, Service } from "./definition.js"
import { camel, fieldName, nameWithUnit } from "./payload-text.js"

const UNKNOWN_ON_THE_WIRE = /\b0xffffffff\b/g

/** What the members of a field's enum are called, or null. */
function memberNames({ type }: Field, enums: CoreEnums): [string, string][] {
    if (typeof type !== "object") return []
    return (enums[type.name] ?? []).map(({ name, word }) => [name, word ?? "null"])
}

/** A service whose descriptions say `maxAgeS` for `max_age`, and null where that is what an app gets. */
export function inAppWords(service: Service, enums: CoreEnums): Service {
    const common: [string, string][] = [
        ...[...service.readOnly, ...service.readWrite].map((payload): [string, string] => [
            payload.name,
            nameWithUnit(payload),
        ]),
        ...service.commands.map(({ command }): [string, string] => [command.name, camel(command.name)]),
    ]
    const translated = (payload: Payload): Payload => {
        const names = new Map([
            ...common,
            ...payload.fields.flatMap((field) => memberNames(field, enums)),
            ...payload.fields
                .filter(({ name }) => name !== "value")
                .map((field): [string, string] => [field.name, fieldName(field)]),
        ])
        const text = payload.description.replace(/`(\w+)`/g, (code, name: string) => {
            const own = names.get(name)
            return own === undefined ? code : `\`${own}\``
        })
        const isNull = payload.fields.some(({ unknown }) => unknown !== undefined)
        return { ...payload, description: isNull ? text.replace(UNKNOWN_ON_THE_WIRE, "null") : text }
    }
    return {
        ...service,
        readOnly: service.readOnly.map(translated),
        readWrite: service.readWrite.map(translated),
        commands: service.commands.map(({ command, report }) => ({ command: translated(command), report })),
        events: service.events.map(translated),
    }
}
