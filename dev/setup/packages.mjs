// @ts-check
// What set-up needs of the system, as Debian's packages, and the one step that installs them as root.
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { adviceFor, SetupError } from "./problem.mjs"
import { inPath } from "./shell.mjs"

/** @typedef {"base" | "c-tests" | "tests" | "pio" | "bench" | "mcu" | "powercuts" | "interop" | "hostile" | "storm" | "ci"} Part */
/** @typedef {{package: string, present: () => boolean, for: Part[]}} Need */

/** @param {string} path */
const file = (path) => () => existsSync(path)

/** @param {string} program */
const program = (program) => () => inPath(program)

/** Debian has servers in folders that only root's PATH names. @param {string} name */
const server = (name) => () => inPath(name) || existsSync(join("/usr/sbin", name))

/** @param {string} folder @param {string} path */
const inAnyFolderOf = (folder, path) => () =>
    existsSync(folder) && readdirSync(folder).some((name) => existsSync(join(folder, name, path)))

const onLinux = process.platform === "linux"

/** Debian's package for each thing that must be there. @type {Need[]} */
const needs = [
    { package: "gcc", present: () => inPath("cc") || inPath("gcc"), for: ["base"] },
    { package: "libc6-dev", present: () => !onLinux || existsSync("/usr/include/stdlib.h"), for: ["base"] },
    { package: "cmake", present: program("cmake"), for: ["base"] },
    { package: "ninja-build", present: program("ninja"), for: ["base"] },
    { package: "libcmocka-dev", present: file("/usr/include/cmocka.h"), for: ["c-tests", "pio", "powercuts"] },
    {
        package: "libssl-dev",
        present: file("/usr/include/openssl/ssl.h"),
        for: ["c-tests", "pio", "bench", "powercuts"],
    },
    { package: "python3-venv", present: hasVenv, for: ["pio", "hostile", "storm", "ci"] },
    { package: "valgrind", present: program("valgrind"), for: ["tests", "bench"] },
    { package: "libmbedtls-dev", present: file("/usr/include/mbedtls/ssl.h"), for: ["bench"] },
    { package: "libbearssl-dev", present: file("/usr/include/bearssl.h"), for: ["bench"] },
    { package: "gcc-riscv64-unknown-elf", present: hasCrossCompiler, for: ["mcu"] },
    { package: "qemu-system-misc", present: hasEmulator, for: ["mcu"] },
    { package: "picolibc-riscv64-unknown-elf", present: hasPicolibc, for: ["mcu"] },
    { package: "g++", present: program("c++"), for: ["c-tests", "tests"] },
    { package: "openssl", present: program("openssl"), for: ["tests", "interop", "storm"] },
    { package: "curl", present: program("curl"), for: ["tests"] },
    { package: "openssh-client", present: program("ssh-keygen"), for: ["tests"] },
    { package: "nginx", present: server("nginx"), for: ["tests", "interop", "hostile", "storm"] },
    { package: "mosquitto", present: server("mosquitto"), for: ["tests", "interop", "storm"] },
    { package: "gnutls-bin", present: program("gnutls-serv"), for: ["tests", "interop"] },
    { package: "libgnutls28-dev", present: file("/usr/include/gnutls/gnutls.h"), for: ["interop"] },
    { package: "prometheus", present: program("prometheus"), for: ["tests"] },
    { package: "python3", present: program("python3"), for: ["interop"] },
    { package: "iproute2", present: server("ip"), for: ["tests", "interop"] },
    { package: "openjdk-17-jdk-headless", present: program("javac"), for: ["interop"] },
    { package: "maven", present: program("mvn"), for: ["interop"] },
    { package: "apache2-bin", present: server("apache2"), for: ["interop"] }, // without its service
    { package: "botan", present: program("botan"), for: ["interop"] },
    { package: "caddy", present: program("caddy"), for: ["interop"] },
    { package: "erlang-base", present: program("erl"), for: ["interop"] },
    { package: "erlang-ssl", present: inAnyFolderOf("/usr/lib/erlang/lib", "ebin/ssl.app"), for: ["interop"] },
    { package: "h2o", present: program("h2o"), for: ["interop"] },
    { package: "haproxy", present: server("haproxy"), for: ["interop"] },
    { package: "hitch", present: server("hitch"), for: ["interop"] },
    { package: "lighttpd", present: server("lighttpd"), for: ["interop"] },
    ...["gnutls", "mbedtls", "nss", "openssl", "wolfssl"].map((library) => ({
        package: `lighttpd-mod-${library}`,
        present: file(`/usr/lib/lighttpd/mod_${library}.so`),
        for: /** @type {Part[]} */ (["interop"]),
    })),
    { package: "stunnel4", present: program("stunnel4"), for: ["interop"] },
    { package: "chromium", present: program("chromium"), for: ["tests"] },
    { package: "fonts-liberation", present: file("/usr/share/fonts/truetype/liberation"), for: ["tests"] },
    { package: "clang", present: program("clang"), for: ["ci"] },
    {
        package: "libclang-rt-dev",
        present: () =>
            process.arch !== "x64" || inAnyFolderOf("/usr/lib/clang", "lib/linux/libclang_rt.fuzzer-x86_64.a")(),
        for: ["ci"],
    },
    { package: "clang-tidy", present: program("clang-tidy"), for: ["ci"] },
    { package: "doxygen", present: program("doxygen"), for: ["ci"] },
    { package: "clang-format", present: program("clang-format"), for: ["ci"] },
]

