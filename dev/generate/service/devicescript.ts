// The client in DeviceScript: its words, its payloads, and its class, each a file of devs/src.

import type { CoreEnums } from "./core-enums.js"
import type { Payload, Service } from "./definition.js"
import {
    camel,
    docComment,
    fieldType,
    hex,
    nameWithUnit,
    pascal,
    payloadText,
    readerName,
    reportPayload,
    valueType,
    wordsText,
    writerName,
} from "./payload-text.js"

const THROWS = "Throws a ServiceError; see its codes."

/** What the service sends unasked (wh_service_next). */
const sentByItself = ["outcome", "stored_session"]

function getter(payload: Payload): string {
    return [
        docComment(`${payload.description}\n\n${THROWS}`, "    "),
        `    async ${nameWithUnit(payload)}(): Promise<${valueType(payload)}> {`,
        `        return checked(${readerName(payload)}(await this.link.read(${hex(payload.code)})))`,
        "    }",
        "",
    ].join("\n")
}

function setter(payload: Payload): string {
    const name = nameWithUnit(payload)
    return [
        docComment(`Sets what \`${name}\` reads, and makes sure that the service took it.\n\n${THROWS}`, "    "),
        `    async set${pascal(name)}(value: ${valueType(payload)}): Promise<void> {`,
        `        await this.link.write(${hex(payload.code)}, ${writerName(payload)}(value))`,
        "    }",
        "",
    ].join("\n")
}

/** A report that holds an error is the command's result. */
function commandMethod({ command, report }: Service["commands"][number]): string {
    const [field] = report.fields
    const ask = `await this.link.ask(${hex(command.code)})`
    return [
        docComment(`${command.description}\n\n${THROWS}`, "    "),
        `    async ${camel(command.name)}(): Promise<void> {`,
        field === undefined
            ? `        ${ask}`
            : `        succeeded(checked(${readerName(reportPayload(report))}(${ask})))`,
        "    }",
        "",
    ].join("\n")
}

function subscription(event: Payload): string {
    const [field] = event.fields
    const name = `on${pascal(event.name)}`
    const property = camel(event.name)
    const [argument, body] =
        field === undefined
            ? ["", `        return this.role.${property}.subscribe(handler)`]
            : [
                  `value: ${fieldType(field)}`,
                  `        return this.role.${property}.subscribe(async (value) => await handler(${fieldType(field).replace(/^T/, "t")}Of(value)))`,
              ]
    return [
        docComment(`${event.description} Returns what ends the subscription.`, "    "),
        `    ${name}(handler: (${argument}) => AsyncVoid): Unsubscribe {`,
        body,
        "    }",
        "",
    ].join("\n")
}

function observable(payload: Payload): string {
    return [
        docComment(`Each \`${camel(payload.name)}\` that the service sends by itself, or that is read.`, "    "),
        `    ${camel(payload.name)}Changes(): Observable<${valueType(payload)}> {`,
        `        return this.link.observe(${hex(payload.code)}, ${readerName(payload)})`,
        "    }",
        "",
    ].join("\n")
}

/** The compiler takes no format but a literal one. */
function numberFunctions(): string[] {
    const getters = ["u8", "u16", "u32", "i16"].map(
        (storage) =>
            `function ${storage}(payload: Buffer, offset: number): number { return payload.getAt(offset, "${storage}") }`,
    )
    const setters = [1, 2, 4].map((size) => {
        const storage = `u${8 * size}`
        return [
            `function put${pascal(storage)}(payload: Buffer, offset: number, value: number): void {`,
            `    if (!(value >= 0 && value < ${2 ** (8 * size)})) throw new RangeError(\`no ${storage}: \${value}\`)`,
            `    payload.setAt(offset, "${storage}", value)`,
            "}",
        ].join("\n")
    })
    return [...getters, ...setters]
}

const GENERATED = "// Generated from devs/services/tls-session.md by `npm run generate`; do not edit."

/** The import of what a text uses of a module's exports. */
function importOf(text: string, module: string, path: string): string {
    const names = [...module.matchAll(/^export (function|type|interface) (\w+)/gm)]
        .filter(([, , name]) => new RegExp(`\\b${name}\\b`).test(text))
        .map(([, kind, name]) => (kind === "function" ? name : `type ${name}`))
    return `import { ${names.join(", ")} } from "${path}"`
}

function payloadsBody(service: Service, enums: CoreEnums): string {
    return [
        ...numberFunctions(),
        "function text(payload: Buffer, offset: number): string {",
        '    return payload.slice(offset).toString("utf-8")',
        "}",
        "function putText(payload: Buffer, offset: number, value: string, max: number): void {",
        "    const bytes = Buffer.from(value)",
        '    if (bytes.length > max) throw new RangeError("the text is too long")',
        "    payload.set(bytes, offset)",
        "}",
        "",
        payloadText(service, enums),
    ].join("\n")
}

function clientBody(service: Service): string {
    const role = pascal(service.camelName)
    return [
        docComment(`${service.description}\n\nGet it by tlsSession().`),
        `export class ${role}Client {`,
        "    private readonly link: Link",
        "",
        `    constructor(private readonly role: ${role}, options: LinkOptions = {}) {`,
        "        this.link = new Link(role, options)",
        "    }",
        "",
        "    /** Whether the firmware has this service. The first call waits for it, as long as the options say. */",
        "    async isThere(): Promise<boolean> {",
        "        return await this.link.isThere()",
        "    }",
        "",
        ...service.readOnly.map((payload) => getter(payload)),
        ...service.readOnly.filter(({ name }) => sentByItself.includes(name)).map(observable),
        ...service.readWrite.flatMap((payload) => [getter(payload), setter(payload)]),
        ...service.commands.map(commandMethod),
        ...service.events.map(subscription),
        "}",
        "",
    ].join("\n")
}

/** The name of each file, and what is in it. */
export function deviceScriptModules(service: Service, enums: CoreEnums): [name: string, contents: string][] {
    const [words, payloads, client] = [wordsText(service, enums), payloadsBody(service, enums), clientBody(service)]
    const role = pascal(service.camelName)
    return [
        ["tls-words.ts", [GENERATED, words].join("\n")],
        ["tls-payloads.ts", [GENERATED, importOf(payloads, words, "./tls-words"), "", payloads].join("\n")],
        [
            "tls-session.ts",
            [
                GENERATED,
                `import type { AsyncVoid, ${role}, Unsubscribe } from "@devicescript/core"`,
                'import type { Observable } from "@devicescript/observables"',
                'import { checked, Link, type LinkOptions, succeeded } from "./link"',
                importOf(client, payloads, "./tls-payloads"),
                importOf(client, words, "./tls-words"),
                "",
                client,
            ].join("\n"),
        ],
    ]
}
