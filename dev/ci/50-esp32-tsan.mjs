// @ts-check
// The ESP32 port, whose tasks are threads here, under ThreadSanitizer: what two of them do to the same memory is seen.
import { join } from "node:path"
import { root, vitest } from "../setup/shell.mjs"

const files = ["faults", "fast-wake", "service", "time", "deadline"].map((name) => `test/esp32/${name}`)

export default () => vitest(files, { WARMHELLO_ESP32_BOARD: join(root, "build/tsan/esp32/esp32_board") })
