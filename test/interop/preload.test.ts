// DeviceScript's own tools, unmodified, with one line of environment.
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { expect, test } from "vitest"
import { FaultProxy } from "#dev/network/fault-proxy.js"
import { earlyNginx } from "#dev/servers/early-data.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startNginx } from "#dev/servers/nginx.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { temporaryFolder } from "../support/temporary-folder.js"

const folder = temporaryFolder()
const identity = await createIdentity()
const ca = join(folder, "ca.pem")
writeFileSync(ca, identity.ca)

const DEVS = checkoutPath("node_modules/.bin/devs")
const PRELOAD = checkoutPath("build/ts/preload/main.js")

/** The app names warmhello.test; the certificate is for localhost, so the app must name that. */
function environment(port: number, more: Record<string, string> = {}): NodeJS.ProcessEnv {
    return {
        ...process.env,
        ...{ NODE_OPTIONS: `--import ${PRELOAD}`, WARMHELLO_CA: ca, WARMHELLO_SERVER: `localhost:${port}` },
        ...{ NO_COLOR: "1", NO_UPDATE_NOTIFIER: "1", ...more },
    }
}

function run(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
    return new Promise((done) => {
        const options = { cwd: checkoutPath("test/apps"), env, encoding: "utf8" } as const
        execFile(DEVS, args, options, (_, stdout, stderr) => done(stdout + stderr))
    })
}

const outcomes = (output: string) => output.match(/^warmhello: .*?,/gm)

test("devs run --test connects through the core, and the next run resumes", async () => {
    using server = await startNginx({ identity: identity.server })
    const env = environment(server.port, { WARMHELLO_STATE: join(folder, "rtc"), WARMHELLO_TLS: "1.3" })
    const first = await run(["run", "src/local.ts", "--test"], env)
    expect(first).toContain("answered 200")
    expect(outcomes(first)).toEqual(["warmhello: full (none),"])
    const second = await run(["run", "src/local.ts", "--test"], env)
    expect(second).toContain("answered 200")
    expect(outcomes(second)).toEqual(["warmhello: resumed (accepted),"])
})

test("with consent, an app's request is with the server before that has said anything", async () => {
    using server = await earlyNginx({ identity: identity.server, earlyDataMax: () => 4000 })
    using line = await FaultProxy.start(server.server.port)
    const state = join(folder, "early")
    const env = environment(line.port, {
        ...{ WARMHELLO_STATE: state, WARMHELLO_TLS: "1.3", WARMHELLO_EARLY_DATA: "1" },
    })
    expect(await run(["run", "src/local.ts", "--test"], env)).toContain("answered 200")
    const hello = line.last.flights[0]?.size ?? 0
    // Longer than a hello with the ticket alone: the server's answer waits for the request.
    line.plan([{ direction: "toClient", at: 0, fault: { do: "hold", untilOther: hello + 400 } }])
    const second = await run(["run", "src/local.ts", "--test"], env)
    expect(second).toContain("answered 200")
    expect(second).toMatch(/^warmhello: resumed .*, early data accepted$/m)
    expect(line.last.flights[0]?.direction).toBe("toServer")
})

test("a CA file that cannot be used is told by what it is", async () => {
    using server = await startNginx({ identity: identity.server })
    const der = join(folder, "ca.p7c")
    execFileSync("openssl", ["crl2pkcs7", "-nocrl", "-certfile", ca, "-outform", "der", "-out", der])
    const output = await run(["run", "src/local.ts", "--test"], environment(server.port, { WARMHELLO_CA: der }))
    expect(output).toContain("the CA holds no certificate: it is PKCS#7 in DER")
    expect(output).toContain("openssl pkcs7 -inform der -print_certs -in FILE -out FILE.pem")
})

test("of two servers in turn the pinned one keeps its session, and the other is told why", async () => {
    using first = await startNginx({ identity: identity.server })
    using second = await startNginx({ identity: identity.server })
    const visit = async (port: number, more: Record<string, string> = {}) => {
        const state = { WARMHELLO_STATE: join(folder, "rtc-of-two"), WARMHELLO_TLS: "1.2" }
        return outcomes(await run(["run", "src/local.ts", "--test"], environment(port, { ...state, ...more })))
    }
    const pin = { WARMHELLO_PIN: `localhost:${second.port}` }
    expect(await visit(first.port)).toEqual(["warmhello: full (none),"])
    expect(await visit(second.port, pin)).toEqual(["warmhello: full (other-binding),"])
    expect(await visit(first.port, pin)).toEqual(["warmhello: full (alternating-peers),"])
    expect(await visit(second.port, pin)).toEqual(["warmhello: resumed (accepted),"])
})

