// @ts-check
// 5000 devices survive the restart of their broker without a lost report, and none of them takes more than 8 KB.
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { root, run } from "../setup/shell.mjs"

const results = join(root, "build/ci/storm.json")
const DEVICES = 5000
const MOST_BYTES = 8192

export default () => {
    rmSync(results, { force: true })
    const devices = ["--devices", String(DEVICES), "--json", results]
    const isSound = run([process.execPath, "build/dev/main.js", "storm", "--scenario", "restart", ...devices])
    if (!isSound || !existsSync(results)) return false
    const { reports, memory, devices: found } = JSON.parse(readFileSync(results, "utf8"))
    process.stdout.write(`${found} devices, ${reports.lost} lost, ${memory.perDeviceBytes} bytes each\n`)
    return found === DEVICES && reports.arrived === reports.made && memory.perDeviceBytes <= MOST_BYTES
}
