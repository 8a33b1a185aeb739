import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { type Payload, parseService, payloadSize } from "#dev/generate/service/definition.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { PAYLOAD_MAX } from "#warmhello/core/library.js"
import { readDefinition } from "#warmhello/service/definition.js"

const definition = readDefinition()
const service = parseService(definition)

const everyPayload: Payload[] = [
    ...service.readOnly,
    ...service.readWrite,
    ...service.events,
    ...service.commands.flatMap(({ command, report }) => [command, report]),
]

test("every payload fits one Jacdac packet, which DeviceScript would cut without a word", () => {
    expect(everyPayload.length).toBeGreaterThan(15)
    for (const payload of everyPayload) expect.soft(payloadSize(payload), payload.name).toBeLessThanOrEqual(PAYLOAD_MAX)
})

test("a payload that fits no packet is refused by the generator", () => {
    const longer = definition.replace("define host_max_bytes 234", "define host_max_bytes 235")
    expect(() => parseService(longer)).toThrow("pinned_peer has more than 236 bytes")
})

test("a mistake in the definition is named with its line", () => {
    const line = definition.split("\n").findIndex((text) => text.includes("rw max_age")) + 1
    expect(() => parseService(definition.replace("max_age = 0: u32", "max_age = 0: u33"))).toThrow(
        new RegExp(`tls-session\\.md:${line}: .*u33`),
    )
})

test("the client's comments speak of its own names and values, not of the wire's", () => {
    const client = readFileSync(checkoutPath("devs/src/tls-session.ts"), "utf8")
    const comments = client.match(/\/\*\*[\s\S]*?\*\//g)?.join("\n") ?? ""
    expect(comments).toContain("`handshakeTxBytes`")
    expect(comments).toMatch(/null\s+\*\s+stands for an unknown age/)
    expect(comments).toContain("`null` leaves it to the firmware")
    expect(comments).not.toMatch(/`\w+_\w+`|`None`/)
    expect(comments.match(/0xffffffff/g)).toHaveLength(1) // ticketWaitMs, where it is the value to give
})

test("only what the service sends by itself can be followed", () => {
    const client = readFileSync(checkoutPath("devs/src/tls-session.ts"), "utf8")
    expect(client.match(/\w+Changes(?=\(\))/g)).toEqual(["outcomeChanges", "storedSessionChanges"])
})
