import { existsSync } from "node:fs"
import { mcuImage } from "#warmhello/mcu/remote-core.js"

/** Why tests on the emulated microcontroller cannot run here; undefined if they can. */
export function whyNoMcu(): string | undefined {
    const built = existsSync(mcuImage("rv32", "size")) && existsSync(mcuImage("rv32", "speed"))
    return built
        ? undefined
        : "there is no emulated microcontroller; npm run setup -- --mcu installs qemu and a cross compiler"
}
