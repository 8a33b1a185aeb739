// `pio run` for each board's environment of platformio.ini, on a stand-in for espressif32 (test/pio) that builds nothing: our
// script runs, and the platform is told what to flash beside the firmware and how to configure it.
import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { z } from "zod"
import { checkoutPath } from "#warmhello/base/paths.js"
import { compileBoard } from "#warmhello/devicescript/compile.js"
import { pio, pioEnvironment } from "../../dev/setup/platformio.mjs"
import { temporaryFolder } from "../support/temporary-folder.js"
import { parsePartitions } from "./support/partitions.js"

const chips = ["esp32", "esp32c3", "esp32s2", "esp32s3"]
const project = temporaryFolder()

const environment = { ...process.env, ...pioEnvironment, WARMHELLO_PROVISION: join(project, "provision.bin") }
const toldSchema = z.object({ chip: z.string(), beside: z.array(z.tuple([z.string(), z.string()])), cmake: z.string() })
const told = (chip: string) =>
    toldSchema.parse(JSON.parse(readFileSync(join(project, `build/told-${chip}.json`), "utf8")))

/** The checkout, with a `build` of its own and without what would be fetched from the network. */
function makeProject(): void {
    for (const name of ["boards", "firmware", "devs", "ts", "node_modules", "package.json"]) {
        symlinkSync(checkoutPath(name), join(project, name))
    }
    mkdirSync(join(project, "build"))
    const ini = readFileSync(checkoutPath("platformio.ini"), "utf8")
    writeFileSync(join(project, "platformio.ini"), ini.replaceAll(/^(platform_packages|lib_deps) =\n( {4}.*\n)+/gm, ""))
}

beforeAll(() => {
    makeProject()
    const environments = chips.flatMap((chip) => ["--environment", chip])
    execFileSync(pio, ["run", "--project-dir", project, ...environments], { env: environment, stdio: "pipe" })
}, 120_000)

const partitions = parsePartitions(readFileSync(checkoutPath("boards/partitions.csv"), "utf8"))
const offset = (name: string) => partitions.find((each) => each.name === name)?.offset

describe.each(chips)("pio run for the %s", (chip) => {
    test("has the app's sources made, for the board of that chip", async () => {
        const made = join(project, "build/program", chip)
        expect(readFileSync(join(made, "program.c"), "utf8")).toContain(`${chip}_bare`)
        const configuration = await compileBoard(checkoutPath(`boards/${chip}/${chip}_bare.board.json`))
        expect(Buffer.compare(readFileSync(join(made, "dcfg.bin")), configuration)).toBe(0)
    })

    test("flashes the board's configuration and provisioning where the partition table has them", () => {
        expect(told(chip).beside.map(([at, file]) => [Number(at), file])).toEqual([
            [offset("dcfg"), join(project, "build/program", chip, "dcfg.bin")],
            [offset("wh_prov"), join(project, "provision.bin")],
        ])
    })

    test("tells ESP-IDF our components, the chip's options, and where its own libraries are", () => {
        const { cmake } = told(chip)
        expect(cmake).toContain("-DEXTRA_COMPONENT_DIRS=firmware;firmware/port/esp32/devicescript")
        expect(cmake).toContain(`-DSDKCONFIG_DEFAULTS=boards/sdkconfig.common;boards/${chip}/sdkconfig.${chip}`)
        expect(cmake).toContain(`-DWARMHELLO_LIBRARIES=${join(project, ".pio/libdeps", chip)}`)
        expect(cmake).toMatch(/-DWARMHELLO_PACKAGES=\S+\/packages$/)
    })
})

test("an app that does not compile ends pio run before the firmware is built", () => {
    rmSync(join(project, "build/told-esp32c3.json"))
    const ini = readFileSync(join(project, "platformio.ini"), "utf8")
    writeFileSync(join(project, "platformio.ini"), ini.replace(/^custom_app = .*$/m, "custom_app = package.json"))
    const args = ["run", "--project-dir", project, "--environment", "esp32c3"]
    expect(spawnSync(pio, args, { env: environment }).status).not.toBe(0)
    expect(() => told("esp32c3")).toThrow("ENOENT")
}, 60_000)
