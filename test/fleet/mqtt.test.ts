// Reports by way of a real mosquitto: what devices publish is counted once, whatever is down meanwhile.
import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import mqtt, { type MqttClient } from "mqtt"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { freePort } from "#dev/servers/free-port.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { startCommand, warmhello } from "../ts/support/command.js"
import { Broker } from "./broker.js"
import { failed, full, RunningFleet, resumed } from "./programs.js"

const folder = temporaryFolder()

function brokerFolder(name: string): string {
    const path = join(folder, name)
    mkdirSync(path)
    return path
}

const publish = (client: MqttClient, device: string, report: object) =>
    client.publishAsync(`warmhello/${device}/outcome`, JSON.stringify(report), { qos: 1 })

describe("with a broker", () => {
    let broker: Broker
    let devices: MqttClient

    beforeAll(async () => {
        broker = await Broker.start(brokerFolder("broker"), await freePort())
        devices = await mqtt.connectAsync(broker.url)
    })
    afterAll(async () => {
        await devices.endAsync()
        await broker[Symbol.asyncDispose]()
    })

    test("killed, it gets what was published meanwhile, and counts each once", async () => {
        const args = ["--mqtt", broker.url, "--state", join(folder, "state")]
        const first = await RunningFleet.start(args)
        await first.command.shows("reports from")
        for (let n = 0; n < 20; n++) await publish(devices, `device-${n % 4}`, { ...resumed, handshakeMs: n })
        await first.counted(20)
        const sending = Promise.all(
            Array.from({ length: 200 }, (_, n) => publish(devices, "busy", { ...resumed, handshakeMs: n })),
        )
        first.command.process.kill("SIGKILL")
        await Promise.all([sending, first.command.ended])
        await publish(devices, "quiet", failed)
        const second = await RunningFleet.start(args)
        await second.counted(221)
        const { reports, devices: known } = await second.summary()
        expect({ reports, known }).toEqual({ reports: 221, known: 6 })
        await second.end()
    })

    test("what is no report is taken from the queue, counted and skipped", async () => {
        const fleet = await RunningFleet.start(["--mqtt", broker.url, "--state", join(folder, "bad")])
        await fleet.command.shows("reports from")
        await devices.publishAsync("warmhello/bad/outcome", "\x00garbage", { qos: 1 })
        await devices.publishAsync("warmhello/bad/outcome", "{}", { qos: 1 })
        await publish(devices, "good", full)
        const summary = await fleet.counted(1)
        expect(summary).toMatchObject({ reports: 1, refused: { "not-cbor": 1, "not-an-outcome": 1 } })
        await fleet.end()
        const again = await RunningFleet.start(["--mqtt", broker.url, "--state", join(folder, "bad")])
        await again.command.shows("reports from")
        await publish(devices, "good", full)
        expect((await again.counted(2)).refused).toMatchObject({ "not-cbor": 1 })
        await again.end()
    })

    test("a simulated device's wakes are seen", async () => {
        const fleet = await RunningFleet.start(["--mqtt", broker.url])
        await fleet.command.shows("reports from")
        const { code, stderr } = await warmhello(
            ...["simulate", "--cycles", "4", "--report", `${broker.url}/warmhello/sim-1/outcome`],
        )
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
        const summary = await fleet.counted(4)
        expect(summary.results).toEqual({ full: 1, resumed: 3, failed: 0 })
        expect(summary.causes).toMatchObject([{ word: "none", wakes: 1 }])
        expect(summary.handshakeMs.full).toBeGreaterThan(0)
        await fleet.end()
    })
})

