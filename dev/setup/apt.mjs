// @ts-check
// Debian's packages, installed by apt.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { pause } from "./lock.mjs"
import { adviceFor, SetupError } from "./problem.mjs"

/** An upgrade of the whole system takes less. */
const PATIENCE_MS = 15 * 60_000
const PAUSE_MS = 1000

/** invoke-rc.d asks this program whether a server may start; 101 forbids it. */
const POLICY = "/usr/sbin/policy-rc.d"
const POLICY_MARK = "# by the set-up of warmhello, for as long as it installs"

/** Keeps Debian from starting the servers that it installs, as tests start their own. The shell takes the policy away
 * again also when set-up is ended meanwhile. */
const WITHOUT_SERVICES = `
trap 'rm -f ${POLICY}' EXIT
trap 'exit 130' INT TERM HUP
printf '#!/bin/sh\\n${POLICY_MARK}\\nexit 101\\n' > ${POLICY} && chmod 755 ${POLICY} || exit
"$@"`

/** @param {string[]} command */
function withoutServices(command) {
    if (existsSync(POLICY) && readFileSync(POLICY, "utf8").includes(POLICY_MARK)) rmSync(POLICY) // of one that was killed
    return existsSync(POLICY) ? command : ["sh", "-c", WITHOUT_SERVICES, "sh", ...command]
}

/** apt tells who has one of its locks: on the lists, on what it has fetched, or dpkg's. @param {string} output */
function holderOf(output) {
    return /Could not get lock (\S+)\. It is held by (process \d+(?: \([^)]*\))?)/.exec(output)?.[2]
}

/** @param {string} output */
const isLocked = (output) => /Could not get lock|Unable to lock|is another process using it/.test(output)

/**
 * Runs apt-get, and again for as long as another program has its locks.
 * @param {string[]} command
 */
function apt(command) {
    const [program = "", ...args] = command
    const deadline = performance.now() + PATIENCE_MS
    for (let told = false; ; told = true) {
        const done = spawnSync(program, args, {
            encoding: "utf8",
            maxBuffer: 1 << 28,
            env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
        })
        if (done.status === 0) return
        const output = `${done.stdout ?? ""}${done.stderr ?? ""}${done.error?.message ?? ""}`.trim()
        if (!isLocked(output)) {
            throw new SetupError(`apt-get could not install what is missing.${adviceFor(output)}`, output)
        }
        const holder = holderOf(output) ?? "another program"
        if (performance.now() > deadline) {
            throw new SetupError(`apt has been in use by ${holder} for too long. End that, then run this again.`)
        }
        if (!told) process.stderr.write(` waiting for ${holder}, which uses apt ...`)
        pause(PAUSE_MS)
    }
}

/** @param {string[]} packages */
export function installPackages(packages) {
    apt(["apt-get", "update", "-qq"])
    apt(withoutServices(["apt-get", "install", "-y", "--no-install-recommends", ...packages]))
}
