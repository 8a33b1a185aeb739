// Everything that goes wrong in a soak test, each with how seldom.
import { readFileSync, writeFileSync } from "node:fs"
import type { Random } from "../../ts/base/random.js"
import * as platform from "../../ts/core/platform.js"
import type { BuiltinServer } from "../../ts/sim/builtin-server.js"
import type { Direction, Fault, Step } from "../network/fault-proxy.js"
import type { Stretch } from "./stretch.js"

export interface Place {
    random: Random
    stretch: Stretch
    /** Undefined where the device has none. */
    flashFile: string | undefined
}

interface BoardFault {
    name: string
    /** It happens before one wake in so many. */
    every: number
    /** False where there is nothing that it could happen to. */
    happen: (place: Place) => boolean | Promise<boolean>
}

type Restart = (server: BuiltinServer, place: Place) => Promise<void>

const ofServer =
    (restart: Restart): BoardFault["happen"] =>
    async (place) => {
        const { server } = place.stretch.site
        if (server !== undefined) await restart(server, place)
        return server !== undefined
    }

const always =
    (happen: (place: Place) => void | Promise<void>): BoardFault["happen"] =>
    async (place) => {
        await happen(place)
        return true
    }

const HOUR_MS = 3_600_000

/** Inverts some bits at random places. */
function rot(bytes: Buffer, random: Random, from: number): void {
    for (let bits = random.between(1, 8); bits > 0; bits--) {
        const at = random.between(from, bytes.length - 1)
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.between(0, 7)), at)
    }
}

/** What the saved state holds before the RTC slot: two clocks and the device key, which do not rot. */
const RTC_AT = 48

/** What happens to the board and its servers while the board sleeps. */
export const boardFaults: readonly BoardFault[] = [
    { name: "server restarts", every: 25, happen: ofServer((server) => server.restart()) },
    {
        name: "server changes its protocol versions",
        every: 50,
        happen: async ({ stretch, random }) => {
            const { server } = stretch.site
            if (server === undefined || stretch.column.device !== "auto") return false
            const versions = random.pick<{ minVersion: "TLSv1.2" | "TLSv1.3"; maxVersion: "TLSv1.2" | "TLSv1.3" }>([
                { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" },
                { minVersion: "TLSv1.3", maxVersion: "TLSv1.3" },
                { minVersion: "TLSv1.2", maxVersion: "TLSv1.3" },
            ])
            await server.restart(versions)
            return true
        },
    },
    {
        name: "server keeps sessions itself, or in tickets",
        every: 50,
        happen: ofServer((server, { random }) =>
            server.restart({ stateful: random.once(2), singleUse: random.once(3) }),
        ),
    },
    {
        name: "server changes how long sessions live",
        every: 40,
        happen: ofServer((server, { random }) =>
            server.restart({ sessionLifetimeS: random.pick([5, 300, 7200, 7200, 86_400, 604_800]) }),
        ),
    },
    {
        name: "server's certificate is renewed",
        every: 60,
        happen: ofServer((server) => server.restartWithNewCertificate()),
    },
    {
        name: "server's authority and the board's CA change",
        every: 80,
        happen: ofServer((server) => server.changeAuthority()),
    },
    { name: "board is set to another server", every: 30, happen: always(({ stretch }) => stretch.changePeer()) },
    {
        name: "board sleeps long",
        every: 30,
        happen: always(({ stretch, random }) => stretch.sleep(random.pick([1, 24, 24 * 8, 24 * 60]) * HOUR_MS)),
    },
    { name: "power is lost", every: 10, happen: always(({ stretch }) => stretch.losePower()) },
    {
        name: "RTC RAM rots",
        every: 20,
        happen: always(({ random }) => {
            const state = platform.saveState()
            rot(state, random, RTC_AT)
            platform.loadState(state)
        }),
    },
    {
        name: "flash rots",
        every: 15,
        happen: ({ random, flashFile }) => {
            if (flashFile === undefined) return false
            const image = readFileSync(flashFile)
            rot(image, random, 0)
            writeFileSync(flashFile, image)
            return true
        },
    },
    {
        name: "flash loses its supply in a write",
        every: 10,
        happen: ({ random, flashFile }) => {
            if (flashFile === undefined) return false
            platform.cutFlash(random.between(1, 8))
            return true
        },
    },
    { name: "wall clock becomes unknown", every: 30, happen: always(() => platform.setWallClockKnown(false)) },
    // Never out of the certificates' years: a wrong date is no failure of resumption.
    { name: "wall clock jumps", every: 30, happen: always(({ stretch, random }) => stretch.jumpClock(random)) },
]

/** Longer than any first flight, so that some faults fall behind the handshake. */
const WIRE_BYTES = 1500

const cut = (random: Random): Fault => ({ do: "cut", by: random.pick(["fin", "rst"]) })
const drip = (random: Random): Fault => ({ do: "drip", size: random.between(1, 100) })

/** After these a side may wait for more, and keep a server that serves one client at a time from the second attempt. */
const lasting: readonly [(random: Random) => Fault, ...((random: Random) => Fault)[]] = [
    (random) => ({ do: "flip", bit: random.between(0, 7) }),
    (random) => ({ do: "flip", bit: random.between(0, 7) }),
    () => ({ do: "inject", bytes: Buffer.from("garbage") }),
    (random) => (random.once(4) ? { do: "stall" } : drip(random)),
]

/** What the line does to the first connection of a wake. Mostly nothing. */
export function planLine(random: Random, servesOneAtATime: boolean): Step[] {
    if (!random.once(5)) return []
    const direction = random.pick<Direction>(["toServer", "toClient"])
    const fault = random.pick(servesOneAtATime ? [cut, drip] : [cut, cut, ...lasting])(random)
    return [{ direction, at: random.between(0, WIRE_BYTES), fault }]
}
