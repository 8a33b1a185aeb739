// What platformio.ini, boards/ and the partition table say of each other, before any board is there to notice.
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { compileBoard } from "#warmhello/devicescript/compile.js"
import { listBoards } from "#warmhello/firmware/boards.js"
import { CONSOLE_BAUD } from "#warmhello/firmware/monitor.js"
import { pio, pioEnvironment } from "../../dev/setup/platformio.mjs"
import { temporaryFolder } from "../support/temporary-folder.js"
import { type Partition, parsePartitions, partitionProblems } from "./support/partitions.js"

const read = (path: string) => readFileSync(checkoutPath(path), "utf8")
const chips = ["esp32", "esp32c3", "esp32s2", "esp32s3"]
const boards = listBoards()
const byId = boards.map((board) => [board.id, board] as const)
const folder = temporaryFolder()

type Section = Record<string, string | string[]>

/** As PlatformIO computes it, inheritance and all. */
function projectConfig(): Map<string, Section> {
    const command = ["project", "config", "--json-output", "--project-dir", checkoutPath(".")]
    const text = execFileSync(pio, command, { encoding: "utf8", env: { ...process.env, ...pioEnvironment } })
    const sections: [string, [string, string | string[]][]][] = JSON.parse(text)
    return new Map(sections.map(([name, options]) => [name, Object.fromEntries(options)]))
}
const config = projectConfig()
const environment = (chip: string) => config.get(`env:${chip}`) ?? {}

