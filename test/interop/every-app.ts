// The apps in the simulator against servers that know nothing of warmhello, wherever the core runs.
import { describe, expect, test } from "vitest"
import { kinds } from "#dev/interop/board.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startMosquitto } from "#dev/servers/mosquitto.js"
import { startNginx } from "#dev/servers/nginx.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import { resultsOf, runApp } from "../ts/support/simulate.js"

const identity = await createIdentity()
const serverAt = (port: number) => ({ host: "localhost", port, ca: Buffer.from(identity.ca) })

export function describeEveryApp(): void {
    describe.each(["id", "ticket", "psk"] as const)("with a session of kind %s", (kind) => {
        test("the MQTT app publishes to mosquitto at each wake, and every wake after the first resumes", async () => {
            using server = await startMosquitto({ identity: identity.server })
            const { wakes, lines, error } = await runApp("mqtt", { ...kinds[kind], server: serverAt(server.port) })
            expect(error).toBeUndefined()
            expect(resultsOf(wakes)).toEqual(["full", "resumed", "resumed"])
            expect(wakes.map((wake) => wake.kind)).toEqual([null, kind, kind])
            expect(lines.filter(({ text }) => text === "published 21 C")).toHaveLength(3)
            const topic = "'warmhello/readings'"
            await server.line(new RegExp(`Received PUBLISH from \\S+ \\(.*${topic}, ... \\(14 bytes\\)\\)`))
        })

        test("the app that publishes with QoS 1 knows that mosquitto has its reading", async () => {
            using server = await startMosquitto({ identity: identity.server })
            const { wakes, lines } = await runApp("publish", { ...kinds[kind], server: serverAt(server.port) })
            expect(resultsOf(wakes)).toEqual(["full", "resumed", "resumed"])
            const own = lines.map(({ text }) => text).filter((text) => !text.startsWith("mqtt:"))
            expect(own).toEqual(
                [0, 1, 2].flatMap((n) => ["published 21 C, and the broker has it", `1 full, ${n} resumed so far`]),
            )
            await server.line(/Received PUBLISH from \S+ \(d\d, q1, /)
        })

        test("the https app reports to nginx at each wake, and every wake after the first resumes", async () => {
            using server = await startNginx({ identity: identity.server })
            const { wakes, lines } = await runApp("app", { ...kinds[kind], server: serverAt(server.port) })
            expect(resultsOf(wakes)).toEqual(["full", "resumed", "resumed"])
            expect(lines.map(({ text }) => text)).toEqual(Array(3).fill("sent 21 C, server answers 200"))
        })

        test("an app fetches OpenSSL's page at each wake, and every wake after the first resumes", async () => {
            using server = await startOpenssl({ identity: identity.server })
            const { wakes, lines } = await runApp("gets", { ...kinds[kind], server: serverAt(server.port) })
            expect(resultsOf(wakes)).toEqual(["full", "resumed", "resumed"])
            expect(lines.map(({ text }) => text)).toEqual(Array(3).fill("answered"))
        })
    })
}
