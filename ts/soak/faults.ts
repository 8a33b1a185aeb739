// Everything that goes wrong in a soak test, each with how seldom.
import { readFileSync, writeFileSync } from "node:fs"
import * as platform from "../core/platform.js"
import type { Direction, Fault, Step } from "./fault-proxy.js"
import type { Random } from "./random.js"
import type { World } from "./world.js"

export interface Place {
    random: Random
    world: World
    flashFile: string
}

interface BoardFault {
    name: string
    /** It happens before one wake in so many. */
    every: number
    happen: (place: Place) => void | Promise<void>
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
    { name: "server restarts", every: 25, happen: ({ world }) => world.site.server.restart() },
    {
        name: "server changes its protocol versions",
        every: 50,
        happen: ({ world, random }) =>
            world.site.server.restart({
                ...random.pick<{ minVersion: "TLSv1.2" | "TLSv1.3"; maxVersion: "TLSv1.2" | "TLSv1.3" }>([
                    { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" },
                    { minVersion: "TLSv1.3", maxVersion: "TLSv1.3" },
                    { minVersion: "TLSv1.2", maxVersion: "TLSv1.3" },
                ]),
            }),
    },
    {
        name: "server keeps sessions itself, or in tickets",
        every: 50,
        happen: ({ world, random }) =>
            world.site.server.restart({ stateful: random.once(2), singleUse: random.once(3) }),
    },
    {
        name: "server changes how long sessions live",
        every: 40,
        happen: ({ world, random }) =>
            world.site.server.restart({ sessionLifetimeS: random.pick([5, 300, 7200, 7200, 86_400, 604_800]) }),
    },
    {
        name: "server's certificate is renewed",
        every: 60,
        happen: ({ world }) => world.site.server.restartWithNewCertificate(),
    },
    {
        name: "server's authority and the board's CA change",
        every: 80,
        happen: ({ world }) => world.site.server.changeAuthority(),
    },
    { name: "board is set to another server", every: 30, happen: ({ world }) => world.changeSite() },
    {
        name: "board sleeps long",
        every: 30,
        happen: ({ world, random }) => world.sleep(random.pick([1, 24, 24 * 8, 24 * 60]) * HOUR_MS),
    },
    {
        name: "power is lost",
        every: 10,
        happen: () => {
            platform.losePower()
            platform.setWallClockKnown(false)
        },
    },
    {
        name: "RTC RAM rots",
        every: 20,
        happen: ({ random }) => {
            const state = platform.saveState()
            rot(state, random, RTC_AT)
            platform.loadState(state)
        },
    },
    {
        name: "flash rots",
        every: 15,
        happen: ({ random, flashFile }) => {
            const image = readFileSync(flashFile)
            rot(image, random, 0)
            writeFileSync(flashFile, image)
        },
    },
    {
        name: "flash loses its supply in a write",
        every: 10,
        happen: ({ random }) => platform.cutFlash(random.between(1, 8)),
    },
    { name: "wall clock becomes unknown", every: 30, happen: () => platform.setWallClockKnown(false) },
    {
        name: "wall clock jumps",
        every: 30,
        // Never out of the certificates' years: a wrong date is no failure of resumption.
        happen: ({ random }) => platform.jumpWallClock(random.between(-3600, 3600)),
    },
]

/** Longer than any first flight, so that some faults fall behind the handshake. */
const WIRE_BYTES = 1500

function lineFault(random: Random): Fault {
    return random.pick<() => Fault>([
        () => ({ do: "cut", by: random.pick(["fin", "rst"]) }),
        () => ({ do: "cut", by: random.pick(["fin", "rst"]) }),
        () => ({ do: "flip", bit: random.between(0, 7) }),
        () => ({ do: "flip", bit: random.between(0, 7) }),
        () => ({ do: "inject", bytes: Buffer.from("garbage") }),
        () => (random.once(4) ? { do: "stall" } : { do: "drip", size: random.between(1, 100) }),
    ])()
}

/** What the line does to the first connection of a wake. Mostly nothing. */
export function planLine(random: Random): Step[] {
    if (!random.once(5)) return []
    const direction = random.pick<Direction>(["toServer", "toClient"])
    return [{ direction, at: random.between(0, WIRE_BYTES), fault: lineFault(random) }]
}