test("a broker that goes away is tried until it is back, and both are said", async () => {
    const [path, port] = [brokerFolder("restarted"), await freePort()]
    const fleet = await RunningFleet.start(["--mqtt", `mqtt://127.0.0.1:${port}`, "--state", join(folder, "away")])
    await fleet.command.shows("is away (")
    {
        await using _broker = await Broker.start(path, port)
        await fleet.command.shows("reports from")
    }
    await using broker = await Broker.start(path, port)
    const devices = await mqtt.connectAsync(broker.url)
    await publish(devices, "a", resumed)
    await fleet.counted(1)
    await devices.endAsync()
    const { code, stdout } = await fleet.end()
    expect(code).toBe(130)
    expect(stdout.match(/is away/g)).toHaveLength(2)
    expect(stdout).toContain("100 % of the wakes that opened resumed: 1 report of 1 device")
})

test("a broker that wants a password ends it, unless it is given", async () => {
    const path = brokerFolder("closed")
    execFileSync("mosquitto_passwd", ["-c", "-b", join(path, "users"), "fleet", "right"], { stdio: "ignore" })
    await using broker = await Broker.start(path, await freePort(), [
        "allow_anonymous false",
        `password_file ${join(path, "users")}`,
    ])
    const args = ["fleet", "--mqtt", broker.url, "--page", String(await freePort())]
    const { code, stderr } = await warmhello(...args)
    expect(code).toBe(5)
    expect(stderr).toMatch(/^error: the broker mqtt:\/\/127\.0\.0\.1:\d+ refuses: .*\n.*WARMHELLO_MQTT_PASSWORD/)
    const names = { WARMHELLO_MQTT_USERNAME: "fleet", WARMHELLO_MQTT_PASSWORD: "right" }
    const running = startCommand(args, names)
    await running.shows("reports from")
    running.process.kill("SIGINT")
    expect((await running.ended).stdout).not.toContain("right")
})

test("a broker that wants a certificate gets it; what TLS does not get by with ends it, and says what to name", async () => {
    const path = brokerFolder("tls")
    const file = (name: string, contents: string) => {
        writeFileSync(join(path, name), contents)
        return join(path, name)
    }
    const authority = await createCertificateAuthority()
    const ca = file("ca.pem", authority.certificate)
    const server = await authority.issue({ names: ["localhost"] })
    const client = await authority.issue({ names: ["collector"], purpose: "client" })
    const port = await freePort()
    await using broker = await Broker.start(path, port, [
        ...["allow_anonymous true", "require_certificate true", `cafile ${ca}`],
        ...[`certfile ${file("server.pem", server.certificate)}`, `keyfile ${file("server.key", server.key)}`],
    ])
    expect(broker.url).toContain(String(port))
    const fleet = (host: string, ...more: string[]) => [
        "fleet",
        "--page",
        "0",
        "--mqtt",
        `mqtts://${host}:${port}`,
        ...more,
    ]
    const identity = ["--cert", file("client.pem", client.certificate), "--key", file("client.key", client.key)]
    const wrong: [string[], RegExp][] = [
        [fleet("localhost", ...identity), /self-signed certificate in certificate chain/],
        [fleet("127.0.0.1", "--ca", ca, ...identity), /IP: 127\.0\.0\.1 is not in the cert's list/],
        [fleet("localhost", "--ca", ca), /alert certificate required|handshake failure/],
    ]
    for (const [args, why] of wrong) {
        const { code, stderr } = await warmhello(...args)
        expect(stderr).toMatch(/^error: TLS with mqtts:\/\/\S+:\d+ fails: .+\n--ca names .*--cert and --key .*\n$/)
        expect(stderr).toMatch(why)
        expect(stderr).not.toMatch(/openssl\/|error:[0-9A-F]/)
        expect(code).toBe(5)
    }
    const running = startCommand(fleet("localhost", "--ca", ca, ...identity))
    await running.shows("reports from")
    // Simulated devices trust what Node trusts.
    const trusts = { NODE_EXTRA_CA_CERTS: ca }
    const refused = await startCommand(["simulate", "--report", `mqtts://localhost:${port}`], trusts).ended
    expect(refused.stderr).toMatch(/^error: mqtts:\/\/\S+ takes no report: /)
    expect(refused.code).toBe(4)
    running.process.kill("SIGINT")
    expect((await running.ended).code).toBe(130)
})
