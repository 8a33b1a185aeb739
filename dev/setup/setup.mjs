// @ts-check
// Makes a fresh clone ready to run, without any dependency of its own: system packages, npm
// packages, wolfSSL's source, the native library, the compiled TypeScript. Each step is skipped
// while nothing that it was made from has changed.
//
//   node dev/setup/setup.mjs            what `npm start` needs
//   node dev/setup/setup.mjs --tests    and what `npm test` needs
//   node dev/setup/setup.mjs --pio      and PlatformIO, for `npm run test:pio`
//   node dev/setup/setup.mjs --bench    and what `npm run bench` needs
//   node dev/setup/setup.mjs --bench, --powercuts    and what those commands need
//   node dev/setup/setup.mjs --mcu      and the firmware for the emulated microcontroller
//   node dev/setup/setup.mjs --ci       and what .ci/run needs
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
    copyFileSync,
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import {
    handOver,
    linkNode,
    livingNode,
    nodeIsLinked,
    nodeIsTooOld,
    nodeIsTooOldForSetup,
    refuseOldNode,
} from "../../ts/cli/node-version.mjs"
import { installPackages } from "./apt.mjs"
import { makeManagers } from "./component-managers.mjs"
import { alone } from "./lock.mjs"
import { makePio, pioIsMade } from "./platformio.mjs"
import { adviceFor, problemOf, SetupError } from "./problem.mjs"
import { root } from "./shell.mjs"

const build = join(root, "build")
const stampsFile = join(build, "setup.json")
const lockFile = join(build, "setup.lock")
const WOLFSSL_VERSION = readFileSync(join(root, "firmware/wolfssl/VERSION"), "utf8").trim()
const CARGO_MINIMUM = [1, 87]
/** Two more attempts as usual, but not a minute apart: without a network that would be a minute of silence. */
const NPM_PATIENCE = ["--fetch-retry-maxtimeout=10000"]
const forCi = process.argv.includes("--ci")
const forBench = forCi || process.argv.includes("--bench")
const forTests = forCi || process.argv.includes("--tests")
const forPio = forTests || process.argv.includes("--pio")
const forMcu = forCi || process.argv.includes("--mcu")
const forPowercuts = forCi || process.argv.includes("--powercuts")

if (nodeIsTooOldForSetup) refuseOldNode()

/** @param {string[]} command @param {{env?: Record<string, string>}} [options] */
function run(command, options = {}) {
    const [program = "", ...args] = command
    const done = spawnSync(program, args, {
        cwd: root,
        encoding: "utf8",
        maxBuffer: 1 << 28,
        env: { ...process.env, ...options.env },
    })
    if (done.error !== undefined || done.status !== 0) {
        const output = `${done.stdout ?? ""}${done.stderr ?? ""}`.trimEnd().split("\n").slice(-40).join("\n")
        const missing = !inPath(program) && !existsSync(program) ? ` There is no ${program} in PATH.` : ""
        throw new SetupError(`this command failed: ${command.join(" ")}.${missing}${adviceFor(output)}`, output)
    }
    return done.stdout
}

/** @param {string} program */
const inPath = (program) => (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, program)))

/** Debian has servers in folders that only root's PATH names. @param {string} program */
const inPathOfRoot = (program) => inPath(program) || existsSync(join("/usr/sbin", program))

/** @param {string} folder @param {string} file */
const inAnyLibraryFolder = (folder, file) =>
    existsSync(folder) && readdirSync(folder).some((name) => existsSync(join(folder, name, file)))

// ---- What each step is made from -------------------------------------------------------------

/** @param {string[]} paths files and folders, relative to the root */
function filesUnder(paths) {
    return paths.flatMap((path) => {
        if (!existsSync(join(root, path))) return []
        const entries = /\.\w+$/.test(path)
            ? null
            : readdirSync(join(root, path), { recursive: true, withFileTypes: true })
        if (entries === null) return [join(root, path)]
        return entries
            .filter((entry) => entry.isFile())
            .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
            .sort()
    })
}

/** @param {string[]} paths @param {string[]} [extra] */
function fingerprint(paths, extra = []) {
    const hash = createHash("sha256")
    for (const text of [root, ...extra]) hash.update(`${text}\0`)
    for (const file of filesUnder(paths)) hash.update(`${file}\0`).update(readFileSync(file)).update("\0")
    return hash.digest("hex")
}

// ---- System packages ---------------------------------------------------------------------------

const hasCrossCompiler = () => inPath("riscv64-unknown-elf-gcc")
const hasPicolibc = () => existsSync("/usr/lib/picolibc/riscv64-unknown-elf")
const hasEmulator = () => inPath("qemu-system-riscv32")

