// Keys and signatures are the same in each build of the firmware as on this machine.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { restartWithFlash } from "#warmhello/core/platform.js"
import { RemoteCore } from "#warmhello/mcu/remote-core.js"
import { HOST } from "../trust/certificates.js"
import { askUs } from "../trust/clients.js"
import { keyRows } from "../trust/key-rows.js"
import { serveChains } from "../trust/servers.js"
import { asPem, chainsOf, expectedOf } from "../trust/table.js"
import { whyNoMcu } from "./support.js"

const missing = whyNoMcu()

describe.skipIf(missing !== undefined).each(["size", "speed"] as const)("the %s build", (build) => {
    let core: RemoteCore
    beforeAll(() => {
        core = RemoteCore.start("rv32", build)
        restartWithFlash(undefined)
    })
    afterAll(() => core[Symbol.dispose]())

    test.each(keyRows.map((row) => [row.title, row] as const))("%s", async (_, row) => {
        const { trusted, host = HOST, ...sent } = row.make()
        await using server = await serveChains(chainsOf(sent))
        const ours = await askUs({ host, port: server.port, ca: asPem(trusted), version: "1.3" })
        expect(ours.says).toBe(expectedOf(row, "1.3"))
    })
})
