// The firmware as a component of ESP-IDF, configured by CMake with ESP-IDF played by test/idf.
import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { skipped } from "../support/needs.js"
import { temporaryFolder } from "../support/temporary-folder.js"

const folder = temporaryFolder()

const program = join(folder, "program")
mkdirSync(program)
writeFileSync(join(program, "program.c"), "")

interface Configured {
    error: string
    sources: string[]
    includes: string
    linked: string[]
    required: string[]
}

function configure(name: string, options: Record<string, string>, env: NodeJS.ProcessEnv = {}): Configured {
    const build = join(folder, name)
    const all = { SOC: "esp32c3", WARMHELLO_PROGRAM: program, ...options }
    const definitions = Object.entries(all).map(([key, value]) => `-D${key}=${value}`)
    const { status, stderr } = spawnSync(
        "cmake",
        ["-G", "Ninja", "-S", checkoutPath("test/idf"), "-B", build, ...definitions],
        { encoding: "utf8", env: { ...process.env, ...env } },
    )
    if (status !== 0) return { error: stderr, sources: [], includes: "", linked: [], required: [] }
    const commands: { file: string; command: string }[] = JSON.parse(
        readFileSync(join(build, "compile_commands.json"), "utf8"),
    )
    return {
        error: "",
        sources: commands.map(({ file }) => file),
        includes: commands.find(({ file }) => file.endsWith("/core/src/conn.c"))?.command ?? "",
        linked: readFileSync(join(build, "linked.txt"), "utf8").split(";"),
        required: readFileSync(join(build, "required-firmware.txt"), "utf8").split(";"),
    }
}

const port = checkoutPath("firmware/port/esp32/src")
/** By room and name. */
const inPort = (sources: string[]) =>
    sources.filter((file) => file.startsWith(port)).map((file) => relative(port, file))

/** What PlatformIO fetches, with one source in each folder that is looked into. */
function fetched(): { libraries: string; packages: string } {
    const libraries = join(folder, "libraries")
    const packages = join(folder, "packages")
    const jacdac = ["services", "source", "source/interfaces", "drivers", "client", "storage", "storage/ff"]
    const files = [
        join(libraries, "devicescript-esp32/main/main.c"),
        ...jacdac.map((path) => join(libraries, "jacdac-c", path, "a.c")),
        join(libraries, "jacdac-c/inc/jd_config.h"),
        join(packages, "devicescript/runtime/devicescript/vm.c"),
        join(packages, "devicescript/runtime/devicescript/network/aes.c"),
        join(packages, "jacdac/dist/c/jd_spec_pack.c"),
    ]
    for (const file of files) {
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, "")
    }
    return { libraries, packages }
}

test("for C alone it has the core, wolfSSL and the port, and nothing that needs DeviceScript", () => {
    const { error, sources, linked } = configure("core", { DEVICESCRIPT: "n" })
    expect(error).toBe("")
    expect(sources).toContain(checkoutPath("firmware/core/src/conn.c"))
    expect(sources.some((file) => file.endsWith("/src/tls13.c") || file.endsWith("/tls13_mended.c"))).toBe(true)
    expect(inPort(sources)).toEqual(expect.arrayContaining(["port_esp32.c", "tls/tls_task.c"]))
    expect(inPort(sources).filter((name) => name.startsWith("devicescript/"))).toEqual([])
    expect(sources.filter((file) => file.endsWith("service_jacdac.c"))).toEqual([])
    expect(linked.filter((flag) => flag.startsWith("-Wl,--wrap="))).toEqual([
        "-Wl,--wrap=esp_deep_sleep_start",
        "-Wl,--wrap=esp_sleep_enable_timer_wakeup",
    ])
})

test.each([
    ["5.0", [], ["driver"]],
    ["5.3", ["driver", "esp_driver_gpio"], ["esp_driver_gpio"]],
    [
        "6.0",
        ["driver", "esp_driver_gpio", "esp_hal_uart", "esp_security"],
        ["esp_driver_gpio", "esp_hal_uart", "esp_security"],
    ],
] as const)("of ESP-IDF %s it requires the components that this version has", (version, has, requires) => {
    const idf = join(folder, `idf-${version}`)
    for (const component of has) mkdirSync(join(idf, "components", component), { recursive: true })
    const { error, required } = configure(`requires-${version}`, { DEVICESCRIPT: "n" }, { IDF_PATH: idf })
    expect(error).toBe("")
    expect(required.filter((name) => /^driver|gpio|uart|security/.test(name)).sort()).toEqual(requires)
})

