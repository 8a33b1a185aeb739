// The seam between TypeScript and C: nothing that one side says may be different on the other.
import { readFileSync } from "node:fs"
import koffi from "koffi"
import { expect, test } from "vitest"
import { coreErrors, reasons } from "#warmhello/base/core-codes.js"
import { type Outcome, outcomeSchema } from "#warmhello/base/outcome.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { TemporaryFolder } from "#warmhello/base/temporary.js"
import { Client, type ClientOptions } from "#warmhello/core/client.js"
import { CoreConnect, stepKinds } from "#warmhello/core/connect.js"
import { checkFile, checkLeftAside, pemBlocks } from "#warmhello/core/credentials.js"
import { readHost } from "#warmhello/core/host.js"
import { learnedOfPeer, readJournal } from "#warmhello/core/journal.js"
import { native } from "#warmhello/core/library.js"
import {
    builtAtMs,
    cutFlash,
    flashOperations,
    jumpWallClock,
    loadState,
    losePower,
    restartWithFlash,
    saveState,
    setWallClockKnown,
    sleep,
    storedTiers,
} from "#warmhello/core/platform.js"
import {
    PROVISION_HEADER_SIZE,
    PROVISION_SIZE,
    PROVISION_SLOT_SIZE,
    readProvisionImage,
} from "#warmhello/core/provision.js"
import { Service } from "#warmhello/core/service.js"
import { refusedConnect } from "./support/refused.js"
import { register, unpacked } from "./support/service-payload.js"
import { startServer } from "./support/tls-server.js"
import { clientOptions, visit } from "./support/visit.js"

const library = koffi.load(checkoutPath("build/host/libwarmhello.so"))

