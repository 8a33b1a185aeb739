// The preload, in a process of DeviceScript's own tools, and the C example: what a server does ends them as any other body
// of the core (test/ts/hostile-servers.test.ts, test/mcu/hostile-servers.test.ts).
import { execFile } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { checkoutPath } from "#warmhello/base/paths.js"
import { type Body, describeHostileServers, type Ended } from "../support/hostile-table.js"
import type { HostileServer } from "../support/servers/hostile.js"
import { temporaryFolder } from "../support/temporary-folder.js"

const folder = temporaryFolder()

interface Ran {
    stdout: string
    stderr: string
}

function run(program: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Ran> {
    return new Promise((done) => {
        execFile(program, args, { ...options, encoding: "utf8" }, (_, stdout, stderr) => done({ stdout, stderr }))
    })
}

let files = 0

function caFile({ ca }: HostileServer): string {
    const path = join(folder, `ca-${++files}.pem`)
    writeFileSync(path, ca)
    return path
}

/** Undefined where it opened each time, or was never heard of. */
const lasted = ({ lastedMs }: HostileServer) => (Number.isNaN(lastedMs) ? undefined : lastedMs)

const DEADLINE_MS = 3000

const preload: Body = {
    deadlineMs: DEADLINE_MS,
    slackMs: 3000,
    earlyMs: 500,
    async connects(server, count) {
        const ca = caFile(server)
        const env = {
            ...process.env,
            ...{ NODE_OPTIONS: `--import ${checkoutPath("build/ts/preload/main.js")}`, WARMHELLO_CA: ca },
            ...{ WARMHELLO_SERVER: `localhost:${server.port}`, WARMHELLO_STATE: `${ca}.rtc` },
            ...{ WARMHELLO_CONNECT_TIMEOUT: `${DEADLINE_MS}ms`, NO_COLOR: "1", NO_UPDATE_NOTIFIER: "1" },
        }
        const ended: Ended[] = []
        while (ended.length < count) {
            const args = ["run", "src/local.ts", "--test"]
            const devs = checkoutPath("node_modules/.bin/devs")
            const { stdout, stderr } = await run(devs, args, { cwd: checkoutPath("test/apps"), env })
            const [, result] = /^warmhello: (full|resumed) \(/m.exec(stdout + stderr) ?? []
            const [, problem = null] = /^warmhello: error: localhost:\d+: (.*)$/m.exec(stdout + stderr) ?? []
            ended.push({ problem, result })
        }
        return ended.map((one, n) => (n === count - 1 ? { ...one, durationMs: lasted(server) } : one))
    },
}

/** Its deadline is the core's own: of the 20 s TLS has half. It connects twice, the second time with a session. */
const example: Body = {
    deadlineMs: 10_000,
    slackMs: 1000,
    earlyMs: 500,
    alwaysTwice: true,
    async connects(server, count) {
        const resume = checkoutPath("build/asan/resume")
        const { stdout, stderr } = await run(resume, ["localhost", String(server.port), caFile(server)])
        const results = stdout.split("\n").filter((line) => line !== "")
        const [, problem = null] = /^resume: localhost:\d+: (.*)$/m.exec(stderr) ?? []
        const ended = results.map((line): Ended => ({ problem: null, result: JSON.parse(line).result }))
        const all = ended.map((one) => (one.result === "failed" ? { ...one, problem } : one)).slice(0, count)
        return all.map((one, n) => (n === count - 1 ? { ...one, durationMs: lasted(server) } : one))
    },
}

describeHostileServers("the preload", preload)
describeHostileServers("the C example", example)
