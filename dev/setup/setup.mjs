// @ts-check
// Makes a fresh clone ready to run, without any dependency of its own: system packages, npm packages, wolfSSL's source,
// the native library, the compiled TypeScript. What is fetched is fetched if it is not there; what is built is given to
// ninja and to the TypeScript compiler each time, which know what has changed.
// It takes no lock: of two set-ups that build in one checkout at once, one may fail; it says so, and succeeds again after.
//
//   node dev/setup/setup.mjs                what `npm start` needs
//   node dev/setup/setup.mjs --tests        and what `npm test` needs
//   node dev/setup/setup.mjs --c-tests [TARGET ...]    and the C tests, all or these
//   node dev/setup/setup.mjs --pio          and PlatformIO, for `npm run test:pio`
//   node dev/setup/setup.mjs --bench, --powercuts    and what those commands need
//   node dev/setup/setup.mjs --mcu          and the firmware for the emulated microcontroller
//   node dev/setup/setup.mjs --hostile      and the scripted peer of `npm run hostile`
//   node dev/setup/setup.mjs --storm        and Locust, for `npm run storm`
//   node dev/setup/setup.mjs --interop      and the servers of `npm run interop`
//   node dev/setup/setup.mjs --ci           and what .ci/run needs
//   node dev/setup/setup.mjs --packages     the system packages alone
//   ... --no-install, or WARMHELLO_NO_INSTALL=1    installs no system package, and says which are missing
import { spawnSync } from "node:child_process"
import {
    accessSync,
    constants,
    copyFileSync,
    existsSync,
    mkdirSync,
    readFileSync,
    realpathSync,
    statSync,
} from "node:fs"
import { join } from "node:path"
import { handOver, livingNode, nodeIsTooOld, nodeIsTooOldForSetup, refuseOldNode } from "../../ts/cli/node-version.mjs"
import { build } from "./cmake.mjs"
import { debianSources, fetchDebianSource, sourceFolder } from "./debian-sources.mjs"
import { hasNpmPackages, installNpmPackages } from "./npm.mjs"
import { hasCrossCompiler, hasEmulator, hasPicolibc, needPackages } from "./packages.mjs"
import { hasPio, installPio } from "./platformio.mjs"
import { problemOf, SetupError } from "./problem.mjs"
import { hasPython, hostilePeer, installPython, managers, pyjls, storm, stormTests } from "./python.mjs"
import { makeServers } from "./servers.mjs"
import { perform, root } from "./shell.mjs"
import { fetchMbedtls, fetchWolfssl, hasMbedtls, hasWolfssl, mbedtls } from "./sources.mjs"

if (nodeIsTooOldForSetup) refuseOldNode()

/** @typedef {import("./packages.mjs").Part} Part */

/** What a command needs beside the base. @type {Record<string, Part[]>} */
const partsOf = {
    "c-tests": ["c-tests"],
    tests: ["tests", "c-tests", "pio"],
    pio: ["pio"],
    bench: ["bench"],
    mcu: ["mcu"],
    powercuts: ["powercuts"],
    interop: ["interop"],
    hostile: ["hostile"],
    storm: ["storm"],
    ci: ["tests", "c-tests", "pio", "bench", "mcu", "powercuts", "interop", "ci"],
}

const words = process.argv.slice(2)
const targets = words.filter((word) => !word.startsWith("--"))
const flags = new Set(words.filter((word) => word.startsWith("--")).map((word) => word.slice(2)))
/** @type {Set<Part>} */
const parts = new Set(["base", ...Object.entries(partsOf).flatMap(([name, some]) => (flags.has(name) ? some : []))])
const refused = flags.has("no-install") || (process.env.WARMHELLO_NO_INSTALL ?? "") !== ""

function checkWords() {
    const known = [...Object.keys(partsOf), "packages", "no-install"]
    const unknown = [...flags].find((flag) => !known.includes(flag)) ?? (flags.has("c-tests") ? undefined : targets[0])
    if (unknown !== undefined) {
        throw new SetupError(`there is no ${unknown} here, only --${known.join(", --")}.`)
    }
}