/** The names in an enum of a C header, in order. */
function enumNames(header: string, type: string): string[] {
    const source = readFileSync(checkoutPath(`firmware/core/include/warmhello/${header}`), "utf8")
    const [, body = ""] = new RegExp(`typedef enum ${type} \\{([^}]*)\\}`).exec(source) ?? []
    return [...body.replace(/\/\*.*?\*\//g, "").matchAll(/WH_\w+/g)].map(([name]) => name)
}

/** C's words for the members of an enum. */
function wordsOf(header: string, type: string): (string | null)[] {
    const word = library.func(`const char *${type}_word(int value)`)
    return enumNames(header, type).map((_, value) => word(value))
}

/** A connect that the service is told of. */
function useService(options: ClientOptions): void {
    using service = new Service()
    using client = new Client(options, service)
    using connect = refusedConnect(client)
    const name = service.connecting()
    service.connected(connect)
    service.closed(name, connect)
    expect(service.settingsChanged).toBe(false)
    const counts = service.handlePacket(0x1000 | register("counts"), Buffer.alloc(0))
    expect(typeof counts === "string" ? counts : unpacked("counts", counts.payload)).toMatchObject({ failed: 1 })
    expect(service.next()).toMatchObject({ isEvent: false, command: 0x1000 | register("outcome") })
    service.wake(false)
}

test("every native function works from TypeScript", async () => {
    const functions = native()
    const called = new Set(["hostStart"]) // by native() itself
    for (const [name, original] of Object.entries(functions)) {
        const recorded = (...args: unknown[]) => {
            called.add(name)
            return original(...args)
        }
        Object.assign(functions, { [name]: recorded })
    }

    await using server = await startServer()
    using folder = new TemporaryFolder("flash")
    restartWithFlash(folder.file("flash.bin"))
    expect(flashOperations()).toBe(0)
    cutFlash(0)
    losePower()
    setWallClockKnown(true)
    jumpWallClock(0)
    expect(builtAtMs()).toBeGreaterThan(0)
    await visit(clientOptions(server))
    expect(flashOperations()).toBeGreaterThan(0)
    sleep(1000)
    loadState(saveState())
    expect((await visit(clientOptions(server))).outcome?.result).toBe("resumed")
    // Node gives no new ticket when it resumes one: visit until a full handshake has brought some.
    while ((await visit(clientOptions(server))).outcome?.stored === null) {}
    expect(learnedOfPeer()).toMatchObject({ lacks: 2, left: 7 })
    {
        using client = new Client(clientOptions(server))
        expect(client.cas).toEqual({ given: 1, usable: 1, ending: 0 })
        expect(storedTiers()).not.toBeUndefined()
        using connect = refusedConnect(client)
        expect(connect.error).toBe("connection-refused")
        expect(connect.write(Buffer.from("late"))).toBe(0)
        connect.close(true) // over already
        expect(connect.outcomes).toEqual([]) // no TLS
    }
    useService(clientOptions(server))
    expect(() => readProvisionImage(Buffer.alloc(PROVISION_SIZE, 0xff))).toThrow("the image is blank")
    expect(pemBlocks(server.ca).map(({ isCertificate }) => isCertificate)).toEqual([true])
    expect(checkFile("ca", "the CA", server.ca)).toBeUndefined()
    expect(checkLeftAside("the CA", server.ca, 1)).toBeUndefined()
    expect(readHost("LOCALHOST.")).toBe("localhost")
    restartWithFlash(undefined)
    expect(readJournal(readFileSync(folder.file("flash.bin")), true).records.length).toBeGreaterThan(0)
    const memory = functions.hostMemory()
    expect(Number(memory.peak_bytes)).toBeGreaterThanOrEqual(Number(memory.live_bytes))

    expect([...called].sort()).toEqual(Object.keys(functions).sort())
})

test("C's outcome has exactly the fields of the schema", async () => {
    await using server = await startServer()
    using client = new Client(clientOptions(server))
    using connect = new CoreConnect(client, 1000)
    const outcome = connect.outcomeHandle
    const text = Buffer.alloc(native().outcomeJsonSize())
    const length: number = native().outcomeJson(outcome, text, text.length)
    const json: Outcome = JSON.parse(text.toString("utf8", 0, length))
    expect(Object.keys(json).sort()).toEqual(Object.keys(outcomeSchema.shape).sort())
    expect(outcomeSchema.parse(json)).toEqual(json)
    expect(native().outcomeJson(outcome, text, length)).toBe(coreErrors.argument.value) // no room for the closing zero
})

test.each([
    ["wh_result", "result"],
    ["wh_protocol", "protocol"],
    ["wh_kind", "kind"],
] as const)("the schema knows C's words for each %s, and no other", (type, field) => {
    const words = wordsOf("outcome.h", type)
    expect(words.length).toBeGreaterThan(2)
    for (const word of words) expect(outcomeSchema.shape[field].safeParse(word).success).toBe(true)
    expect(outcomeSchema.shape[field].safeParse("another").success).toBe(false)
})

test("C and TypeScript have the same reasons in the same order", () => {
    const word = library.func("const char *wh_reason_word(int value)")
    expect(Object.keys(reasons).map((_, value) => word(value))).toEqual(Object.keys(reasons))
})

test("C and TypeScript have the same word for each error", () => {
    for (const [word, { value }] of Object.entries(coreErrors)) expect(native().errorWord(value)).toBe(word)
})

test("the steps of a connect have C's order", () => {
    const names = enumNames("connect.h", "wh_step_kind")
    const words = names.map((name) => name.replace("WH_STEP_", "").toLowerCase().replace("_", "-"))
    expect(words).toEqual([...stepKinds])
})

test("the sizes of a provisioning image are C's", () => {
    const source = readFileSync(checkoutPath("firmware/provision/include/warmhello/provision.h"), "utf8")
    const size = (name: string) => Number(new RegExp(`#define WH_PROVISION_${name} (\\d+)`).exec(source)?.[1])
    expect([size("SLOT"), size("HEADER"), size("SIZE")]).toEqual([
        ...[PROVISION_SLOT_SIZE, PROVISION_HEADER_SIZE, PROVISION_SIZE],
    ])
})

test.each([
    ["1.2", "TLS1.2"],
    ["1.3", "TLS1.3"],
] as const)("a client of version %s speaks %s", async (version, protocol) => {
    await using server = await startServer()
    const { outcome } = await visit({ ...clientOptions(server), minVersion: version, maxVersion: version })
    expect(outcome?.protocol).toBe(protocol)
})

test("the board's state has one size, and another is refused", () => {
    expect(saveState()).toHaveLength(native().hostStateSize())
    for (const size of [0, native().hostStateSize() - 1, native().hostStateSize() + 1]) {
        expect(() => loadState(Buffer.alloc(size))).toThrow(expect.objectContaining({ code: "argument" }))
    }
})
