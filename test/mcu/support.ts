import { existsSync } from "node:fs"
import { stackImage } from "#dev/mcu/stacks.js"
import { type McuStack, mcuBuilds } from "#warmhello/energy/handshakes.js"
import { mcuImage } from "#warmhello/mcu/remote-core.js"
import { skipped } from "../support/needs.js"

/** Why tests on the emulated microcontroller cannot run here; undefined if they can. */
export function whyNoMcu(): string | undefined {
    const built = existsSync(mcuImage("rv32", "size")) && existsSync(mcuImage("rv32", "speed"))
    return built ? undefined : skipped("there is no emulated microcontroller (npm run setup -- --mcu)")
}

/** Why another stack cannot be held against its figures here. */
export function whyNoStack(stack: McuStack): string | undefined {
    const built = mcuBuilds.every((build) => existsSync(stackImage(stack, build)))
    return built ? undefined : skipped(`there is no ${stack} for the emulated microcontroller (npm run setup -- --mcu)`)
}
