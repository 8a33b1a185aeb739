// firmware/examples/arduino_client, as somebody's PlatformIO project with the packed library, on the stand-ins of test/pio: each
// source that the firmware would have is compiled, by this machine's compiler.
import { spawnSync } from "node:child_process"
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { beforeAll, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { pio, pioEnvironment } from "../../dev/setup/platformio.mjs"
import { temporaryFolder } from "../support/temporary-folder.js"
import { parsePartitions, partitionProblems } from "../ts/support/partitions.js"

const BUILD_TIMEOUT_MS = 600_000
const folder = temporaryFolder()
const example = checkoutPath("firmware/examples/arduino_client")
const version = readFileSync(checkoutPath("firmware/wolfssl/VERSION"), "utf8").trim()
const { WOLFSSL_DIR: _, ...inherited } = process.env
const environment = { ...inherited, ...pioEnvironment, WARMHELLO_CHECKOUT: checkoutPath(".") }
const wolfssl = process.env.WOLFSSL_DIR ?? checkoutPath(`build/wolfssl-${version}`)

function run(command: string, args: readonly string[]): void {
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", env: environment })
    expect(status, `${command} ${args.join(" ")}\n${stdout}${stderr}`).toBe(0)
}

const project = join(folder, "project")

beforeAll(() => {
    const archive = join(folder, "warmhello.tar.gz")
    run(join(dirname(pio), "python"), [checkoutPath("test/packages/pack.py"), checkoutPath("firmware"), archive])
    cpSync(example, project, { recursive: true })
    const ini = readFileSync(join(example, "platformio.ini"), "utf8")
        .replaceAll(/^platform = .*$/gm, "platform = espressif32@6.3.2")
        .replace(/^lib_deps = .*$/m, `lib_deps =\n    warmhello=file://${archive}\n    wolfssl=file://${wolfssl}`)
        .replace("[env]", "[env]\nlib_ignore = wolfssl\ncustom_arduino = 3")
    writeFileSync(join(project, "platformio.ini"), ini)
    run(pio, ["run", "--project-dir", project])
}, BUILD_TIMEOUT_MS)

test("the Arduino example compiles sketch, client, socket, chip, core and wolfSSL, and nothing for another machine", () => {
    const objects = readdirSync(join(project, ".pio/build/core3"), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".o"))
        .map((path) => basename(path, ".o"))
    expect(objects).toEqual(
        expect.arrayContaining([
            ...["main.cpp", "WarmClient.cpp", "socket.c", "machine_esp32.c", "platform_esp32.c", "journal_flash.c"],
            ...["boot.c", "connect.c", "ssl.c", "internal_any_path.c"],
        ]),
    )
    expect(
        objects.filter((object) => /port_host|port_esp32|tls_task|^stack|transport|provisioned/.test(object)),
    ).toEqual([])
})

test("what lies in RTC memory leaves half of its 8 KB free", () => {
    const build = join(project, ".pio/build/core3")
    const chip = readdirSync(build, { recursive: true, encoding: "utf8" }).find((path) =>
        path.endsWith("platform_esp32.c.o"),
    )
    const { stdout } = spawnSync("nm", ["--print-size", join(build, chip ?? "")], { encoding: "utf8" })
    const [, size = ""] = /^\w+ (\w+) . wh_port_memory$/m.exec(stdout) ?? []
    expect(Number.parseInt(size, 16)).toBeGreaterThan(2336)
    expect(Number.parseInt(size, 16)).toBeLessThan(4096)
})

test("the example's partitions fit, and have the journal's", () => {
    const partitions = parsePartitions(readFileSync(join(example, "partitions.csv"), "utf8"))
    expect(partitionProblems(partitions, 4 * 1024 * 1024)).toEqual([])
    expect(partitions).toContainEqual(expect.objectContaining({ name: "wh_sess", type: "data", subType: "0x40" }))
})
