// ts/service/spec.ts: codes and payloads for Node.

import type { CoreEnums } from "./core-enums.js"
import type { Payload, Service } from "./definition.js"
import { camel, hex, payloadText } from "./payload-text.js"

const table = (name: string, payloads: Payload[]) =>
    `export const ${name} = { ${payloads.map((payload) => `${camel(payload.name)}: ${hex(payload.code)}`).join(", ")} } as const`

export function nodeModule(service: Service, enums: CoreEnums): string {
    return [
        "// Generated from devs/services/tls-session.md by `npm run generate`; do not edit.",
        "",
        `export const serviceClass = ${hex(service.classIdentifier)}`,
        table("registers", [...service.readOnly, ...service.readWrite]),
        table(
            "commands",
            service.commands.map(({ command }) => command),
        ),
        table("events", service.events),
        "",
        "const u8 = (payload: Buffer, offset: number): number => payload.readUInt8(offset)",
        "const u16 = (payload: Buffer, offset: number): number => payload.readUInt16LE(offset)",
        "const u32 = (payload: Buffer, offset: number): number => payload.readUInt32LE(offset)",
        "const i16 = (payload: Buffer, offset: number): number => payload.readInt16LE(offset)",
        "const putU8 = (payload: Buffer, offset: number, value: number) => payload.writeUInt8(value, offset)",
        "const putU16 = (payload: Buffer, offset: number, value: number) => payload.writeUInt16LE(value, offset)",
        "const putU32 = (payload: Buffer, offset: number, value: number) => payload.writeUInt32LE(value, offset)",
        "function text(payload: Buffer, offset: number): string {",
        '    return payload.toString("utf8", offset)',
        "}",
        "function putText(payload: Buffer, offset: number, value: string, max: number): void {",
        '    if (payload.length - offset > max) throw new RangeError("the text is too long")',
        "    payload.write(value, offset)",
        "}",
        "",
        payloadText(service, enums),
    ].join("\n")
}
