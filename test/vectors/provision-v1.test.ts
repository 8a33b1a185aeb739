// docs/SPEC.md is enough to read a provisioning image: the second half of this file uses Node's crypto alone. The
// first half holds what writes images to the frozen one.
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { type Provision, settings } from "#warmhello/core/config.js"
import { wifiSecurities } from "#warmhello/core/kinds.js"
import { readProvisionImage } from "#warmhello/core/provision.js"
import { imageOf, slotOf } from "#warmhello/provision/format.js"

const text = readFileSync(join(import.meta.dirname, "provision-v1.txt"), "utf8").replace(/\n +/g, "")
const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
const values = new Map(lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]))

function word(name: string): string {
    const value = values.get(name)
    if (value === undefined) throw new Error(`no ${name} in the vector`)
    return value
}
const number = (name: string) => Number(word(name))
const flag = (name: string) => number(name) !== 0
const hex = (name: string) => Buffer.from(word(name), "hex")

const address = hex("static-address")
const part = (index: number) => address.subarray(4 * index, 4 * index + 4).join(".")

const expected: Provision = {
    wifi: {
        ssid: word("ssid"),
        password: word("password"),
        security: wifiSecurities[number("security")] ?? "open",
        staticAddress: { address: part(0), netmask: part(1), gateway: part(2), dns: part(3) },
        fastWake: flag("fast-wake"),
    },
    client: {
        ...{ host: word("host"), port: number("port"), ca: hex("ca"), alpn: word("alpn"), tickets: flag("tickets") },
        ...{ minVersion: "1.2", maxVersion: "1.3" },
        identity: { certificate: hex("certificate"), key: hex("key") },
        policy: {
            ...{ disabled: flag("disabled"), pinned: flag("pinned"), ticketWaitMs: 0 },
            ...{ maxAuthenticatedS: number("max-authenticated-s"), backoffMaxS: number("backoff-max-s") },
        },
    },
    ntpServer: word("ntp-server"),
    everySecondWakeFull: flag("every-second-wake-full"),
}

test("the frozen image is made again, to the byte", () => {
    const size = hex("slot-1").length
    expect(slotOf(expected, number("sequence")).subarray(0, size)).toEqual(hex("slot-1"))
})

test("the frozen image says what the file said, and the newer slot counts", () => {
    const { slot, sequence, size, ...provision } = readProvisionImage(imageOf([hex("slot-0"), hex("slot-1")]))
    expect(provision).toEqual(expected)
    expect({ slot, sequence, size }).toEqual({ slot: 1, sequence: 8, size: hex("slot-1").length })
})

test("the frozen image opens by the specification alone", () => {
    const slot = hex("slot-1")
    expect(slot.toString("latin1", 0, 4)).toBe("WHPV")
    expect([...slot.subarray(4, 8)]).toEqual([1, 0, 0, 0])
    expect(slot.readUInt32LE(8)).toBe(number("sequence"))
    expect(slot.readUInt32LE(12)).toBe(slot.length - 64)
    expect(slot.subarray(16, 32)).toEqual(Buffer.alloc(16))
    const digest = createHash("sha256").update(slot.subarray(0, 32)).update(slot.subarray(64)).digest()
    expect(slot.subarray(32, 64)).toEqual(digest)

    const found = new Map<number, Buffer>()
    let before = 0
    for (let at = 64; at < slot.length; ) {
        const [type, size] = [slot.readUInt16LE(at), slot.readUInt16LE(at + 2)]
        expect(type).toBeGreaterThan(before)
        found.set(type, slot.subarray(at + 4, at + 4 + size))
        before = type
        at += 4 + size
    }
    expect(found.get(1)).toEqual(Buffer.from(`${word("ssid")}\0`))
    expect(found.get(4)).toEqual(address)
    expect(found.get(17)?.readUInt16LE(0)).toBe(8883)
    expect(found.get(24)).toEqual(hex("key"))
    expect(found.get(34)).toEqual(Buffer.from("ffffffff", "hex"))
    expect(settings.map((setting) => setting.number)).toEqual(expect.arrayContaining([...found.keys()]))
    // What came later may be left out.
    expect(settings.filter((setting) => setting.required && !found.has(setting.number))).toEqual([])
})
