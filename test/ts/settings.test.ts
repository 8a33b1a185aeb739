// That a setting is written once: client.def and provision.def of the firmware, and all that comes from them.
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { type Provision, type Setting, settings } from "#warmhello/core/config.js"
import { readProvisionImage } from "#warmhello/core/provision.js"
import { imageOf, slotOf } from "#warmhello/provision/format.js"
import { checkProvision } from "#warmhello/provision/provision.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { createProvisionFiles, type Json } from "./support/provision-files.js"

const folder = temporaryFolder()
const files = await createProvisionFiles(folder)

const base = (): Provision => ({
    wifi: { ssid: "net", password: "password", security: "wpa2", fastWake: true },
    client: {
        ...{ host: "a.example", port: 443, ca: Buffer.from("ca"), minVersion: "1.2", maxVersion: "1.3", tickets: true },
        identity: { certificate: Buffer.from("certificate"), key: Buffer.from("key") },
        psk: { identity: "device", key: Buffer.alloc(32, 1) },
        policy: { disabled: false, pinned: false },
    },
    everySecondWakeFull: false,
})

const samples = {
    ...{ text: "another.example", file: Buffer.from("another"), flag: true, inverse: false },
    ...{
        security: "wpa3",
        reuse: "when-not-renewed",
        profile: "frugal",
        secret: Buffer.alloc(32, 2),
        u16: 7,
        u32: 7,
        u32_or_none: 0,
    },
    address: { address: "10.0.0.9", netmask: "255.0.0.0", gateway: "10.0.0.1", dns: "9.9.9.9" },
}

/** With this setting at another value. */
function changed({ owner, option, kind, name }: Setting): Provision {
    const provision = base()
    const path = option.split(".")
    let part = (owner === "device" ? provision : provision.client) as unknown as Record<string, unknown>
    for (const key of path.slice(0, -1)) part = part[key] as Record<string, unknown>
    part[path.at(-1) as string] = kind === "version" ? (name === "min_version" ? "1.3" : "1.2") : samples[kind]
    return provision
}

function throughC(provision: Provision): Provision {
    const { slot: _, sequence: __, size: ___, ...read } = readProvisionImage(imageOf([slotOf(provision, 1)]))
    return read
}

test("nothing generated differs from its source", () => {
    const { status, stderr } = spawnSync(process.execPath, [checkoutPath("build/dev/generate/main.js"), "--check"], {
        encoding: "utf8",
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
})

test("every row of the lists is there", () => {
    const lists = ["core/include/warmhello/client.def", "provision/include/warmhello/provision.def"]
    const text = lists.map((list) => readFileSync(checkoutPath(`firmware/${list}`), "utf8")).join("\n")
    expect(settings.length).toBe(text.match(/^WH_\w+_SETTING\(/gm)?.length)
    expect(settings.map(({ number }) => number)).toEqual(settings.map(({ number }) => number).toSorted((a, b) => a - b))
})

describe.each(settings.map((setting): [string, Setting] => [setting.name, setting]))("%s", (_, setting) => {
    test("goes into an image, through C's struct and back", () => {
        expect(changed(setting)).not.toEqual(base())
        expect(throughC(changed(setting))).toEqual(changed(setting))
    })

    test("is a field of the provisioning file", () => {
        const path = setting.field.split(".")
        const wrong = path.reduceRight<Json>((inner, key) => ({ [key]: inner }), { no: "value of any field" })
        const { errors } = checkProvision(files.provision(wrong as { [name: string]: Json }))
        const messages = errors.map(({ message }) => message)
        expect(messages).toContainEqual(expect.stringMatching(`^${setting.field}`))
        expect(messages.join()).not.toContain(`${setting.field} is no field`)
    })
})

test("what is at its default is not in an image, if it may be missing: firmware from before takes that", () => {
    const { client, ...device } = base()
    const { identity: _, psk: __, ...server } = client
    const types = typesIn(slotOf({ ...device, client: server }, 1))
    const { number: password } = settings.find(({ name }) => name === "password") as Setting
    const required = settings.filter((setting) => setting.required).map(({ number }) => number)
    expect(types).toEqual([...required, password].toSorted((a, b) => a - b))
})

function typesIn(slot: Buffer): number[] {
    const types: number[] = []
    const end = 64 + slot.readUInt32LE(12)
    for (let at = 64; at < end; at += 4 + slot.readUInt16LE(at + 2)) types.push(slot.readUInt16LE(at))
    return types
}
