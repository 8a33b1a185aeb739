// @ts-check
// Sources of C libraries, each from a crate that cargo fetches and checks against a lock file, in a folder of its version.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs"
import { join, resolve } from "node:path"
import { SetupError } from "./problem.mjs"
import { inPath, perform, root } from "./shell.mjs"

const CARGO_MINIMUM = [1, 87]
const WOLFSSL_VERSION = readFileSync(join(root, "firmware/wolfssl/VERSION"), "utf8").trim()

/** The tree that a user has chosen, or ours. */
export const wolfssl = process.env.WOLFSSL_DIR
    ? resolve(process.env.WOLFSSL_DIR)
    : join(root, `build/wolfssl-${WOLFSSL_VERSION}`)

const MBEDTLS_CRATE = "test/mcu/peers/mbedtls"

/** The crate's version stands for that of mbedTLS. */
export const mbedtls = join(root, `build/mbedtls-rs-sys-${crateVersion(join(MBEDTLS_CRATE, "Cargo.lock"))}`)

/** @param {string} lock */
function crateVersion(lock) {
    return /name = "mbedtls-rs-sys"\nversion = "([^"]+)"/.exec(readFileSync(join(root, lock), "utf8"))?.[1]
}

function checkCargo() {
    const help = "Get a current one from rustup, or set WOLFSSL_DIR to a wolfSSL source tree."
    const needed = `cargo ${CARGO_MINIMUM.join(".")} or newer fetches the source of wolfSSL and mbedTLS`
    if (!inPath("cargo")) throw new SetupError(`${needed}, and there is none in PATH. ${help}`)
    const version = /cargo (\d+)\.(\d+)/.exec(spawnSync("cargo", ["--version"], { encoding: "utf8" }).stdout)
    const [major, minor] = [Number(version?.[1]), Number(version?.[2])]
    const [minMajor = 0, minMinor = 0] = CARGO_MINIMUM
    if (major < minMajor || (major === minMajor && minor < minMinor)) {
        throw new SetupError(`${needed}; this one is ${major}.${minor}. ${help}`)
    }
}

/**
 * A folder of a crate, as the lock file beside its manifest pins it.
 * @param {string} manifest @param {string} folder @param {string} to
 */
async function vendor(manifest, folder, to) {
    checkCargo()
    const all = join(root, "build/cargo-vendor")
    rmSync(all, { recursive: true, force: true })
    await perform(["cargo", "vendor", "--locked", "--quiet", "--manifest-path", manifest, all])
    rmSync(to, { recursive: true, force: true })
    renameSync(join(all, folder), to)
    rmSync(all, { recursive: true, force: true })
}

function wolfsslVersion() {
    const header = join(wolfssl, "wolfssl/version.h")
    if (!existsSync(header)) return undefined
    return /LIBWOLFSSL_VERSION_STRING "([^"]+)"/.exec(readFileSync(header, "utf8"))?.[1]
}

export const hasWolfssl = () => wolfsslVersion() === WOLFSSL_VERSION

export async function fetchWolfssl() {
    if (!process.env.WOLFSSL_DIR) {
        await vendor("firmware/wolfssl/Cargo.toml", "wolfssl-sys/wolfssl-src", wolfssl)
    }
    const version = wolfsslVersion()
    if (version === WOLFSSL_VERSION) return
    const found = version === undefined ? "no wolfSSL source" : `wolfSSL ${version}`
    throw new SetupError(`${wolfssl} holds ${found}; warmhello needs ${WOLFSSL_VERSION}.`)
}

export const hasMbedtls = () => existsSync(join(mbedtls, "include/mbedtls/ssl.h"))

export const fetchMbedtls = () => vendor(join(MBEDTLS_CRATE, "Cargo.toml"), "mbedtls-rs-sys/mbedtls", mbedtls)
