// @ts-check
// A double of esptool for tests, not Espressif's: flash is a file, and no chip is near. It takes the commands and
// options that warmhello uses, in esptool 4's spelling, and refuses any other. WH_DOUBLE_FLASH is the file; each call
// is a line of JSON in FILE.log. WH_DOUBLE_CUT=write ends a write in its middle, as a pulled plug does.
import { appendFileSync, readFileSync, writeFileSync } from "node:fs"

const SECTOR = 4096
const file = process.env.WH_DOUBLE_FLASH ?? ""
const args = process.argv.slice(2)
appendFileSync(`${file}.log`, `${JSON.stringify(args)}\n`)

/** @param {string} message @returns {never} */
function fail(message) {
    process.stdout.write(`A fatal error occurred: ${message}\n`)
    process.exit(2)
}

const [portFlag, port, afterFlag, after, command, ...rest] = args
if (portFlag !== "--port" || afterFlag !== "--after" || !["no_reset", "hard_reset"].includes(after ?? "")) {
    fail(`unexpected arguments ${args.join(" ")}`)
}
if (port !== "/dev/ttyDouble") fail(`Could not open ${port}, the port is busy or doesn't exist.`)
const flash = readFileSync(file)
if (command === "read_flash") {
    const [offset, size, out = ""] = rest
    writeFileSync(out, flash.subarray(Number(offset), Number(offset) + Number(size)))
} else if (command === "write_flash") {
    const [offset, source = ""] = rest
    const bytes = readFileSync(source)
    if (Number(offset) % SECTOR !== 0) fail("not at the start of a sector")
    const cut = process.env.WH_DOUBLE_CUT === "write"
    flash.fill(0xff, Number(offset), Number(offset) + Math.ceil(bytes.length / SECTOR) * SECTOR)
    flash.set(cut ? bytes.subarray(0, 300) : bytes, Number(offset))
    writeFileSync(file, flash)
    if (cut) fail("Serial data stream stopped")
} else if (command !== "read_mac") fail(`unexpected command ${command}`)