const hasLiberation = () => existsSync("/usr/share/fonts/truetype/liberation")
const hasPythonVenv = () => spawnSync("python3", ["-c", "import ensurepip, venv"]).status === 0

/** Debian's package for each thing that must be there. */
const systemNeeds = [
    { package: "gcc", present: () => inPath("cc") || inPath("gcc"), when: true },
    { package: "libc6-dev", present: () => existsSync("/usr/include/stdlib.h"), when: process.platform === "linux" },
    { package: "cmake", present: () => inPath("cmake"), when: true },
    { package: "ninja-build", present: () => inPath("ninja"), when: true },
    {
        package: "libfaketime",
        present: () => inAnyLibraryFolder("/usr/lib", "faketime/libfaketimeMT.so.1"),
        when: process.platform === "linux",
    },
    { package: "libcmocka-dev", present: () => existsSync("/usr/include/cmocka.h"), when: forPio || forPowercuts },
    {
        package: "libssl-dev",
        present: () => existsSync("/usr/include/openssl/ssl.h"),
        when: forPio || forBench || forPowercuts,
    },
    { package: "python3-venv", present: hasPythonVenv, when: forPio },
    { package: "valgrind", present: () => inPath("valgrind"), when: forTests || forBench },
    { package: "libmbedtls-dev", present: () => existsSync("/usr/include/mbedtls/ssl.h"), when: forBench },
    { package: "libbearssl-dev", present: () => existsSync("/usr/include/bearssl.h"), when: forBench },
    { package: "gcc-riscv64-unknown-elf", present: hasCrossCompiler, when: forBench || forMcu },
    { package: "qemu-system-misc", present: hasEmulator, when: forMcu },
    {
        package: "picolibc-riscv64-unknown-elf",
        present: hasPicolibc,
        when: forBench || forMcu,
    },
    { package: "openssl", present: () => inPath("openssl"), when: forTests },
    { package: "curl", present: () => inPath("curl"), when: forTests },
    { package: "openssh-client", present: () => inPath("ssh-keygen"), when: forTests },
    { package: "nginx", present: () => inPathOfRoot("nginx"), when: forTests },
    { package: "mosquitto", present: () => inPathOfRoot("mosquitto"), when: forTests },
    { package: "gnutls-bin", present: () => inPath("gnutls-serv"), when: forTests },
    { package: "chromium", present: () => inPath("chromium"), when: forTests },
    { package: "fonts-liberation", present: hasLiberation, when: forTests },
    { package: "clang", present: () => inPath("clang"), when: forCi },
    {
        package: "libclang-rt-dev",
        present: () => inAnyLibraryFolder("/usr/lib/clang", "lib/linux/libclang_rt.fuzzer-x86_64.a"),
        when: forCi && process.arch === "x64",
    },
    { package: "clang-tidy", present: () => inPath("clang-tidy"), when: forCi },
    { package: "doxygen", present: () => inPath("doxygen"), when: forCi },
    { package: "clang-format", present: () => inPath("clang-format"), when: forCi },
]

const missingPackages = () => systemNeeds.filter((need) => need.when && !need.present()).map((need) => need.package)

function makePackages() {
    const missing = missingPackages()
    if (missing.length === 0) return
    const command = `apt-get install -y --no-install-recommends ${missing.join(" ")}`
    if (!inPath("apt-get")) {
        throw new SetupError(`Missing: ${missing.join(", ")} (Debian's names). Install them, then run this again.`)
    }
    if (process.getuid?.() !== 0) {
        throw new SetupError(`Missing system packages. Run: sudo ${command}`)
    }
    installPackages(missing)
    const still = missingPackages()
    if (still.length > 0) throw new SetupError(`Installed, but still not found: ${still.join(", ")}`)
}

// ---- wolfSSL -----------------------------------------------------------------------------------

/** @param {string} folder */
function checkWolfssl(folder) {
    const header = join(folder, "wolfssl/version.h")
    const version = existsSync(header)
        ? /LIBWOLFSSL_VERSION_STRING "([^"]+)"/.exec(readFileSync(header, "utf8"))?.[1]
        : undefined
    if (version !== WOLFSSL_VERSION) {
        throw new SetupError(
            `${folder} holds ${version === undefined ? "no wolfSSL source" : `wolfSSL ${version}`}; ` +
                `warmhello needs ${WOLFSSL_VERSION}.`,
        )
    }
}

