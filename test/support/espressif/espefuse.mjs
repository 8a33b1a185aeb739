// @ts-check
// A double of espefuse for tests, not Espressif's: eFuses are a file of JSON, and no chip is near. WH_DOUBLE_EFUSES is
// the file: {key, purpose, closed}; each call is a line of JSON in FILE.log. WH_DOUBLE_BURN=half leaves the block open.
import { appendFileSync, readFileSync, writeFileSync } from "node:fs"

const file = process.env.WH_DOUBLE_EFUSES ?? ""
const args = process.argv.slice(2)
appendFileSync(`${file}.log`, `${JSON.stringify(args)}\n`)
const fuses = JSON.parse(readFileSync(file, "utf8"))

/** @param {string} message @returns {never} */
function fail(message) {
    process.stdout.write(`\nA fatal error occurred: ${message}\n`)
    process.exit(2)
}

function summary() {
    const shown = fuses.closed ? "??".repeat(32) : fuses.key
    const pairs = shown.match(/../g).join(" ")
    const open = { readable: true, writeable: !fuses.closed }
    const fields = {
        BLOCK_KEY3: { name: "BLOCK_KEY3", readable: !fuses.closed, writeable: !fuses.closed, value: pairs },
        KEY_PURPOSE_3: { name: "KEY_PURPOSE_3", ...open, value: fuses.purpose },
        MAC: { name: "MAC", readable: true, writeable: false, value: "60:55:f9:12:A0:b4 (OK)" },
    }
    process.stdout.write(`espefuse double\n\n=== Run "summary" command ===\n${JSON.stringify(fields, null, 4)}\n`)
}

/** @param {string[]} rest */
function burn([block, source = "", purpose]) {
    const key = readFileSync(source)
    if (block !== "BLOCK_KEY3" || key.length !== 32) fail("Incorrect key file size")
    if (fuses.closed || !/^0+$/.test(fuses.key)) fail("BLOCK_KEY3 is not empty")
    const closed = process.env.WH_DOUBLE_BURN !== "half"
    writeFileSync(file, JSON.stringify({ key: key.toString("hex"), purpose, closed }))
}

const [chipFlag, , portFlag, , ...command] = args
if (chipFlag !== "--chip" || portFlag !== "--port") fail(`unexpected arguments ${args.join(" ")}`)
if (command.join(" ") === "summary --format json") summary()
else if (command[0] === "--do-not-confirm" && command[1] === "burn_key") burn(command.slice(2))
else fail(`unexpected command ${command.join(" ")}`)