test("a connect that fails is an exception in the app at once, and its reason is printed", async () => {
    using server = await startNginx({ identity: (await createIdentity()).server })
    const output = await run(["run", "src/local.ts", "--test"], environment(server.port))
    const reason = `localhost:${server.port}: the server's certificate is not signed by the given CA`
    expect(output).toContain(`error: ${reason}`)
    expect(output).toContain(`Unhandled exception`)
    expect(output).toMatch(new RegExp(`message: .*${reason}`))
})

test("a setting that cannot be used is named", async () => {
    const output = await run(["run", "src/local.ts", "--test"], environment(1, { WARMHELLO_TLS: "1.1" }))
    expect(output).toContain("WARMHELLO_TLS=1.1")
})

test("a consent to early data that cannot be read is an error, and not one that was withheld", async () => {
    const env = environment(1, { WARMHELLO_EARLY_DATA: "yes" })
    expect(await run(["run", "src/local.ts", "--test"], env)).toContain("WARMHELLO_EARLY_DATA=yes")
})

function line(child: ChildProcess, pattern: RegExp): Promise<string> {
    return new Promise((found, failed) => {
        child.once("close", () => failed(new Error(`ended without ${pattern}`)))
        for (const stream of [child.stdout, child.stderr]) {
            if (stream !== null) {
                createInterface({ input: stream }).on("line", (text) => pattern.test(text) && found(text))
            }
        }
    })
}

/** Builds devs/sim as its own script does, and starts it. */
async function startSim(env: NodeJS.ProcessEnv): Promise<ChildProcess> {
    execFileSync("npm", ["run", "--silent", "build:sim"], { cwd: checkoutPath("devs") })
    const sim = spawn(process.execPath, [".devicescript/sim/app.js"], { cwd: checkoutPath("devs"), env })
    await line(sim, /^TLS Session service/)
    return sim
}

test.each([
    ["not set", undefined, /^Set WARMHELLO_SIM to a path/],
    ["in no folder", join(folder, "no/such/sim"), /^WARMHELLO_SIM=.*no\/such\/sim cannot be listened on/],
])("devs/sim with WARMHELLO_SIM %s says so, and no more", async (_, socket, message) => {
    const cwd = checkoutPath("devs")
    execFileSync("npm", ["run", "--silent", "build:sim"], { cwd })
    const { WARMHELLO_SIM: __, ...env } = process.env
    const sim = spawn(process.execPath, [".devicescript/sim/app.js"], {
        cwd,
        env: { ...env, ...(socket !== undefined && { WARMHELLO_SIM: socket }) },
    })
    let stderr = ""
    sim.stderr.on("data", (text) => (stderr += text))
    const [code] = await once(sim, "close")
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split("\n")).toHaveLength(1)
})

/** Its ports are fixed (8081 to 8083). */
test("beside devs devtools, an app uses the service that devs/sim starts", async () => {
    using server = await startNginx({ identity: identity.server })
    const env = environment(server.port, { WARMHELLO_SIM: join(folder, "sim"), WARMHELLO_TLS: "1.2" })
    const options = { cwd: checkoutPath("devs"), env }
    const tools = spawn(DEVS, ["devtools"], options)
    let sim: ChildProcess | undefined
    try {
        await line(tools, /dbgserver/)
        sim = await startSim(env)
        for (const outcome of [/full \(none\), received \d+ B/, /resumed \(accepted\), received \d+ B/]) {
            const app = spawn(DEVS, ["run", "src/telemetry.ts"], options)
            try {
                expect(await line(app, outcome)).toMatch(outcome)
            } finally {
                app.kill()
            }
        }
    } finally {
        sim?.kill()
        tools.kill()
    }
}, 120_000)

test("devs run beside devs devtools connects through the core", async () => {
    using server = await startNginx({ identity: identity.server })
    const options = { cwd: checkoutPath("test/apps"), env: environment(server.port) }
    const tools = spawn(DEVS, ["devtools"], options)
    try {
        await line(tools, /dbgserver/)
        const app = spawn(DEVS, ["run", "src/local.ts"], options)
        try {
            await line(app, /^warmhello: full \(none\)/)
        } finally {
            app.kill()
        }
    } finally {
        tools.kill()
    }
})

test("other users of tls in the process are left alone", async () => {
    const script = `
        const tls = require("tls")
        const plain = tls.connect({ host: "127.0.0.1", port: 1, rejectUnauthorized: false })
        plain.on("error", () => {})
        const ofVm = tls.connect({ host: "127.0.0.1", port: 1 })
        ofVm.on("error", () => {})
        const byPort = tls.connect(1, "127.0.0.1")
        byPort.on("error", () => {})
        const named = (socket) => socket instanceof tls.TLSSocket
        console.log(named(plain), named(ofVm), named(byPort))`
    const output = await new Promise<string>((done) => {
        execFile(process.execPath, ["-e", script], { env: environment(1), encoding: "utf8" }, (_, stdout) =>
            done(stdout),
        )
    })
    expect(output).toContain("true false true")
})