function checkCargo() {
    const help = "Get a current one from rustup, or set WOLFSSL_DIR to a wolfSSL source tree."
    const needed = `cargo ${CARGO_MINIMUM.join(".")} or newer fetches the source of wolfSSL and mbedTLS`
    if (!inPath("cargo")) throw new SetupError(`${needed}, and there is none in PATH. ${help}`)
    const version = /cargo (\d+)\.(\d+)/.exec(run(["cargo", "--version"]))
    const [major, minor] = [Number(version?.[1]), Number(version?.[2])]
    const [minMajor = 0, minMinor = 0] = CARGO_MINIMUM
    if (major < minMajor || (major === minMajor && minor < minMinor)) {
        throw new SetupError(`${needed}; this one is ${major}.${minor}. ${help}`)
    }
}

const vendoredWolfssl = join(build, `wolfssl-${WOLFSSL_VERSION}`)
const wolfsslDir = process.env.WOLFSSL_DIR ? resolve(process.env.WOLFSSL_DIR) : vendoredWolfssl

/**
 * A folder of a crate, as the manifest's lock file pins it.
 * @param {string} manifest @param {string} folder @param {string} to
 */
function vendorSource(manifest, folder, to) {
    checkCargo()
    const vendor = join(build, "cargo-vendor")
    rmSync(vendor, { recursive: true, force: true })
    run(["cargo", "vendor", "--locked", "--quiet", "--manifest-path", manifest, vendor])
    rmSync(to, { recursive: true, force: true })
    renameSync(join(vendor, folder), to)
    rmSync(vendor, { recursive: true, force: true })
}

function vendorWolfssl() {
    if (wolfsslDir === vendoredWolfssl) {
        vendorSource("firmware/wolfssl/Cargo.toml", "wolfssl-sys/wolfssl-src", vendoredWolfssl)
    }
    checkWolfssl(wolfsslDir)
}

// ---- Builds --------------------------------------------------------------------------------------

/** @param {string} folder @param {string[]} options @param {string[]} [targets] @param {string} [source] */
function buildNative(folder, options, targets = ["all"], source = "firmware") {
    run(["cmake", "-G", "Ninja", "-S", source, "-B", folder, `-DWOLFSSL_DIR=${wolfsslDir}`, ...options])
    run(["ninja", "-C", folder, ...targets])
}

const mbedtlsDir = join(build, "mbedtls")
const rv32Toolchain = `-DCMAKE_TOOLCHAIN_FILE=${join(root, "firmware/port/rv32/toolchain.cmake")}`
const mcuBuilds = /** @type {const} */ ([
    ["size", "OFF"],
    ["speed", "ON"],
])

/** @typedef {{name: string, from: () => string, made: () => boolean, make: () => void}} Step */

/** @type {Step} */
const npmPackages = {
    name: "npm packages",
    // On an old Node npm leaves out optional packages that need a newer one: a living one does it again.
    from: () => fingerprint(["package.json", "package-lock.json"], [nodeIsTooOld ? "on an old Node" : ""]),
    made: () => existsSync(join(root, "node_modules/koffi")) && nodeIsLinked(),
    make: () => {
        const PATH = `${dirname(process.execPath)}:${process.env.PATH}`
        run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", ...NPM_PATIENCE], { env: { PATH } })
        linkNode()
    },
}

