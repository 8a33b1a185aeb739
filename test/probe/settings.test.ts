// Each setting that the probe advises, as it is printed, in the program that it is for: before it the server does not
// resume after the sleep, with it it does.
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { pathOf } from "#dev/servers/program.js"
import { serverNamed } from "#warmhello/probe/servers.js"
import type { Language } from "#warmhello/probe/target.js"
import { skipped } from "../support/needs.js"
import { nginx, type Recipe, type Running, run } from "./real-servers.js"
import { ask, FORGETS_S, SLEEP_MS } from "./support.js"

const ENOUGH_S = (2 * SLEEP_MS) / 1000

/** Says so as soon as it listens, which it does not without. */
const HAPROXY_READY = `core.register_task(function() io.stderr:write("listening\\n") end)`
const apacheModules = ["mpm_event", "authz_core", "ssl", "socache_shmcb"]

const serve = (program: string, ready: RegExp, configure: Recipe["args"], environment?: Recipe["environment"]) =>
    run({ program, ready, args: configure, ...(environment && { environment }) })

interface Program {
    name: string
    program: string
    language: Language
    /** Runs it with these lines where they belong. */
    start: (lines: string) => Promise<Running>
    /** What turns sessions off where there is no shorter lifetime to set. */
    off?: string
}

const programs: Program[] = [
    {
        ...{ name: "nginx", program: "nginx", language: "https" },
        start: (lines) => nginx({ settings: `${lines} ssl_protocols TLSv1.2 TLSv1.3;` }),
    },
    {
        ...{ name: "Apache", program: "apache2", language: "https" },
        start: (lines) =>
            serve("apache2", /AH02471: start_threads/, (port, folder, write) => [
                ...["-X", "-f"],
                write(
                    "apache.conf",
                    [
                        ...apacheModules.map(
                            (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
                        ),
                        ...[
                            "ServerName localhost",
                            `ServerRoot ${folder}`,
                            `DefaultRuntimeDir ${folder}`,
                            "PidFile pid",
                        ],
                        ...['ErrorLog "|/bin/cat"', "LogLevel warn mpm_event:debug", `Listen 127.0.0.1:${port}`],
                        ...["SSLEngine on", "SSLCertificateFile certificate.pem", "SSLCertificateKeyFile key.pem"],
                        lines.replace("/run/", `${folder}/`),
                    ].join("\n"),
                ),
            ]),
    },
    {
        ...{ name: "HAProxy", program: "haproxy", language: "https" },
        start: (lines) =>
            serve("haproxy", /^listening$/, (port, folder, write) => {
                write("ready.lua", HAPROXY_READY)
                write(
                    "identity.pem",
                    ["certificate", "key"].map((name) => readFileSync(`${folder}/${name}.pem`, "utf8")).join(""),
                )
                const configuration = `
                    global
                        lua-load ${folder}/ready.lua
                        ${lines}
                    defaults
                        mode http
                        timeout client 1m
                        timeout server 1m
                        timeout connect 1m
                    frontend tls
                        bind 127.0.0.1:${port} ssl crt identity.pem
                        http-request return status 200
                \n`
                return ["-db", "-f", write("haproxy.cfg", configuration)]
            }),
    },
    {
        ...{ name: "stunnel", program: "stunnel4", language: "tls" },
        start: (lines) =>
            serve("stunnel4", /Configuration successful/, (port, folder, write) => [
                write(
                    "stunnel.conf",
                    [
                        ...["foreground = yes", "syslog = no", "debug = info", "pid =", "[service]"],
                        ...[`accept = 127.0.0.1:${port}`, "exec = /usr/bin/cat", "execArgs = cat"],
                        ...[`cert = ${folder}/certificate.pem`, `key = ${folder}/key.pem`, lines],
                    ].join("\n"),
                ),
            ]),
    },
    {
        ...{ name: "Caddy", program: "caddy", language: "https" },
        off: '"session_tickets": {"disabled": true}',
        start: (lines) =>
            serve(
                "caddy",
                /serving initial configuration/,
                (port, folder, write) => {
                    const routes = [{ handle: [{ handler: "static_response", body: "" }] }]
                    const server = {
                        ...{ listen: [`127.0.0.1:${port}`], automatic_https: { disable: true }, routes },
                        tls_connection_policies: [{}],
                    }
                    const files = { certificate: `${folder}/certificate.pem`, key: `${folder}/key.pem` }
                    const configuration = {
                        admin: { disabled: true, config: { persist: false } },
                        storage: { module: "file_system", root: folder },
                        apps: {
                            http: { servers: { server } },
                            tls: { certificates: { load_files: [files] }, ...JSON.parse(`{${lines}}`) },
                        },
                    }
                    return ["run", "--config", write("caddy.json", JSON.stringify(configuration))]
                },
                (folder) => ({ HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }),
            ),
    },
    {
        ...{ name: "Node", program: "node", language: "tls" },
        start: (lines) =>
            serve("node", /^listening$/, (port, _, write) => [
                write(
                    "server.mjs",
                    `import tls from "node:tls"
                     import { readFileSync } from "node:fs"
                     const [cert, key] = [readFileSync("certificate.pem"), readFileSync("key.pem")]
                     const server = ${lines.replace("({", "({ cert, key,")}
                     server.on("secureConnection", (socket) => socket.on("error", () => {}).resume())
                     server.listen(${port}, "127.0.0.1", () => console.log("listening"))`,
                ),
            ]),
    },
]

test.concurrent.each(programs)("$name", async ({ name, program, language, start, off }) => {
    if (pathOf(program) === undefined) {
        skipped(`the setting of ${name}: there is no ${program} (npm run setup -- --interop)`)
        return
    }
    const setting = serverNamed(name)
    if (setting === undefined) throw new Error(`the probe has no settings for ${name}`)
    const probed = async (lines: string) => {
        await using running = await start(lines)
        return (await ask({ ...running, language })).verdict
    }
    expect(await probed(off ?? setting.lifetime(FORGETS_S))).toMatchObject({ answer: "does-not-resume" })
    const after = await probed(setting.lifetime(ENOUGH_S))
    expect(after.resumed, after.text).toBe(after.offered)
    expect(after.resumed).toBeGreaterThan(0)
})
