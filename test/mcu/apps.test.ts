// The apps run in DeviceScript's virtual machine on this machine, TLS and the session on the microcontroller.
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { RemoteCore } from "#warmhello/mcu/remote-core.js"
import { describeEveryApp } from "../interop/every-app.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { resultsOf, runApp } from "../ts/support/simulate.js"
import { whyNoMcu } from "./support.js"

const missing = whyNoMcu()

describe.skipIf(missing !== undefined)("on the emulated microcontroller", () => {
    let core: RemoteCore
    const folder = temporaryFolder()
    beforeAll(() => {
        core = RemoteCore.start("rv32")
    })
    afterAll(() => core[Symbol.dispose]())

    describeEveryApp()

    // A session of TLS 1.2 is not renewed: one whose age was lost is offered once on trust.
    test.each(["1.2", "1.3"] as const)("the session outlives losses of power in flash (TLS %s)", async (version) => {
        const { wakes, error } = await runApp("app", {
            ...{ minVersion: version, maxVersion: version, cycles: 5, powerLossEvery: 3 },
            flash: join(folder, `flash-${version}`),
        })
        expect(error).toBeUndefined()
        expect(wakes.map(({ powerLost }) => powerLost)).toEqual([true, false, false, true, false])
        expect(resultsOf(wakes)).toEqual(["full", "resumed", "resumed", "resumed", "resumed"])
        expect(wakes.slice(0, 3).map(({ stored }) => stored)).toEqual(["both", "both", "both"])
        expect(wakes.map(({ serverSaysResumed }) => serverSaysResumed)).toEqual(
            wakes.map(({ result }) => result === "resumed"),
        )
    })

    test("without flash a loss of power costs one full handshake", async () => {
        const { wakes } = await runApp("app", { cycles: 4, powerLossEvery: 2 })
        expect(resultsOf(wakes)).toEqual(["full", "resumed", "full", "resumed"])
    })

    test("a server that cannot be trusted is refused with the same words as on this machine", async () => {
        const { error } = await runApp("app", {
            server: { host: "localhost", port: 1, ca: Buffer.from("nonsense") },
        }).catch((thrown) => ({ error: thrown }))
        expect(error).toMatchObject({ code: "ca-unreadable" })
    })
})