/** @type {Step[]} */
const steps = [
    {
        name: "system packages",
        from: () => "", // looked for each time, which costs next to nothing
        made: () => missingPackages().length === 0,
        make: makePackages,
    },
    npmPackages,
    {
        name: `wolfSSL ${WOLFSSL_VERSION}`,
        from: () => fingerprint(["firmware/wolfssl/Cargo.lock"], [wolfsslDir]),
        made: () => existsSync(join(wolfsslDir, "wolfssl/version.h")),
        make: vendorWolfssl,
    },
    {
        name: "native library",
        from: () => fingerprint(["firmware"], [wolfsslDir]),
        made: () => existsSync(join(build, "host/libwarmhello.so")),
        make: () => buildNative("build/host", []),
    },
    {
        name: "TypeScript",
        from: () => fingerprint(["ts", "dev", "tsconfig.json", "package-lock.json"]),
        made: () => existsSync(join(build, "dev/main.js")),
        make: () => run([process.execPath, "node_modules/typescript/bin/tsc", "-p", "tsconfig.json"]),
    },
    {
        name: "the report's page",
        from: () =>
            fingerprint(["ts/report", "ts/run", "ts/base", "ts/energy", "dev/setup/page.mjs", "package-lock.json"]),
        made: () => existsSync(join(build, "report/page.js")),
        make: () => run([process.execPath, "dev/setup/page.mjs"]),
    },
]
if (forTests) {
    steps.push({
        name: "C tests (AddressSanitizer)",
        from: () => fingerprint(["firmware", "test/c", "test/esp32", "test/powercuts"], [wolfsslDir]),
        made: () => existsSync(join(build, "asan/tests")) && existsSync(join(build, "asan/esp32/esp32_board")),
        make: () =>
            buildNative("build/asan", ["-DWH_TESTS=ON", "-DWH_SANITIZE=ON", "-DCMAKE_BUILD_TYPE=RelWithDebInfo"]),
    })
}
if (forPio) {
    steps.push({
        name: "PlatformIO",
        from: () => fingerprint(["test/pio/requirements.txt", "test/pio/platforms", "dev/setup/platformio.mjs"]),
        made: pioIsMade,
        make: () => makePio(run),
    })
}
if (forTests || forBench) {
    // The tests take our own client only, the bench all of them.
    const ours = ["bench_warmhello", "store_costs", "flash_life"]
    const programs = [...ours, ...(forBench ? ["bench_mbedtls", "bench_bearssl", "bench_openssl"] : [])]
    steps.push({
        name: forBench ? "bench programs" : "bench programs of warmhello",
        from: () => fingerprint(["firmware", "test/bench", "test/c/support"], [wolfsslDir]),
        made: () => programs.every((program) => existsSync(join(build, "bench/bench", program))),
        make: () => buildNative("build/bench", ["-DWH_BENCH=ON"], forBench ? ["bench/all"] : ours),
    })
}
// Tests that need it say so when it is left out.
if (forMcu || (forTests && hasCrossCompiler() && hasPicolibc() && hasEmulator())) {
    for (const [name, speed] of mcuBuilds) {
        const folder = `build/rv32/${name}`
        steps.push({
            name: `firmware for the emulator, ${name} build`,
            from: () => fingerprint(["firmware"], [wolfsslDir]),
            made: () => existsSync(join(root, folder, "warmhello_rv32")),
            make: () => buildNative(folder, [rv32Toolchain, `-DWH_SPEED=${speed}`], ["all"], "firmware/port/rv32"),
        })
    }
}
// What warmhello is measured beside there.
if (forMcu) {
    steps.push({
        name: "mbedTLS",
        from: () => fingerprint(["test/mcu/mbedtls/Cargo.lock"]),
        made: () => existsSync(join(mbedtlsDir, "include/mbedtls/ssl.h")),
        make: () => vendorSource("test/mcu/mbedtls/Cargo.toml", "mbedtls-rs-sys/mbedtls", mbedtlsDir),
    })
    for (const [name, speed] of mcuBuilds) {
        const folder = `build/rv32/mbedtls-${name}`
        const options = [rv32Toolchain, `-DMBEDTLS_DIR=${mbedtlsDir}`, `-DWH_SPEED=${speed}`]
        steps.push({
            name: `mbedTLS for the emulator, ${name} build`,
            from: () =>
                fingerprint(["test/mcu/mbedtls", "firmware/port/rv32", "firmware/core/include/warmhello/suites.def"]),
            made: () => existsSync(join(root, folder, "warmhello_mbedtls")),
            make: () => buildNative(folder, options, ["all"], "test/mcu/mbedtls"),
        })
    }
}
// The port's files only, with declarations of our own for the vendor's headers: it takes seconds.
if (forMcu || (forTests && hasCrossCompiler() && hasPicolibc())) {
    steps.push({
        name: "ESP32 port, compiled for each chip",
        from: () => fingerprint(["firmware", "test/esp32"]),
        made: () => existsSync(join(build, "esp32-chips/libport_esp32c3.a")),
        make: () => {
            const toolchain = `-DCMAKE_TOOLCHAIN_FILE=${join(root, "firmware/port/rv32/toolchain.cmake")}`
            buildNative("build/esp32-chips", [toolchain], ["all"], "test/esp32/chips")
        },
    })
}
if (forMcu) {
    steps.push({
        name: "profiler for the emulator",
        from: () => fingerprint(["test/mcu/profile_plugin.c"]),
        made: () => existsSync(join(build, "rv32/profile_plugin.so")),
        make: () =>
            run([
                ...["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"],
                ...["-o", "build/rv32/profile_plugin.so", "test/mcu/profile_plugin.c"],
            ]),
    })
}
if (forPowercuts) {
    steps.push({
        name: "power cuts",
        from: () => fingerprint(["firmware", "test/c", "test/powercuts"], [wolfsslDir]),
        made: () => existsSync(join(build, "powercuts/powercuts/powercuts")),
        make: () =>
            buildNative("build/powercuts", ["-DWH_TESTS=ON", "-DCMAKE_BUILD_TYPE=RelWithDebInfo"], ["powercuts/all"]),
    })
}
if (forCi) {
    const LEFT_OUT = " left out: python3 with venv and pip is missing, or what they fetch;"
    const pyjls = "test/support/requirements.txt"
    steps.push({
        name: "pyjls, for the tests of .jls files",
        from: () => fingerprint([pyjls]),
        made: () => true, // tests say so when it is left out
        make: () => {
            try {
                run(["python3", "-m", "venv", "build/python"])
                run(["build/python/bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", pyjls])
            } catch {
                process.stderr.write(LEFT_OUT)
            }
        },
    })
    steps.push({
        name: "ESP-IDF's component managers",
        from: () => fingerprint(["test/idf/managers", "dev/setup/component-managers.mjs"]),
        made: () => true, // tests say so when they are left out
        make: () => {
            try {
                makeManagers(run)
            } catch {
                process.stderr.write(LEFT_OUT)
            }
        },
    })
    const oldestNode = "test/oldest-node"
    steps.push({
        name: "the oldest Node",
        from: () => fingerprint([oldestNode]),
        made: () => existsSync(join(build, "oldest-node/node_modules")),
        make: () => {
            const folder = join(build, "oldest-node")
            mkdirSync(folder, { recursive: true })
            for (const file of filesUnder([oldestNode])) copyFileSync(file, join(folder, basename(file)))
            run(["npm", "ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"])
        },
    })
    steps.push({
        name: "ESP32 port on the desk (ThreadSanitizer)",
        from: () => fingerprint(["firmware", "test/esp32"], [wolfsslDir]),
        made: () => existsSync(join(build, "tsan/esp32/esp32_board")),
        make: () => buildNative("build/tsan", ["-DWH_ESP32=ON", "-DWH_THREADS=ON"], ["esp32_board"]),
    })
    steps.push({
        name: "fuzz targets",
        from: () => fingerprint(["firmware", "test/fuzz", "test/c/support"], [wolfsslDir]),
        made: () =>
            ["fuzz_connect", "fuzz_provision", "fuzz_service"].every((name) =>
                existsSync(join(build, "fuzz/fuzz", name)),
            ),
        make: () => buildNative("build/fuzz", ["-DWH_FUZZ=ON", "-DCMAKE_C_COMPILER=clang"], ["fuzz/all"]),
    })
}

