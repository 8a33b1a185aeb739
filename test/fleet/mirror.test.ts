// An app over HTTP puts its outcome in a header of what it sends to its own server. nginx in front of that mirrors its
// requests to warmhello fleet, and neither app nor server knows.
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, test } from "vitest"
import "#dev/servers/nginx.js"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { freePort } from "#dev/servers/free-port.js"
import { Program } from "#dev/servers/program.js"
import { compactOf, encodeOutcome } from "#warmhello/base/compact-outcome.js"
import { outcomeSchema } from "#warmhello/base/outcome.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { RunningFleet } from "./programs.js"

const folder = temporaryFolder()

const configuration = (port: number, app: number, fleet: number): string => `
    daemon off;
    master_process off;
    pid ${folder}/pid;
    error_log stderr notice;
    events { worker_connections 64; }
    http {
        access_log off;
        ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((use) => `${use}_temp_path ${folder}/${use};`).join(" ")}
        server {
            listen 127.0.0.1:${port};
            location ~ ^/readings/(?<device>[^/]+)$ {
                mirror /fleet;
                mirror_request_body off;
                proxy_pass http://127.0.0.1:${app};
            }
            location = /fleet {
                internal;
                proxy_pass http://127.0.0.1:${fleet}/outcomes/$device;
                proxy_pass_request_body off;
                proxy_set_header Content-Length "";
            }
        }
    }`

const outcome = outcomeSchema.parse({
    ...{ result: "resumed", reason: "accepted", error: null, alert: -1, wolfsslError: 0, protocol: "TLS1.3" },
    ...{ kind: "psk", cipher: null, group: null, handshakeUs: 61_500, bytesTx: 370, bytesRx: 251, flights: 3 },
    ...{ totalTx: 500, totalRx: 400, sessionAgeS: 600, sessionLifetimeS: 7200, stored: "rtc", storeError: null },
    ...{ backoffS: 0, attempts: 1 },
})

test("nginx's mirror of an app's requests is enough", async () => {
    const readings: string[] = []
    const app = createServer(async (request, response) => {
        let body = ""
        for await (const text of request.setEncoding("utf8")) body += text
        readings.push(`${request.url} ${body}`)
        response.end("thanks")
    }).listen(0, "127.0.0.1")
    await once(app, "listening")
    const fleet = await RunningFleet.start()
    const port = await freePort()
    writeFileSync(join(folder, "nginx.conf"), configuration(port, (app.address() as AddressInfo).port, fleet.httpPort))
    using nginx = new Program("nginx", ["-c", join(folder, "nginx.conf"), "-p", folder], {}, folder)
    await nginx.line(/using the "epoll" event method/)
    const hex = Buffer.from(encodeOutcome(compactOf(outcome, { firmware: 10402 }))).toString("hex")
    const send = (headers: Record<string, string>) =>
        fetch(`http://127.0.0.1:${port}/readings/porch`, { method: "POST", headers, body: "21.5" })
    expect(await (await send({ "Warmhello-Outcome": hex })).text()).toBe("thanks")
    const summary = await fleet.counted(1)
    expect(summary).toMatchObject({ results: { resumed: 1 }, firmwares: [{ name: "10402" }], devices: 1 })
    expect(await (await send({ "Warmhello-Outcome": "nonsense" })).text()).toBe("thanks")
    expect(readings).toEqual(["/readings/porch 21.5", "/readings/porch 21.5"])
    await fleet.end()
    app.close()
    app.closeAllConnections()
})
