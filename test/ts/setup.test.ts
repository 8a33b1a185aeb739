// Set-up where something is in its way: one line that says what to do and exit code 6, or it goes on; never silence.
// It runs in a checkout of its own, with programs that only pretend.
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { WORKING_PATH } from "./support/setup-path.js"

const folder = mkdtempSync(join(tmpdir(), "warmhello-setup-"))
afterAll(() => rmSync(folder, { recursive: true }))

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

beforeEach(() => {
    checkout = join(folder, String(count++))
    programs = join(checkout, "programs")
    for (const name of ["programs", "node_modules/typescript/bin", "wolfssl/wolfssl", "firmware/wolfssl"]) {
        mkdirSync(join(checkout, name), { recursive: true })
    }
    cpSync(checkoutPath("dev/setup"), join(checkout, "dev/setup"), { recursive: true })
    cpSync(checkoutPath("ts/cli"), join(checkout, "ts/cli"), { recursive: true })
    cpSync(checkoutPath("package.json"), join(checkout, "package.json"))
    cpSync(checkoutPath("firmware/wolfssl/VERSION"), join(checkout, "firmware/wolfssl/VERSION"))
    writeFileSync(join(checkout, "wolfssl/wolfssl/version.h"), `#define LIBWOLFSSL_VERSION_STRING "${VERSION}"\n`)
    writeFileSync(join(checkout, "node_modules/typescript/bin/tsc"), "")
    writeFileSync(join(checkout, "dev/setup/page.mjs"), "")
    for (const name of WORKING_PATH) symlinkSync(name.path, join(programs, name.name))
    for (const name of ["cc", "cmake", "ninja", "npm", "cargo"]) pretend(name, "exit 0")
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

function setUp(): SetUp {
    const child = spawn(process.execPath, ["dev/setup/setup.mjs"], {
        cwd: checkout,
        env: { PATH: programs, WOLFSSL_DIR: join(checkout, "wolfssl") },
        stdio: ["ignore", "ignore", "pipe"],
    })
    running.push(child)
    let text = ""
    child.stderr?.on("data", (bytes) => {
        text += bytes
    })
    return { process: child, said: () => text, ended: once(child, "close").then(([code]) => code) }
}

const shows = (one: SetUp, text: string | RegExp) => vi.waitFor(() => expect(one.said()).toMatch(text), 20_000)

/** What nothing keeps from its end. */
async function succeeds(one: SetUp): Promise<void> {
    expect(await one.ended, one.said()).toBe(0)
    expect(one.said()).toMatch(/set-up 6\/6/)
}

async function failsWith(one: SetUp, line: RegExp): Promise<void> {
    expect(await one.ended, one.said()).toBe(6)
    expect(one.said().trimEnd().split("\n").at(-1)).toMatch(line)
    expect(one.said()).not.toMatch(/^ +at /m)
}

describe("the lock", () => {
    test("of a set-up at work is waited for, with a word", async () => {
        pretend("npm", `while test ! -e ${checkout}/go; do sleep 0.1; done`)
        const first = setUp()
        await shows(first, "npm packages ...")
        const second = setUp()
        await shows(second, `waiting for another set-up of this checkout (process ${first.process.pid}) to end`)
        writeFileSync(join(checkout, "go"), "")
        await Promise.all([succeeds(first), succeeds(second)])
    })

    test("of one that was killed is gone with it, whatever process has its number now", async () => {
        pretend("npm", "exec sleep 60")
        const first = setUp()
        await shows(first, "npm packages ...")
        first.process.kill("SIGKILL")
        await first.ended
        writeFileSync(join(checkout, "build/setup.lock"), String(process.pid))
        pretend("npm", "exit 0")
        await succeeds(setUp())
    })

    test.each([
        ["empty", ""],
        ["of no number", "nonsense"],
    ])("that is %s does not matter", async (_, contents) => {
        mkdirSync(join(checkout, "build"))
        writeFileSync(join(checkout, "build/setup.lock"), contents)
        await succeeds(setUp())
    })

    test("that cannot be had on this machine is said, and set-up goes on", async () => {
        pretend("flock", "exit 65")
        const one = setUp()
        await succeeds(one)
        expect(one.said()).toContain("let only one set-up run at a time")
    })

    test("that cannot be made is one line", async () => {
        mkdirSync(join(checkout, "build/setup.lock"), { recursive: true })
        await failsWith(setUp(), /^set-up cannot go on: EISDIR/)
    })

    test("is not wanted where all is made: a checkout may be another's", async () => {
        await succeeds(setUp())
        for (const made of ["node_modules/koffi", "build/host/libwarmhello.so", "build/ts/cli/main.js"]) {
            mkdirSync(join(checkout, made), { recursive: true })
        }
        mkdirSync(join(checkout, "build/report/page.js"), { recursive: true })
        rmSync(join(checkout, "build/setup.lock"))
        mkdirSync(join(checkout, "build/setup.lock"))
        const again = setUp()
        expect(await again.ended, again.said()).toBe(0)
        expect(again.said()).toBe("")
    })
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
                `test "$1" = update || cp ${programs}/cmake ${programs}/ninja`,
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

    const whyNoMounts =
        spawnSync("unshare", ["-m", "true"]).status === 0 ? "" : " (left out: no mounts of its own here)"
    test.skipIf(whyNoMounts !== "")(`starts no server, and its policy goes with it${whyNoMounts}`, async () => {
        rmSync(join(programs, "ninja"))
        const [policy, seen] = ["/usr/sbin/policy-rc.d", join(checkout, "policy")]
        pretend("apt-get", `test "$1" = update || { cp ${policy} ${seen}; cp ${programs}/cmake ${programs}/ninja; }`)
        const script = [
            ...["mount -t tmpfs tmpfs /usr/sbin", `PATH=${programs}`, "export PATH"],
            `"${process.execPath}" dev/setup/setup.mjs && test ! -e ${policy}`,
        ].join("\n")
        const done = spawnSync("unshare", ["-m", "sh", "-ec", script], {
            cwd: checkout,
            env: { ...process.env, WOLFSSL_DIR: join(checkout, "wolfssl") },
            encoding: "utf8",
        })
        expect(done.status, done.stderr).toBe(0)
        expect(readFileSync(seen, "utf8")).toMatch(/exit 101\n$/)
    })

    test("that fails is shown", async () => {
        rmSync(join(programs, "ninja"))
        pretend("apt-get", "echo 'E: Temporary failure resolving the mirror' >&2; exit 100")
        await failsWith(setUp(), /apt-get could not install what is missing\. .*is there a network/)
    })
})
