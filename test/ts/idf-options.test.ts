// What we tell ESP-IDF, against hand-kept lists of what its version knows (test/idf): nothing of ESP-IDF is fetched here.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { z } from "zod"
import { checkoutPath } from "#warmhello/base/paths.js"

const read = (path: string) => readFileSync(checkoutPath(path), "utf8")

const optionSchema = z.object({
    type: z.enum(["bool", "int", "string"]),
    range: z.tuple([z.int(), z.int()]).optional(),
    /** Of which it is a value: one of them is on. */
    choice: z.string().optional(),
    /** Another option, without which it has no effect. */
    needs: z.string().optional(),
    default: z.literal("y").optional(),
    component: z.string().optional(),
    /** Of ESP-IDF, where the one below has none. */
    since: z.string().optional(),
    /** Those that have it, if not all. */
    chips: z.array(z.string()).optional(),
})
type Option = z.infer<typeof optionSchema>

const kconfig = z
    .object({
        version: z.string(),
        options: z.record(z.string(), optionSchema),
        olderNames: z.record(z.string(), z.string()),
    })
    .parse(JSON.parse(read("test/idf/kconfig.json")))

/** firmware/Kconfig, as far as it goes. */
function ourOptions(text: string): Map<string, Option> {
    const options = new Map<string, Option>()
    for (const [, name = "", body = ""] of text.matchAll(/^ *config (\w+)\n((?: +.*\n)+?)(?=\n|$)/gm)) {
        const type = /^ *(bool|int|string) /m.exec(body)?.[1]
        const [, low, high] = /^ *range (-?\d+) (-?\d+)$/m.exec(body) ?? []
        const range = low === undefined ? {} : { range: [Number(low), Number(high)] }
        options.set(name, optionSchema.parse({ type, ...range }))
    }
    return options
}
const known = new Map([...Object.entries(kconfig.options), ...ourOptions(read("firmware/Kconfig"))])

type Settings = readonly (readonly [name: string, value: string])[]

/** As ESP-IDF reads its defaults; later ones win. A line that is none would be passed over by ESP-IDF without a word. */
function settings(...texts: string[]): Settings {
    const lines = texts.flatMap((text) => text.split("\n")).filter((line) => line !== "" && !line.startsWith("#"))
    return [
        ...new Map(
            lines.map((line) => {
                const [, name = line, value = ""] = /^CONFIG_(\w+)=(.*)$/.exec(line) ?? []
                return [name, value]
            }),
        ),
    ]
}

function isOfType({ type, range }: Option, value: string): boolean {
    if (type === "bool") return value === "y" || value === "n"
    if (type === "string") return /^"[^"]*"$/.test(value)
    const [low, high] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    return /^-?\d+$/.test(value) && Number(value) >= low && Number(value) <= high
}

function problemOf(name: string, value: string, on: ReadonlySet<string>, chip: string): string | undefined {
    const option = known.get(name)
    if (option === undefined) return `ESP-IDF ${kconfig.version} has no ${name}`
    const { needs, chips } = option
    if (!isOfType(option, value)) return `${name} cannot be ${value}`
    if (chips?.includes(chip) === false) return `the ${chip} has no ${name}`
    return needs === undefined || on.has(needs) ? undefined : `${name} is nothing without ${needs}`
}

function problemsOf(given: Settings, chip: string): string[] {
    const on = new Set(given.filter(([, value]) => value === "y").map(([name]) => name))
    const problems = given.flatMap(([name, value]) => problemOf(name, value, on, chip) ?? [])
    for (const choice of new Set([...known.values()].flatMap((option) => option.choice ?? []))) {
        const chosen = [...on].filter((name) => known.get(name)?.choice === choice)
        if (chosen.length > 1) problems.push(`${chosen.join(" and ")} are all of ${choice}`)
    }
    return problems
}

const chips = ["esp32", "esp32c3", "esp32s2", "esp32s3"]
const ofBoard = (chip: string) => settings(read("boards/sdkconfig.common"), read(`boards/${chip}/sdkconfig.${chip}`))