/** Options of an sdkconfig file; y and n, numbers and text as they stand there. */
function sdkconfig(path: string): Map<string, string> {
    const options = read(path).matchAll(/^(CONFIG_\w+)=("?)(.*)\2$/gm)
    return new Map(Array.from(options, ([, name = "", , value = ""]) => [name, value]))
}
const common = sdkconfig("boards/sdkconfig.common")

const partitions = parsePartitions(read("boards/partitions.csv"))
const partition = (name: string) => partitions.find((each) => each.name === name)
const MB = 1024 * 1024

describe("boards", () => {
    /** The top level of DeviceScript's schema, which is named in each file (devicescript-esp32 at f6aec45d). */
    const allowed = new Set([
        ...["#", "$description", "$pins", "$schema", "$services", "@name", "@version", "archId", "devName"],
        ...["devNetwork", "flashPageSize", "fstorOffset", "fstorPages", "i2c", "jacdac", "led", "log", "pins"],
        ...["productId", "sPin", "scanI2C", "sd", "services", "url"],
    ])
    const contents = new Map(boards.map(({ id, file }) => [id, JSON.parse(readFileSync(file, "utf8"))]))

    test("there is one for a bare module of each chip", () => {
        expect(boards.map(({ id, chip }) => `${chip}/${id}`)).toEqual(
            expect.arrayContaining(chips.map((chip) => `${chip}/${chip}_bare`)),
        )
        expect([...new Set(boards.map(({ chip }) => chip))].sort()).toEqual(chips)
    })

    test.each(byId)("%s has what DeviceScript's schema asks for, and nothing else", (id) => {
        const board = contents.get(id)
        expect(Object.keys(board).filter((key) => !allowed.has(key))).toEqual([])
        expect(board.devName).toBeTypeOf("string")
        expect(board.productId).toMatch(/^0x3[0-9a-f]{7}$/)
        expect(board.$schema).toMatch(/\/esp32deviceconfig\.schema\.json$/)
    })

    test.each(byId)("%s leaves the network to the firmware, or apps could open no socket", (id) => {
        expect(contents.get(id).devNetwork).toBe(false)
    })

    test.each(byId)("%s compiles, with pins that its chip has for that", async (_, { file }) => {
        const compiled = await compileBoard(file)
        expect(compiled.subarray(0, 4).toString()).toBe("DCFG")
        expect(compiled.length).toBeLessThanOrEqual(partition("dcfg")?.size ?? 0)
    })

    test("no two have one product ID, nor one of DeviceScript's own", () => {
        const ids = Array.from(contents.values(), ({ productId }) => productId)
        expect(new Set(ids).size).toBe(ids.length)
        const cli = read("node_modules/@devicescript/cli/built/devicescript-cli.cjs")
        const theirs = new Set(Array.from(cli.matchAll(/productId: "(0x[0-9a-f]{8})"/gi), ([, id]) => id))
        expect(theirs.size).toBeGreaterThan(20)
        expect(ids.filter((id) => theirs.has(id))).toEqual([])
    })

    test("one with a pin that the flash chip needs is refused in DeviceScript's words", async () => {
        const chip = join(folder, "esp32c3")
        mkdirSync(chip)
        writeFileSync(join(chip, "arch.json"), read("boards/esp32c3/arch.json"))
        const file = join(chip, "wrong.board.json")
        writeFileSync(file, JSON.stringify({ ...contents.get("esp32c3_bare"), pins: { P12: 12 } }))
        await expect(compileBoard(file)).rejects.toMatchObject({
            code: "board-unusable",
            message: expect.stringContaining("P12=12 has 'flash' function"),
        })
    })
})

describe("partition table", () => {
    test("has no overlap, no crooked edge, and fits the flash", () => {
        expect(partitionProblems(partitions, 4 * MB)).toEqual([])
    })

    const change = (name: string, to: Partial<Partition>) =>
        partitions.map((each) => (each.name === name ? { ...each, ...to } : each))
    test.each<[string, Partition[], string]>([
        ["overlaps", change("wh_sess", { size: 0x9000 }), "wh_sess overlaps wh_prov"],
        ["is too large", change("wh_prov", { size: 4 * MB }), "wh_prov ends beyond the flash"],
        ["has an app between two pages", change("factory", { offset: 0x11000 }), "factory does not begin at"],
        ["ends within a sector", change("nvs", { size: 0x3f00 }), "nvs does not end with a sector"],
        ["hides the table", change("dcfg", { offset: 0x8000 }), "dcfg lies over the bootloader or the table"],
        ["names one twice", change("nvs", { name: "dcfg" }), "there are two of dcfg"],
    ])("one that %s would be noticed", (_, table, problem) => {
        expect(partitionProblems(table, 4 * MB)).toEqual(expect.arrayContaining([expect.stringContaining(problem)]))
    })

    test("gives the journal sectors in plain, and provisioning an encrypted place", () => {
        expect(partition("wh_sess")).toMatchObject({ type: "data", subType: "0x40", size: 32 * 1024, flags: [] })
        expect(partition("wh_prov")).toMatchObject({
            ...{ type: "data", subType: "0x41", size: 16 * 1024, flags: ["encrypted"] },
        })
    })

    test.each(chips)("leaves DeviceScript's where its firmware for the %s looks for them", (chip) => {
        const { dcfgOffset, fstorOffset, fstorPages, flashPageSize, id } = JSON.parse(read(`boards/${chip}/arch.json`))
        expect(id).toBe(chip)
        expect(partition("dcfg")).toMatchObject({ type: "0x8A", subType: "0x00", offset: Number(dcfgOffset) })
        expect(partition("fstor")).toMatchObject({
            ...{ type: "0x8A", subType: "0x01", offset: Number(fstorOffset), size: fstorPages * flashPageSize },
        })
        expect(partition("fstor")?.offset).toSatisfy((offset) => offset % 0x10000 === 0) // as it maps it
        expect(partition("nvs")).toMatchObject({ type: "data", subType: "nvs" })
        expect(partition("factory")).toMatchObject({ type: "app", subType: "factory", offset: 0x10000 })
    })
})

describe("platformio.ini", () => {
    test("has an environment for each chip, and one for this machine", () => {
        const environments = [...config.keys()].filter((name) => name.startsWith("env:")).sort()
        expect(environments).toEqual([...chips, "native"].map((name) => `env:${name}`))
    })

    test.each([...chips, "native"])("%s builds with a platform of one version", (name) => {
        expect(environment(name).platform).toMatch(/^\w+@\d+\.\d+\.\d+$/)
    })

    test.each(chips)("%s takes DeviceScript from public commits, and does not let PlatformIO build it", (chip) => {
        const { platform_packages, lib_deps, lib_ignore, lib_ldf_mode } = environment(chip)
        const archive = /https:\/\/github\.com\/\w+\/([\w-]+)\/archive\/[0-9a-f]{40}\.zip$/
        const named = (list: unknown, separator: string) =>
            [list].flat().map((text) => {
                const [name, url = ""] = String(text).split(separator)
                expect(archive.exec(url)?.[1]).toBe(name)
                return name
            })
        expect(named(platform_packages, "@")).toEqual(["devicescript", "jacdac"])
        expect(named(lib_deps, "=")).toEqual(["devicescript-esp32", "jacdac-c", "sha-2", "tiny-AES-c"])
        expect([lib_ignore].flat()).toEqual(named(lib_deps, "="))
        expect(lib_ldf_mode).toBe("off")
    })

    test.each(chips)("%s finds its board, its sdkconfig, its components and the partition table", (chip) => {
        const section = environment(chip)
        const args = String(section["board_build.cmake_extra_args"])
        const [, components = ""] = /-DEXTRA_COMPONENT_DIRS=(\S+)/.exec(args) ?? []
        const [, defaults = ""] = /-DSDKCONFIG_DEFAULTS=(\S+)/.exec(args) ?? []
        expect(defaults.split(";")).toEqual(["boards/sdkconfig.common", `boards/${chip}/sdkconfig.${chip}`])
        expect(components.split(";").map((path) => existsSync(checkoutPath(`${path}/CMakeLists.txt`)))).toEqual([
            true,
            true,
        ])
        expect(args).toMatch(new RegExp(`-DWARMHELLO_LIBRARIES=\\S+/${chip}$`, "m"))
        expect(section["board_build.esp-idf.sdkconfig_path"]).toContain(`/${chip}/`)
        expect(boards.find(({ id }) => id === section.custom_board)).toMatchObject({ chip })
        expect(existsSync(checkoutPath(String(section.custom_app)))).toBe(true)
    })

    test.each(chips)("%s and its sdkconfig name the same chip, flash and partition table", (chip) => {
        const section = environment(chip)
        expect(sdkconfig(`boards/${chip}/sdkconfig.${chip}`).get("CONFIG_IDF_TARGET")).toBe(chip)
        expect(common.get(`CONFIG_ESPTOOLPY_FLASHSIZE_${section["board_upload.flash_size"]}`)).toBe("y")
        expect(common.get("CONFIG_PARTITION_TABLE_CUSTOM_FILENAME")).toBe(section["board_build.partitions"])
    })

    test.each(chips)("%s is followed at the speed at which it prints", (chip) => {
        // DeviceScript's firmware takes the ESP32's pins of the console for a UART of its own, at another speed.
        expect(Number(environment(chip).monitor_speed)).toBe(chip === "esp32" ? 1_500_000 : CONSOLE_BAUD)
        expect(Number(common.get("CONFIG_ESP_CONSOLE_UART_BAUDRATE"))).toBe(CONSOLE_BAUD)
        expect(common.get("CONFIG_ESP_CONSOLE_UART_CUSTOM")).toBe("y") // it has no prompt otherwise
    })

    test("an option of ours in sdkconfig is one of our Kconfig", () => {
        const kconfig = read("firmware/Kconfig")
        const ours = [...common.keys()].filter((name) => name.startsWith("CONFIG_WARMHELLO_"))
        expect(ours.length).toBeGreaterThan(0)
        for (const name of ours) expect(kconfig).toMatch(new RegExp(`config ${name.slice("CONFIG_".length)}$`, "m"))
    })
})

test("package.json, library.json and idf_component.yml have one version", () => {
    const { version } = JSON.parse(read("package.json"))
    expect(JSON.parse(read("firmware/library.json")).version).toBe(version)
    expect(read("firmware/idf_component.yml")).toMatch(new RegExp(`^version: "${version}"$`, "m"))
})

describe("the example for ESP-IDF in C", () => {
    const example = "firmware/examples/esp32_reading"
    const options = sdkconfig(`${example}/sdkconfig.defaults`)
    const table = parsePartitions(read(`${example}/partitions.csv`))

    test("has a partition table without overlap, with its own places where `warmhello provision` looks for them", () => {
        expect(partitionProblems(table, 4 * MB)).toEqual([])
        for (const name of ["factory", "wh_sess", "wh_prov"]) {
            const theirs = table.find((each) => each.name === name)
            expect({ ...theirs, size: 0 }).toEqual({ ...partition(name), size: 0 })
            expect(theirs?.size).toBeGreaterThanOrEqual(partition(name)?.size ?? 0)
        }
        const csv = String(options.get("CONFIG_PARTITION_TABLE_CUSTOM_FILENAME"))
        expect(existsSync(checkoutPath(`${example}/${csv}`))).toBe(true)
    })

    test("is as quick to wake as the boards", () => {
        const ofWakes =
            /^CONFIG_(ESPTOOLPY_FLASHSIZE|PARTITION_TABLE_CUSTOM$|BOOTLOADER|LWIP_DHCP|ESP_CONSOLE_SECONDARY)/
        const ofBoards = new Map(
            ["boards/sdkconfig.common", "boards/esp32c3/sdkconfig.esp32c3"].flatMap((file) => [...sdkconfig(file)]),
        )
        const wanted = [...ofBoards].filter(([name]) => ofWakes.test(name))
        expect(wanted.length).toBeGreaterThanOrEqual(5)
        expect([...options]).toEqual(expect.arrayContaining(wanted))
    })
})
