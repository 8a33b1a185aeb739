// `warmhello flash` with a PlatformIO that only takes note of how it is called: no board, no vendor's toolchain.
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { beforeEach, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { portError } from "#warmhello/base/serial-port.js"
import { provisionImage } from "#warmhello/provision/provision.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { startCommand } from "./support/command.js"
import { appFile } from "./support/compile-apps.js"
import { createProvisionFiles } from "./support/provision-files.js"

const folder = temporaryFolder()
const port = join(folder, "port")
const called = join(folder, "called")
writeFileSync(port, "")

beforeEach(() => rmSync(called, { force: true }))

function flash(args: string[], environment: Record<string, string> = {}) {
    return startCommand(["flash", ...args], { PATH: `${folder}:${process.env.PATH}`, ...environment }).ended
}

function putPio(exitCode: number): void {
    const pio = join(folder, "pio")
    writeFileSync(pio, `#!/bin/sh\necho "$WARMHELLO_PROGRAM_IS_BUILT $*" > '${called}'\nexit ${exitCode}\n`)
    chmodSync(pio, 0o755)
}

const complete = ["--board", "esp32c3_bare", "--app", appFile("app"), "--port", port]

test("builds the app, then has PlatformIO build and upload the environment of the board's chip", async () => {
    putPio(0)
    const { code, stdout } = await flash(complete)
    expect(readFileSync(called, "utf8")).toBe(`1 run --environment esp32c3 --target upload --upload-port ${port}\n`)
    expect(existsSync(checkoutPath("build/program/esp32c3/program.c"))).toBe(true)
    expect(stdout).toContain("app is on the board")
    expect(code).toBe(0)
})

test("with --provision its image goes along, in a file that only this user can read and that is gone afterwards", async () => {
    const { provision } = await createProvisionFiles(folder)
    const file = provision()
    const copy = join(folder, "copy")
    const pio = `#!/bin/sh\ncp "$WARMHELLO_PROVISION" '${copy}'\nstat -c '%a %n' "$WARMHELLO_PROVISION" > '${called}'\n`
    writeFileSync(join(folder, "pio"), pio)
    chmodSync(join(folder, "pio"), 0o755)
    expect((await flash([...complete, "--provision", file])).code).toBe(0)
    expect(Buffer.compare(readFileSync(copy), provisionImage(file))).toBe(0)
    const [mode, path = ""] = readFileSync(called, "utf8").trim().split(" ")
    expect(mode).toBe("600")
    expect(existsSync(path)).toBe(false)
})

test("port, app, provisioning file, PATH and TMPDIR may be given from where one is", async () => {
    const { provision } = await createProvisionFiles(folder)
    const file = relative(folder, provision())
    const noted = `"$*" "$(cat "$WARMHELLO_PROVISION" | wc -c)"`
    writeFileSync(join(folder, "pio"), `#!/bin/sh\necho ${noted} > '${called}'\n`)
    chmodSync(join(folder, "pio"), 0o755)
    const app = relative(folder, appFile("app"))
    const given = ["--board", "esp32c3_bare", "--app", app, "--port", "port", "--provision", file]
    const environment = { PATH: `.:${process.env.PATH}`, TMPDIR: "." }
    const { code, stderr } = await startCommand(["flash", ...given], environment, undefined, folder).ended
    expect(stderr).toBe("")
    const size = provisionImage(join(folder, file)).length
    const args = `run --environment esp32c3 --target upload --upload-port ${port}`
    expect(readFileSync(called, "utf8")).toBe(`${args} ${size}\n`)
    expect(code).toBe(0)
})

test("a provisioning file that is wrong is found before PlatformIO is called", async () => {
    putPio(0)
    const { provision } = await createProvisionFiles(folder)
    const { code, stderr } = await flash([...complete, "--provision", provision({ server: { ca: "none.pem" } })])
    expect(stderr).toMatch(/^error: /)
    expect(code).toBe(2)
    expect(existsSync(called)).toBe(false)
})

test("an upload that fails is an error with PlatformIO's exit code", async () => {
    putPio(3)
    const { code, stderr } = await flash(complete)
    expect(stderr).toContain("ended with 3")
    expect(code).toBe(6)
})

test("without PlatformIO one line says how to get it", async () => {
    rmSync(join(folder, "pio"), { force: true })
    const { code, stderr } = await flash(complete, { PATH: folder })
    expect(stderr).toBe(
        "error: there is no pio, PlatformIO's command, in PATH\nInstall PlatformIO with: pip install platformio==6.2.0\n",
    )
    expect(code).toBe(6)
})

test("a board, a port or an app that is not there is found before PlatformIO is called", async () => {
    putPio(0)
    const changed = (flag: string, value: string) =>
        complete.map((word, index) => (complete[index - 1] === flag ? value : word))
    const results = await Promise.all([
        flash(changed("--board", "esp8266")),
        flash(changed("--port", join(folder, "none"))),
        flash(changed("--app", join(folder, "none.ts"))),
    ])
    expect(results.map(({ code }) => code)).toEqual([2, 2, 2])
    const messages = results.map(({ stderr }) => stderr)
    expect(messages[0]).toContain("there is no board esp8266; there are: esp32_bare, esp32c3_bare,")
    expect(messages[1]).toContain("there is no such port")
    expect(messages[2]).toContain("there is no ")
    expect(existsSync(called)).toBe(false)
})

test("a port that one may not open is told with what to do about it", () => {
    // As root, who runs these tests in CI, every port opens: this is what Node and serialport say.
    for (const words of ["EACCES: permission denied, access", "Error: Permission denied, cannot open"]) {
        const { code, message, hint } = portError("/dev/ttyACM0", new Error(`${words} '/dev/ttyACM0'`))
        expect([code, message]).toEqual(["port-denied", "/dev/ttyACM0: you may not open it"])
        expect(hint).toMatch(/^Join the group/)
    }
})