function hasVenv() {
    return spawnSync("python3", ["-c", "import ensurepip, venv"]).status === 0
}

export function hasCrossCompiler() {
    return inPath("riscv64-unknown-elf-gcc")
}

export function hasPicolibc() {
    return existsSync("/usr/lib/picolibc/riscv64-unknown-elf")
}

export function hasEmulator() {
    return inPath("qemu-system-riscv32")
}

/** An upgrade of the whole system takes less. */
const PATIENCE_MS = 15 * 60_000
const PAUSE_MS = 1000

/** invoke-rc.d asks this program whether a server may start; 101 forbids it. */
const POLICY = "/usr/sbin/policy-rc.d"
const POLICY_MARK = "# by the set-up of warmhello, for as long as it installs"

/** Keeps Debian from starting the servers that it installs, as tests start their own. The shell takes the policy away
 * again also when set-up is ended meanwhile. */
const WITHOUT_SERVICES = `
trap 'rm -f ${POLICY}' EXIT
trap 'exit 130' INT TERM HUP
printf '#!/bin/sh\\n${POLICY_MARK}\\nexit 101\\n' > ${POLICY} && chmod 755 ${POLICY} || exit
"$@"`

/** @param {string[]} command */
function withoutServices(command) {
    if (existsSync(POLICY) && readFileSync(POLICY, "utf8").includes(POLICY_MARK)) rmSync(POLICY) // of one that was killed
    return existsSync(POLICY) ? command : ["sh", "-c", WITHOUT_SERVICES, "sh", ...command]
}

/** Where Debian's packages have what systemd starts. */
const UNITS = "/lib/systemd/system"

const units = () =>
    existsSync(UNITS) ? readdirSync(UNITS).filter((name) => /^[^@]+\.(service|socket)$/.test(name)) : []

/** Nor are they started with the system. @param {string[]} before units that are none of ours */
function disableUnitsBeside(before) {
    const ours = units().filter((name) => !before.includes(name))
    if (ours.length > 0 && inPath("systemctl")) spawnSync("systemctl", ["disable", ...ours])
}

/** apt tells who has one of its locks: on the lists, on what it has fetched, or dpkg's. @param {string} output */
function holderOf(output) {
    return /Could not get lock (\S+)\. It is held by (process \d+(?: \([^)]*\))?)/.exec(output)?.[2]
}

/**
 * Runs apt-get, and again for as long as another program has its locks: apt itself waits only for dpkg's.
 * @param {string[]} command
 */
function apt(command) {
    const [program = "", ...args] = command
    const deadline = performance.now() + PATIENCE_MS
    for (let told = false; ; told = true) {
        const done = spawnSync(program, args, {
            encoding: "utf8",
            maxBuffer: 1 << 28,
            env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
        })
        if (done.status === 0) return
        const output = `${done.stdout ?? ""}${done.stderr ?? ""}${done.error?.message ?? ""}`.trim()
        if (!/Could not get lock|Unable to lock|is another process using it/.test(output)) {
            throw new SetupError(`apt-get could not install what is missing.${adviceFor(output)}`, output)
        }
        const holder = holderOf(output) ?? "another program"
        if (performance.now() > deadline) {
            throw new SetupError(`apt has been in use by ${holder} for too long. End that, then run this again.`)
        }
        if (!told) process.stderr.write(`set-up: waiting for ${holder}, which uses apt ...\n`)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
}

/**
 * Sees to it that what these parts need is there. Root installs it, unless it has been refused; anybody else is told how.
 * @param {ReadonlySet<Part>} parts @param {boolean} refused
 */
export function needPackages(parts, refused) {
    const findMissing = () =>
        needs.filter((need) => need.for.some((part) => parts.has(part)) && !need.present()).map((need) => need.package)
    const missing = findMissing()
    if (missing.length === 0) return
    const command = ["apt-get", "install", "-y", "--no-install-recommends", ...missing]
    if (!inPath("apt-get")) {
        throw new SetupError(`Missing: ${missing.join(", ")} (Debian's names). Install them, then run this again.`)
    }
    const isRoot = process.getuid?.() === 0
    if (refused || !isRoot) {
        throw new SetupError(`Missing system packages. Run: ${isRoot ? "" : "sudo "}${command.join(" ")}`)
    }
    process.stderr.write(
        `set-up installs as root (WARMHELLO_NO_INSTALL=1 refuses): apt-get update && ${command.join(" ")}\n`,
    )
    apt(["apt-get", "update", "-qq"])
    const before = units()
    apt(withoutServices(command))
    disableUnitsBeside(before)
    const still = findMissing()
    if (still.length > 0) throw new SetupError(`Installed, but still not found: ${still.join(", ")}`)
}