// ---- All of it --------------------------------------------------------------------------------------

/** @returns {Record<string, string>} */
function readStamps() {
    try {
        return JSON.parse(readFileSync(stampsFile, "utf8"))
    } catch {
        return {}
    }
}

/** @param {Step} step @param {string} label */
function perform(step, label) {
    const started = performance.now()
    process.stderr.write(`${label} ${step.name} ...`)
    try {
        step.make()
    } catch (error) {
        process.stderr.write("\n")
        throw error
    }
    process.stderr.write(` ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
}

/** @param {Record<string, string>} stamps */
function writeStamps(stamps) {
    writeFileSync(`${stampsFile}.part`, JSON.stringify(stamps, null, 2))
    renameSync(`${stampsFile}.part`, stampsFile)
}

/** An old Node comes as far as the npm packages, which bring a living one. */
const ownSteps = nodeIsTooOld ? steps.slice(0, steps.indexOf(npmPackages) + 1) : steps

function makeAll() {
    const stamps = readStamps()
    for (const [index, step] of ownSteps.entries()) {
        const from = step.from()
        if (stamps[step.name] === from && step.made()) continue
        perform(step, `set-up ${index + 1}/${steps.length}`)
        stamps[step.name] = from
        writeStamps(stamps)
    }
}

function allIsMade() {
    const stamps = readStamps()
    return ownSteps.every((step) => step.made() && stamps[step.name] === step.from())
}

/** The rest of set-up, on the Node that was brought. */
function goOn() {
    if (livingNode() === undefined) return refuseOldNode()
    process.stderr.write(`${handOver}\n`)
    process.exitCode = spawnSync(livingNode() ?? "", process.argv.slice(1), { stdio: "inherit" }).status ?? 6
}

try {
    // A checkout that can only be read is as good as any, once everything is made.
    if (!allIsMade()) {
        mkdirSync(build, { recursive: true })
        alone(lockFile, makeAll)
    }
    if (nodeIsTooOld) goOn()
} catch (error) {
    const problem = problemOf(error)
    if (problem === undefined) throw error
    if (problem.output !== "") process.stderr.write(`${problem.output}\n`)
    process.stderr.write(`set-up cannot go on: ${problem.message}\n`)
    process.exitCode = 6
}
