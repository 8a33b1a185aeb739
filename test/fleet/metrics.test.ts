// The metrics as they are served, and Grafana's dashboard asked of a real Prometheus.
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { freePort } from "#dev/servers/free-port.js"
import { attributes, metrics, prometheusLabel, prometheusName } from "#warmhello/fleet/metric-names.js"
import { startCommand } from "../ts/support/command.js"
import { dashboard, queries } from "./dashboard.js"
import { failed, full, RunningFleet, resumed, until } from "./programs.js"
import { Prometheus } from "./prometheus.js"

let fleet: RunningFleet
let prometheus: Prometheus

/** One of everything that a device can say. */
async function sendAll(): Promise<void> {
    const more = { energyMj: 120, bytesTx: 370, bytesRx: 251, firmware: "1.2" }
    const send = (device: string, report: object) =>
        fleet.post(device, JSON.stringify({ ...more, device, server: "mq.example", ...report }), "application/x-ndjson")
    for (const report of [full, resumed, resumed, failed, failed]) await send("a", report)
    await fleet.post("b", "{}")
}

beforeAll(async () => {
    fleet = await RunningFleet.start()
    prometheus = await Prometheus.start(fleet.pagePort)
    await sendAll()
})

afterAll(async () => {
    await fleet?.end()
    await prometheus?.[Symbol.asyncDispose]()
})

test("Prometheus scrapes what was reported, to the number", async () => {
    const wakes = await prometheus.scraped(prometheusName("wakes"))
    const counts = wakes.map(({ metric, value: [, count] }) => [metric[prometheusLabel("result")], count])
    expect(Object.fromEntries(counts)).toEqual({ full: "1", resumed: "2", failed: "2" })
    expect(wakes.map(({ metric }) => metric)).toContainEqual(
        expect.objectContaining({
            ...{ warmhello_reason: "refused", tls_protocol_version: "1.3" },
            ...{ server_address: "mq.example", warmhello_firmware: "1.2" },
        }),
    )
    const [bucket] = await prometheus.query(
        `${prometheusName("handshake")}_bucket{le="0.1",warmhello_result="resumed"}`,
    )
    expect(bucket?.value[1]).toBe("2")
    const [energy] = await prometheus.query(`sum(${prometheusName("energy")}_sum)`)
    expect(Number(energy?.value[1])).toBeCloseTo(0.6)
})

describe("Grafana's dashboard", () => {
    test("is of a schema that Grafana 10 and later read, its panels side by side and none over another", () => {
        expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36)
        expect(dashboard.panels.length).toBeGreaterThan(10)
        const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
            Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
        )
        expect(new Set(cells).size).toBe(cells.length)
        for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
    })

    test.each(queries)("asks what Prometheus understands: $title: $expression", async ({ expression }) => {
        await prometheus.query(expression)
    })

    test("asks only for metrics that are served, and by labels that they have", async () => {
        await prometheus.scraped(prometheusName("wakes"))
        const served = await fleet.metrics()
        for (const { expression, legend } of queries) {
            for (const [name] of expression.matchAll(/warmhello_\w+(?=[{[)]|$| )/g)) {
                const isLabel = Object.keys(attributes).some(
                    (key) => prometheusLabel(key as keyof typeof attributes) === name,
                )
                if (!isLabel) expect(served, expression).toMatch(new RegExp(`^${name}(\\{| )`, "m"))
            }
            for (const label of legend) expect(served).toContain(`${label}="`)
        }
    })

    test("shows each metric", () => {
        const asked = queries.map(({ expression }) => expression).join("\n")
        const shown = Object.keys(metrics).filter((name) =>
            asked.includes(prometheusName(name as keyof typeof metrics)),
        )
        expect(shown.toSorted()).toEqual(
            Object.keys(metrics)
                .filter((name) => name !== "repeated")
                .toSorted(),
        )
    })

    test("tells the share that resumed", async () => {
        const share = queries.find(({ title }) => title.startsWith("Share resumed, of"))?.expression ?? ""
        for (let n = 0; n < 3; n++)
            await fleet.post("c", JSON.stringify({ ...resumed, server: "mq.example", firmware: "1.2" }))
        const samples = await until(
            () => prometheus.query(share.replaceAll("increase(", "(").replaceAll("[1h]", "")),
            ([sample]) => sample?.value[1] !== undefined && Number(sample.value[1]) > 0.8,
        )
        expect(Number(samples[0]?.value[1])).toBeCloseTo(5 / 6)
    })
})

test("a receiver of OTLP gets the same numbers; that it is away is said once, and that it is back", async () => {
    const bodies: string[] = []
    const receiver = createServer(async (request, response) => {
        let body = ""
        for await (const text of request.setEncoding("utf8")) body += text
        bodies.push(`${request.url} ${body}`)
        response.writeHead(200, { "content-type": "application/json" }).end("{}")
    })
    const port = await freePort()
    const page = await freePort()
    const http = await freePort()
    const running = startCommand([
        ...["fleet", "--http", String(http), "--page", String(page), "--otlp", `http://127.0.0.1:${port}`],
        ...["--otlp-every", "200ms"],
    ])
    await running.shows("takes no metrics (")
    const post = fetch(`http://127.0.0.1:${http}/outcomes/a`, { method: "POST", body: JSON.stringify(full) })
    expect((await post).status).toBe(204)
    receiver.listen(port, "127.0.0.1")
    await once(receiver, "listening")
    expect((receiver.address() as AddressInfo).port).toBe(port)
    await running.shows("takes metrics again")
    const last = await until(
        async () => bodies.at(-1) ?? "", // the first is what was tried again from before the report
        (body) => body.includes('"refused"'),
    )
    expect(last).toMatch(/^\/v1\/metrics /)
    const { resourceMetrics } = JSON.parse(last.replace(/^\S+ /, ""))
    const [{ resource, scopeMetrics }] = resourceMetrics
    expect(JSON.stringify(resource)).toContain("warmhello-fleet")
    const all = Object.fromEntries(
        scopeMetrics.flatMap((scope: { metrics: { name: string }[] }) => scope.metrics.map((one) => [one.name, one])),
    )
    expect(all["warmhello.wakes"].sum).toMatchObject({ isMonotonic: true, dataPoints: [{ asInt: 1 }] })
    expect(all["warmhello.handshake.duration"].histogram.dataPoints).toMatchObject([{ count: 1, sum: 0.61 }])
    running.process.kill("SIGINT")
    const { stdout } = await running.ended
    expect(stdout.match(/takes no metrics/g)).toHaveLength(1)
    receiver.close()
    receiver.closeAllConnections()
})