/** A step that takes longer than this is named. */
const SILENCE_MS = 2000

/** @param {string} name @param {() => Promise<void>} make */
async function step(name, make) {
    const started = performance.now()
    let said = false
    const timer = setTimeout(() => {
        said = true
        process.stderr.write(`set-up: ${name} ...`)
    }, SILENCE_MS)
    try {
        await make()
        if (said) process.stderr.write(` ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
    } catch (error) {
        if (said) process.stderr.write("\n")
        throw error
    } finally {
        clearTimeout(timer)
    }
}

/** @param {string} name @param {boolean} isThere @param {() => Promise<void>} fetch */
async function fetched(name, isThere, fetch) {
    if (isThere) return
    mkdirSync(join(root, "build"), { recursive: true })
    await step(name, fetch)
}

const node = (/** @type {string[]} */ ...args) => perform([process.execPath, ...args])

async function makeBase() {
    await fetched("wolfSSL's source", hasWolfssl(), fetchWolfssl)
    await step("native library", () => build("firmware", "host"))
    await step("TypeScript", () => node("node_modules/typescript/bin/tsc", "-p", "tsconfig.json"))
    await step("pages", () => node("dev/setup/page.mjs"))
}

/** The emulator's programs, and the ESP32 port for each chip: tests say so when they are not there. */
async function makeForOtherMachines() {
    const compiles = hasCrossCompiler() && hasPicolibc()
    if (parts.has("mcu") || (compiles && hasEmulator())) {
        for (const preset of ["size", "speed"]) {
            await step(`firmware for the emulator, ${preset}`, () => build("firmware/port/rv32", preset))
        }
    }
    if (parts.has("mcu") || compiles) {
        await step("ESP32 port, compiled for each chip", () => build("test/esp32/chips", "esp32-chips"))
    }
}

/** @param {string} name @param {string} title @param {string} source */
async function buildPeer(name, title, source) {
    for (const which of ["size", "speed"]) {
        await step(`${title} for the emulator, ${which}`, () => build("test/mcu/peers", `${name}-${which}`, { source }))
    }
}

/**
 * Debian keeps no version for ever, and not every system is one of Debian's.
 * @param {string} title @param {string} folder @param {() => Promise<void>} fetch
 */
async function fetchedOrLeftOut(title, folder, fetch) {
    try {
        await fetched(`the source of ${title}`, existsSync(folder), fetch)
    } catch (error) {
        const problem = problemOf(error)
        if (problem === undefined) throw error
        process.stderr.write(`set-up: ${title} is left out of the emulator's stacks: ${problem.message}\n`)
    }
}

/** What warmhello is measured beside on the emulator, and what counts there. */
async function makeForMcu() {
    await fetched("mbedTLS's source", hasMbedtls(), fetchMbedtls)
    await buildPeer("mbedtls", "mbedTLS", mbedtls)
    for (const source of debianSources()) {
        const folder = sourceFolder(source)
        await fetchedOrLeftOut(source.title, folder, () => fetchDebianSource(source))
        if (existsSync(folder)) await buildPeer(source.name, source.title, folder)
    }
    const [plugin, source] = ["build/rv32/profile_plugin.so", "test/mcu/profile_plugin.c"]
    if (existsSync(join(root, plugin)) && timeOf(plugin) > timeOf(source)) return
    const flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"]
    await step("profiler for the emulator", () => perform(["cc", ...flags, "-o", plugin, source]))
}

/** @param {string} path */
const timeOf = (path) => statSync(join(root, path)).mtimeMs

async function makeForCi() {
    await fetched("pyjls, for the tests of .jls files", hasPython(pyjls), () => installPython(pyjls))
    for (const manager of Object.values(managers)) {
        await fetched("ESP-IDF's component manager", hasPython(manager), () => installPython(manager))
    }
    await fetched("the oldest Node", hasOldestNode(), installOldestNode)
    await step("ESP32 port on the desk (ThreadSanitizer)", () => build("firmware", "tsan"))
    await step("fuzz targets", () => build("firmware", "fuzz"))
}

const [oldestNode, oldestNodeFrom] = [join(root, "build/oldest-node"), join(root, "test/oldest-node")]

function hasOldestNode() {
    const [made, lock] = [join(oldestNode, "node_modules"), "package-lock.json"]
    return existsSync(made) && readFileSync(join(oldestNode, lock)).equals(readFileSync(join(oldestNodeFrom, lock)))
}

async function installOldestNode() {
    mkdirSync(oldestNode, { recursive: true })
    for (const name of ["package.json", "package-lock.json"]) {
        copyFileSync(join(oldestNodeFrom, name), join(oldestNode, name))
    }
    await perform(["npm", "ci", "--prefix", oldestNode, "--ignore-scripts", "--no-audit", "--no-fund"])
}

/** What the commands load, which is as good in a checkout that can only be read. */
const products = [
    "build/host/libwarmhello.so",
    "build/ts/cli/main.js",
    "build/dev/main.js",
    "build/report/page.js",
    "build/fleet/page.js",
]

/** Not even ninja can look there whether something has changed. */
function canOnlyBeRead() {
    if (!products.every((product) => existsSync(join(root, product)))) return false
    try {
        accessSync(join(root, "build"), constants.W_OK)
        return false
    } catch {
        process.stderr.write("set-up: this checkout can only be read, so what is built here is taken as it is.\n")
        return true
    }
}

/** Python's packages, each in an environment of its own. */
async function installPythons() {
    /** @type {[string, import("./python.mjs").Environment, Part[]][]} */
    const environments = [
        ["tlslite-ng, for the hostile peer", hostilePeer, ["tests", "hostile"]],
        ["Locust, for reconnect storms", storm, ["tests", "storm"]],
        ["what checks a storm's manifests", stormTests, ["tests"]],
    ]
    for (const [name, environment, wanted] of environments) {
        if (!wanted.some((part) => parts.has(part))) continue
        await fetched(name, hasPython(environment), () => installPython(environment))
    }
}

async function makeAll() {
    if (canOnlyBeRead()) return
    await makeBase()
    if (parts.has("c-tests")) {
        await step("C tests (AddressSanitizer)", () => build("firmware", "asan", { targets }))
    }
    if (parts.has("pio")) await fetched("PlatformIO", hasPio(), installPio)
    if (parts.has("bench")) {
        await step("bench programs", () => build("firmware", "bench"))
    } else if (parts.has("tests")) {
        await step("bench programs of warmhello", () => build("firmware", "bench", { build: "bench-own" }))
    }
    await installPythons()
    if (parts.has("mcu") || parts.has("tests")) await makeForOtherMachines()
    if (parts.has("mcu")) await makeForMcu()
    if (parts.has("powercuts")) await step("power cuts", () => build("firmware", "powercuts"))
    if (parts.has("interop")) await makeServers(step)
    if (parts.has("ci")) await makeForCi()
}

/** The rest of set-up, on the Node that was brought. */
function goOn() {
    const living = livingNode()
    if (living === undefined || realpathSync(living) === process.execPath) return refuseOldNode()
    process.stderr.write(`${handOver}\n`)
    process.exitCode = spawnSync(living, process.argv.slice(1), { stdio: "inherit" }).status ?? 6
}

try {
    checkWords()
    needPackages(parts, refused)
    if (!flags.has("packages")) {
        await fetched("npm packages", hasNpmPackages(), installNpmPackages)
        if (nodeIsTooOld) goOn()
        else await makeAll()
    }
} catch (error) {
    const problem = problemOf(error)
    if (problem === undefined) throw error
    if (problem.output !== "") process.stderr.write(`${problem.output}\n`)
    process.stderr.write(`set-up cannot go on: ${problem.message}\n`)
    process.exitCode = 6
}
