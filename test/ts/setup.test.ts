// Set-up where something is in its way: one line that says what to do and exit code 6, or it goes on; never silence.
// It runs in a checkout of its own, with programs that only pretend.
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import {
    chmodSync,
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    symlinkSync,
    utimesSync,
    writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { WORKING_PATH } from "./support/setup-path.js"

const folder = mkdtempSync(join(tmpdir(), "warmhello-setup-"))
afterAll(() => rmSync(folder, { recursive: true }))

/** Why nothing can be mounted for one process, in brackets; "" if it can. */
const whyNoOwnMounts = () =>
    spawnSync("unshare", ["-m", "true"]).status === 0 ? "" : " (left out: no mounts of its own here)"

const CRATES = "test/mcu/peers/mbedtls/Cargo.lock"
const VERSION = readFileSync(checkoutPath("firmware/wolfssl/VERSION"), "utf8").trim()
let checkout = ""
let programs = ""
let count = 0

function pretend(name: string, script: string): void {
    const path = join(programs, name)
    rmSync(path, { force: true })
    writeFileSync(path, `#!/bin/sh\n${script}\n`)
    chmodSync(path, 0o755)
}

/** What npm writes when it has installed, in one line for a shell. */
const installed = (version: string) => `'{"packages":{"node_modules/koffi":{"version":"${version}"}}}'`
const NPM_DONE = `echo "npm $*" >> calls; echo ${installed("1.0.0")} > node_modules/.package-lock.json`
/** CMake as far as set-up looks. */
const CMAKE = `set -e
echo "cmake $*" >> ../calls
if test "$1" = --preset; then
    folder=../build/$2
    mkdir -p $folder/CMakeFiles
    echo > $folder/build.ninja
    printf '%s\\n' "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "\${3#-D}" > $folder/CMakeCache.txt
    touch -d '1 minute' $folder/CMakeFiles/cmake.check_cache
fi`

/** @param optional what package-lock.json has beside koffi */
function lock(version: string, optional: Record<string, object> = {}): void {
    const packages = { "": {}, "node_modules/koffi": { version }, ...optional }
    writeFileSync(join(checkout, "package-lock.json"), JSON.stringify({ packages }))
}

beforeEach(() => {
    checkout = join(folder, String(count++))
    programs = join(checkout, "programs")
    for (const name of ["programs", "node_modules/typescript/bin", "wolfssl/wolfssl", "firmware/wolfssl"]) {
        mkdirSync(join(checkout, name), { recursive: true })
    }
    cpSync(checkoutPath("dev/setup"), join(checkout, "dev/setup"), { recursive: true })
    cpSync(checkoutPath("ts/cli"), join(checkout, "ts/cli"), { recursive: true })
    const files = ["package.json", "firmware/wolfssl/VERSION", "firmware/CMakePresets.json", CRATES]
    for (const name of files) cpSync(checkoutPath(name), join(checkout, name))
    writeFileSync(join(checkout, "wolfssl/wolfssl/version.h"), `#define LIBWOLFSSL_VERSION_STRING "${VERSION}"\n`)
    writeFileSync(join(checkout, "node_modules/typescript/bin/tsc"), "")
    writeFileSync(join(checkout, "dev/setup/page.mjs"), "")
    lock("1.0.0")
    for (const name of WORKING_PATH) symlinkSync(name.path, join(programs, name.name))
    for (const name of ["cc", "ninja", "cargo"]) pretend(name, "exit 0")
    pretend("npm", NPM_DONE)
    pretend("cmake", CMAKE)
})

const running: ChildProcess[] = []
afterEach(() => {
    for (const child of running.splice(0)) child.kill("SIGKILL")
})

interface SetUp {
    process: ChildProcess
    said: () => string
    ended: Promise<number | null>
}

function setUp(args: string[] = [], environment: Record<string, string> = {}): SetUp {
    const child = spawn(process.execPath, ["dev/setup/setup.mjs", ...args], {
        cwd: checkout,
        env: { PATH: programs, WOLFSSL_DIR: join(checkout, "wolfssl"), ...environment },
        stdio: ["ignore", "ignore", "pipe"],
        detached: true,
    })
    running.push(child)
    let text = ""
    child.stderr?.on("data", (bytes) => {
        text += bytes
    })
    return { process: child, said: () => text, ended: once(child, "close").then(([code]) => code) }
}

const shows = (one: SetUp, text: string | RegExp) => vi.waitFor(() => expect(one.said()).toMatch(text), 20_000)

/** The commands of npm and CMake that it has called. */
async function succeeds(one: SetUp): Promise<string[]> {
    expect(await one.ended, one.said()).toBe(0)
    const calls = readFileSync(join(checkout, "calls"), "utf8").trim().split("\n")
    rmSync(join(checkout, "calls"))
    return calls.map((call) => call.split(" ").slice(0, 3).join(" "))
}

async function failsWith(one: SetUp, line: RegExp): Promise<void> {
    expect(await one.ended, one.said()).toBe(6)
    expect(one.said().trimEnd().split("\n").at(-1)).toMatch(line)
    expect(one.said()).not.toMatch(/^ +at /m)
}

const [NPM, CONFIGURE, BUILD] = ["npm ci --ignore-scripts", "cmake --preset host", "cmake --build --preset"]

describe("set-up", () => {
    test("fetches once, builds each time, and says nothing of what is quick", async () => {
        const first = setUp()
        expect(await succeeds(first)).toEqual([NPM, CONFIGURE, BUILD])
        const second = setUp()
        expect(await succeeds(second)).toEqual([BUILD])
        expect(first.said() + second.said()).toBe("")
    })

    test("names a step that takes longer, and how long it took", async () => {
        pretend("npm", `while test ! -e go; do sleep 0.1; done; ${NPM_DONE}`)
        const one = setUp()
        await shows(one, "set-up: npm packages ...")
        writeFileSync(join(checkout, "go"), "")
        await succeeds(one)
        expect(one.said()).toMatch(/^set-up: npm packages \.\.\. \d+\.\d s\n$/)
    })

    const { platform, arch } = process
    const binding = (os: string) => ({
        "node_modules/binding": { version: "1.0.0", optional: true, os: [os], cpu: [arch] },
    })
    test.each([
        ["names another version", () => lock("1.0.1"), [NPM, BUILD]],
        [
            "has a package for this machine that an old Node left out",
            () => lock("1.0.0", binding(platform)),
            [NPM, BUILD],
        ],
        ["has one for another machine", () => lock("1.0.0", binding("sunos")), [BUILD]],
    ])("asks npm again if the lock file %s", async (_, change, calls) => {
        await succeeds(setUp())
        change()
        expect(await succeeds(setUp())).toEqual(calls)
    })

    test("configures again for other presets and another wolfSSL", async () => {
        await succeeds(setUp())
        const later = new Date(Date.now() + 2 * 60_000)
        utimesSync(join(checkout, "firmware/CMakePresets.json"), later, later)
        expect(await succeeds(setUp())).toEqual([CONFIGURE, BUILD])
        utimesSync(join(checkout, "firmware/CMakePresets.json"), 1, 1)
        const elsewhere = { WOLFSSL_DIR: join(checkout, "elsewhere") }
        cpSync(join(checkout, "wolfssl"), elsewhere.WOLFSSL_DIR, { recursive: true })
        expect(await succeeds(setUp([], elsewhere))).toEqual([CONFIGURE, BUILD])
        expect(await succeeds(setUp([], elsewhere))).toEqual([BUILD])
    })

    test("begins anew in a checkout that was moved", async () => {
        await succeeds(setUp())
        writeFileSync(join(checkout, "build/host/old.o"), "")
        const cache = join(checkout, "build/host/CMakeCache.txt")
        writeFileSync(cache, "CMAKE_HOME_DIRECTORY:INTERNAL=/home/me/before/firmware\n")
        expect(await succeeds(setUp())).toEqual([CONFIGURE, BUILD])
        expect(existsSync(join(checkout, "build/host/old.o"))).toBe(false)
    })

    test("does not wait for another one in the same checkout, whether that is at work or was killed", async () => {
        pretend("npm", "exec sleep 60")
        const [first, killed] = [setUp(), setUp()]
        await Promise.all([shows(first, "npm packages ..."), shows(killed, "npm packages ...")])
        killed.process.kill("SIGKILL")
        pretend("npm", NPM_DONE)
        expect(await succeeds(setUp())).toEqual([NPM, CONFIGURE, BUILD])
        expect(first.process.exitCode).toBe(null)
    })

    test("ends with what it runs when a terminal interrupts both", async () => {
        pretend("npm", "echo $$ > npm.pid; exec sleep 60")
        const one = setUp()
        await shows(one, "npm packages ...")
        process.kill(-(one.process.pid ?? 0), "SIGINT")
        await one.ended
        expect(one.process.signalCode).toBe("SIGINT")
        const npm = Number(readFileSync(join(checkout, "npm.pid"), "utf8"))
        await vi.waitFor(() => expect(() => process.kill(npm, 0)).toThrow("ESRCH"), 10_000)
    })

    test("refuses a word that it does not know", async () => {
        await failsWith(setUp(["--test"]), /there is no test here, only --c-tests, --tests, /)
    })

    const whyNoMounts = whyNoOwnMounts()
    test.skipIf(whyNoMounts !== "")(
        `takes what is built in a checkout that can only be read${whyNoMounts}`,
        async () => {
            await succeeds(setUp())
            const script = [
                ...["mount --bind . .", "mount -o remount,bind,ro .", 'cd "$PWD"', `PATH=${programs}`, "export PATH"],
                `exec "${process.execPath}" dev/setup/setup.mjs`,
            ].join("\n")
            const env = { ...process.env, WOLFSSL_DIR: join(checkout, "wolfssl"), WARMHELLO_NO_INSTALL: "1" }
            const read = () =>
                spawnSync("unshare", ["-m", "sh", "-ec", script], { cwd: checkout, env, encoding: "utf8" })
            const unbuilt = read()
            expect(unbuilt.stderr).toMatch(/set-up cannot go on: .* make a checkout of your own, with git clone\.\n$/)
            expect(unbuilt.status).toBe(6)
            for (const made of [
                "build/host/libwarmhello.so",
                "build/ts/cli/main.js",
                "build/dev/main.js",
                "build/report/page.js",
                "build/fleet/page.js",
            ]) {
                cpSync(checkoutPath("package.json"), join(checkout, made))
            }
            const built = read()
            expect(built.stderr).toBe(
                "set-up: this checkout can only be read, so what is built here is taken as it is.\n",
            )
            expect(built.status).toBe(0)
        },
    )
})

describe("a program that fails", () => {
    test.each([
        ["for want of room", "npm error ENOSPC: no space left on device, write", /There is no room left: free some/],
        ["for want of a network", "npm error code EAI_AGAIN", /is there a network, and does it need a proxy/],
        ["in a checkout of somebody else", "npm error code EACCES", /make a checkout of your own/],
    ])("%s is shown, with what to do", async (_, says, advice) => {
        pretend("npm", `echo '${says}' >&2; exit 1`)
        const one = setUp()
        await failsWith(one, advice)
        expect(one.said()).toContain(says)
    })

    test("because it is missing is named", async () => {
        rmSync(join(programs, "npm"))
        await failsWith(setUp(), /There is no npm in PATH/)
    })
})

const whyNotRoot = process.getuid?.() === 0 ? "" : " (left out: only root installs packages)"
describe.skipIf(whyNotRoot !== "")(`apt${whyNotRoot}`, () => {
    const command = "apt-get install -y --no-install-recommends ninja-build"

    test("is run with the command shown before, and how to refuse it", async () => {
        rmSync(join(programs, "ninja"))
        pretend(
            "apt-get",
            `test "$1" = update || { echo "apt-get $*" > apt.log; cp ${programs}/cc ${programs}/ninja; }`,
        )
        const one = setUp()
        await succeeds(one)
        expect(one.said()).toBe(
            `set-up installs as root (WARMHELLO_NO_INSTALL=1 refuses): apt-get update && ${command}\n`,
        )
        expect(readFileSync(join(checkout, "apt.log"), "utf8")).toBe(`${command}\n`)
    })

    test.each([
        ["--no-install", ["--no-install"], {}],
        ["the environment", [], { WARMHELLO_NO_INSTALL: "1" }],
    ])("that %s refuses is not run, and told", async (_, args, environment) => {
        rmSync(join(programs, "ninja"))
        pretend("apt-get", "touch apt.log")
        await failsWith(setUp(args, environment), new RegExp(`Missing system packages\\. Run: ${command}$`))
        expect(existsSync(join(checkout, "apt.log"))).toBe(false)
    })

    test("is waited for while another program has its locks, with a word about that", async () => {
        const log = join(checkout, "apt.log")
        rmSync(join(programs, "ninja"))
        pretend(
            "apt-get",
            [
                `echo "$1" >> ${log}`,
                `n=$(grep -c . ${log})`,
                "if test $n -le 3; then",
                "  echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 77 (unattended-upgr)' >&2",
                "  exit 100",
                "fi",
                `test "$1" = update || cp ${programs}/cc ${programs}/ninja`,
            ].join("\n"),
        )
        const one = setUp()
        await succeeds(one)
        expect(one.said()).toContain("waiting for process 77 (unattended-upgr), which uses apt ...")
        expect(readFileSync(log, "utf8").trim().split("\n")).toEqual([
            "update",
            "update",
            "update",
            "update",
            "install",
        ])
    })

    const whyNoMounts = whyNoOwnMounts()
    test.skipIf(whyNoMounts !== "")(
        `starts no server, now or with the system, and its policy goes with it${whyNoMounts}`,
        async () => {
            rmSync(join(programs, "ninja"))
            const [policy, seen] = ["/usr/sbin/policy-rc.d", join(checkout, "policy")]
            const units = "/lib/systemd/system"
            pretend(
                "apt-get",
                [
                    'test "$1" = update && exit',
                    `cp ${policy} ${seen}`,
                    `cp ${programs}/cc ${programs}/ninja`,
                    `touch ${units}/ninja.service ${units}/ninja@.service`,
                ].join("\n"),
            )
            pretend("systemctl", 'echo "$*" >> systemctl.log')
            const script = [
                ...["mount -t tmpfs tmpfs /usr/sbin", `mount -t tmpfs tmpfs ${units}`, `touch ${units}/theirs.service`],
                ...[`PATH=${programs}`, "export PATH"],
                `"${process.execPath}" dev/setup/setup.mjs && test ! -e ${policy}`,
            ].join("\n")
            const done = spawnSync("unshare", ["-m", "sh", "-ec", script], {
                cwd: checkout,
                env: { ...process.env, WOLFSSL_DIR: join(checkout, "wolfssl") },
                encoding: "utf8",
            })
            expect(done.status, done.stderr).toBe(0)
            expect(readFileSync(seen, "utf8")).toMatch(/exit 101\n$/)
            expect(readFileSync(join(checkout, "systemctl.log"), "utf8")).toBe("disable ninja.service\n")
        },
    )

    test("that fails is shown", async () => {
        rmSync(join(programs, "ninja"))
        pretend("apt-get", "echo 'E: Temporary failure resolving the mirror' >&2; exit 100")
        await failsWith(setUp(), /apt-get could not install what is missing\. .*is there a network/)
    })
})