test("with DeviceScript's firmware from PlatformIO it has the app, the service and the socket layer", () => {
    const { libraries, packages } = fetched()
    const { error, sources, linked } = configure("component", {
        ...{ DEVICESCRIPT: "y", UPSTREAM: "component" },
        ...{ WARMHELLO_LIBRARIES: libraries, WARMHELLO_PACKAGES: packages },
    })
    expect(error).toBe("")
    expect(sources).toContain(join(program, "program.c"))
    expect(sources).toContain(checkoutPath("firmware/service/jacdac/service_jacdac.c"))
    expect(sources).toContain(join(libraries, "devicescript-esp32/main/main.c"))
    expect(sources).toContain(join(packages, "devicescript/runtime/devicescript/vm.c"))
    expect(inPort(sources)).toEqual(expect.arrayContaining(["devicescript/program.c", "tls/tls_task.c"]))
    expect(linked).toContain("devicescript")
    expect(linked).not.toContain("jacdac")
    expect(linked).toContain("-Wl,--wrap=jd_tcpsock_new")
})

test("in a checkout of devicescript-esp32 it links with that project's own targets", () => {
    const { error, linked } = configure("project", { DEVICESCRIPT: "y", UPSTREAM: "project" })
    expect(error).toBe("")
    expect(linked).toEqual(expect.arrayContaining(["jacdac", "devicescript"]))
})

test("without what PlatformIO fetches, or without wolfSSL, it says what to do", () => {
    const without = configure("without", { DEVICESCRIPT: "y", UPSTREAM: "component" })
    expect(without.error).toMatch(/There is no '\/devicescript-esp32\/main'[\s\S]*pio\s+run -e/)
    const noWolfssl = configure("no-wolfssl", { DEVICESCRIPT: "n", WOLFSSL_DIR: join(folder, "none") })
    expect(noWolfssl.error).toMatch(/npm run setup/)
})

test("what the linker redirects is what the port defines", () => {
    const defined = readdirSync(port, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".c"))
        .flatMap((name) => [...readFileSync(join(port, name), "utf8").matchAll(/__wrap_(\w+)\(/g)])
        .map(([, symbol]) => symbol)
    const { linked } = configure("wraps", { DEVICESCRIPT: "y", UPSTREAM: "project" })
    const wrapped = linked.flatMap((flag) => /^-Wl,--wrap=(\w+)$/.exec(flag)?.[1] ?? [])
    expect([...new Set(defined)].sort()).toEqual(wrapped.sort())
})

const crossCompiler = "riscv64-unknown-elf-gcc"
const canCompile = spawnSync(crossCompiler, ["--version"]).status === 0
if (!canCompile) skipped(`there is no ${crossCompiler} (npm run setup -- --mcu)`)

const parts = ["core", "provision", "port/bsd", "port/esp32", "port/esp_tls"]
const wifi = ["EXAMPLE_WIFI_SSID", "EXAMPLE_WIFI_PASSWORD"].map((name) => `-DCONFIG_${name}="x"`)

test.skipIf(!canCompile).each([
    ["esp32_reading/main/esp32_reading.c", []],
    ["http_deep_sleep/main/access_point.c", wifi],
    ["http_deep_sleep/main/http_deep_sleep.c", ['-DCONFIG_EXAMPLE_URL="x"']],
    [
        "mqtt_deep_sleep/main/mqtt_deep_sleep.c",
        ["BROKER", "TOPIC", "OUTCOMES"].map((name) => `-DCONFIG_EXAMPLE_${name}="x"`),
    ],
])("the example %s compiles for a board, with ESP-IDF 5 and 6", (name, definitions) => {
    const folders = [...parts.map((part) => `firmware/${part}/include`), "test/esp32/declarations"]
    const include = folders.map((path) => `-I${checkoutPath(path)}`)
    const target = ["-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs", "-std=gnu17", "-DWH_CHECK_ESP32C3"]
    const flags = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", ...target, ...include, ...definitions]
    const example = checkoutPath(`firmware/examples/${name}`)
    for (const version of [["-DWH_CHECK_ESP_IDF_5"], []]) {
        const { status, stderr } = spawnSync(crossCompiler, [...flags, ...version, example], { encoding: "utf8" })
        expect(stderr).toBe("")
        expect(status).toBe(0)
    }
})

test("the way to the access point is the same in each example", () => {
    const [one, ...others] = ["http", "mqtt"].map((name) =>
        ["access_point.c", "access_point.h"].map((file) =>
            readFileSync(checkoutPath(`firmware/examples/${name}_deep_sleep/main/${file}`), "utf8"),
        ),
    )
    expect(others).toEqual([one])
})