describe(`options of ESP-IDF ${kconfig.version}`, () => {
    test.each(chips)("those of boards with an %s exist there, with values of their types", (chip) => {
        expect(ofBoard(chip).length).toBeGreaterThan(8)
        expect(problemsOf(ofBoard(chip), chip)).toEqual([])
    })

    test.each(["esp32_reading", "http_deep_sleep", "mqtt_deep_sleep"])("so do those of the example %s", (name) => {
        const given = settings(read(`firmware/examples/${name}/sdkconfig.defaults`))
        expect(given.length).toBeGreaterThan(5)
        expect(problemsOf(given, "esp32c3")).toEqual([])
    })

    test("those of a later one are asked for by examples of ESP-IDF's own clients alone", () => {
        const isLater = ([name]: readonly [string, string]) => known.get(name)?.since !== undefined
        const older = [...chips.map(ofBoard), settings(read("firmware/examples/esp32_reading/sdkconfig.defaults"))]
        expect(older.flat().filter(isLater)).toEqual([])
    })

    test("so do those that the port's C and CMake ask for", () => {
        const folder = checkoutPath("firmware/port/esp32")
        const c = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" })
            .filter((name) => /\.[ch]$/.test(name))
            .map((name) => `src/${name}`)
        const texts = [...c, "component.cmake"].map((name) => readFileSync(join(folder, name), "utf8"))
        const asked = texts.flatMap((text) => [...text.matchAll(/^ *(?:#(?:el)?if|#ifn?def|if\().*/gm)]).join("\n")
        const names = [...asked.matchAll(/CONFIG_(\w+)/g)].map(([, name = ""]) => name)
        expect(names.length).toBeGreaterThan(5)
        const isGiven = (name: string) =>
            known.has(name) || name in kconfig.olderNames || /^(SOC_|IDF_TARGET_)/.test(name)
        expect(names.filter((name) => !isGiven(name))).toEqual([])
    })

    test.each([
        ["CONFIG_LWIP_DHCP_ARP_CHECK=n", "has no LWIP_DHCP_ARP_CHECK"],
        ['CONFIG_ESPTOOLPY_FLASHSIZE="4MB"', "has no ESPTOOLPY_FLASHSIZE"],
        ["CONFIG_FREERTOS_HZ=1001", "FREERTOS_HZ cannot be 1001"],
        ["CONFIG_FREERTOS_HZ=y", "FREERTOS_HZ cannot be y"],
        ["CONFIG_LWIP_IPV6=0", "LWIP_IPV6 cannot be 0"],
        ["CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=a.csv", "cannot be a.csv"],
        ['CONFIG_PARTITION_TABLE_CUSTOM_FILENAME="a.csv"', "is nothing without PARTITION_TABLE_CUSTOM"],
        ["CONFIG_WARMHELLO_TLS_STACK=100", "WARMHELLO_TLS_STACK cannot be 100"],
        ["CONFIG_WARMHELLO_TLS=y", "has no WARMHELLO_TLS"],
        ["CONFIG_TINYUSB_CDC_ENABLED=y", "the esp32c3 has no TINYUSB_CDC_ENABLED"],
        ["CONFIG_LWIP_IPV6 = n", "has no CONFIG_LWIP_IPV6 = n"],
        ["CONFIG_ESP_CONSOLE_UART_CUSTOM=y\nCONFIG_ESP_CONSOLE_USB_SERIAL_JTAG=y", "are all of ESP_CONSOLE_UART"],
    ])("%s would be noticed", (line, problem) => {
        expect(problemsOf(settings(line), "esp32c3")).toEqual([expect.stringContaining(problem)])
    })
})

describe("headers of ESP-IDF that upstream's firmware includes", () => {
    const list = z
        .object({
            idf: z.string(),
            upstream: z.string(),
            common: z.array(z.string()),
            headers: z.record(z.string(), z.array(z.string())),
            options: z.record(z.string(), z.tuple([z.string(), z.string()])),
        })
        .parse(JSON.parse(read("test/idf/upstream-headers.json")))
    const component = "firmware/port/esp32/devicescript"
    const [, requires = ""] = /\bREQUIRES ([^)]*)\)/.exec(read(`${component}/CMakeLists.txt`)) ?? []
    const managed = [...read(`${component}/idf_component.yml`).matchAll(/^ {2}espressif\/(\w+):$/gm)].map(
        ([, name]) => name,
    )
    const there = new Set([...list.common, ...managed, ...requires.split(/\s+/)])

    test("the lists are of the versions that are built", () => {
        expect(list.idf).toBe(kconfig.version)
        expect(read("platformio.ini")).toContain(`/devicescript-esp32/archive/${list.upstream}.zip`)
        expect(read("firmware/idf_component.yml")).toContain(`>=${list.idf},`)
    })

    test("come from components that ours asks for", () => {
        const ofAll = Object.entries(list.headers)
        const missing = ofAll
            .filter(([name]) => !there.has(name))
            .map(([name, headers]) => `${headers[0]} is of ${name}`)
        expect(missing).toEqual([])
        expect(ofAll.length).toBeGreaterThan(15)
    })

    test.each(chips)("are there with the options of boards with an %s", (chip) => {
        for (const [header, [owner, option]] of Object.entries(list.options)) {
            expect(there.has(owner), header).toBe(true)
            const value = new Map(ofBoard(chip)).get(option) ?? known.get(option)?.default
            expect(value, `${header} is there with ${option} only`).toBe("y")
        }
    })
})
