// The connect runs on the microcontroller, whose clock goes on while it waits for the desk.
import { afterAll, beforeAll, describe } from "vitest"
import { restartWithFlash } from "#warmhello/core/platform.js"
import { RemoteCore } from "#warmhello/mcu/remote-core.js"
import { nodeBody, simulatorBody } from "../support/hostile-bodies.js"
import { describeHostileServers } from "../support/hostile-table.js"
import { whyNoMcu } from "./support.js"

const missing = whyNoMcu()

/** A full handshake takes it some tenths of a second, and more where others use the machine. */
const limits = { deadlineMs: 2000, slackMs: 1500 }

describe.skipIf(missing !== undefined)("on the emulated microcontroller", () => {
    let core: RemoteCore
    beforeAll(() => {
        core = RemoteCore.start("rv32")
        restartWithFlash(undefined)
    })
    afterAll(() => core[Symbol.dispose]())

    describeHostileServers("Node", nodeBody(limits))
    describeHostileServers("the simulator", simulatorBody(limits))
})
