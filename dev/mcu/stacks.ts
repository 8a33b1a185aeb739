// The TLS stacks that run on the emulated microcontroller, each in two builds.
import { checkoutPath } from "../../ts/base/paths.js"
import type { McuBuild, McuStack } from "../../ts/energy/handshakes.js"
import { mcuImage } from "../../ts/mcu/remote-core.js"

export const stackImage = (stack: McuStack, build: McuBuild) =>
    stack === "warmhello" ? mcuImage("rv32", build) : checkoutPath(`build/rv32/mbedtls-${build}/warmhello_mbedtls`)

/** Where the recordings of each are: they differ, since each sends bytes of its own. */
export const recordings: Record<McuStack, string> = {
    warmhello: "test/mcu/recordings",
    mbedTLS: "test/mcu/recordings/mbedtls",
}
