// PlatformIO's command line: builds a board's firmware and writes it to the board.
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { WarmhelloError } from "../base/errors.js"
import { findInPath } from "../base/find-program.js"
import { checkoutPath } from "../base/paths.js"
import { endWithUs, environmentElsewhere } from "../base/temporary.js"

function findPio(): string {
    const found = findInPath(process.platform === "win32" ? "pio.exe" : "pio")
    if (found === undefined) throw new WarmhelloError("pio-missing", "there is no pio, PlatformIO's command, in PATH")
    return found
}

export interface Upload {
    /** The environment in platformio.ini: the chip. */
    environment: string
    port: string
    /** An image for the provisioning partition, flashed along with the firmware. */
    provision?: string | undefined
}

/** Where an installed package has wolfSSL's sources, for firmware/wolfssl/wolfssl.cmake; a checkout has them elsewhere. */
function packedWolfssl(): NodeJS.ProcessEnv {
    const folder = checkoutPath("build/package/wolfssl")
    return existsSync(folder) ? { WOLFSSL_DIR: folder } : {}
}

/** Shows PlatformIO's own output on standard error. PlatformIO runs in the checkout's folder, so that paths are whole.
 * Throws `pio-missing` or `flash-failed`. */
export async function upload({ environment, port, provision }: Upload): Promise<void> {
    const pio = findPio()
    const there = process.platform === "win32" ? port : resolve(port) // COM3 is no file
    const args = ["run", "--environment", environment, "--target", "upload", "--upload-port", there]
    const image = provision === undefined ? {} : { WARMHELLO_PROVISION: provision }
    const child = spawn(pio, args, {
        cwd: checkoutPath("."),
        env: { ...packedWolfssl(), ...environmentElsewhere(), ...image, WARMHELLO_PROGRAM_IS_BUILT: "1" },
        stdio: ["ignore", 2, 2],
    })
    endWithUs(child)
    const code = await new Promise<number | null>((ended, failed) => {
        child.on("error", failed)
        child.on("close", ended)
    })
    if (code !== 0) throw new WarmhelloError("flash-failed", `pio ${args.join(" ")} ended with ${code}`)
}

/** Throws `pio-missing`. */
export const checkPio: () => void = findPio
