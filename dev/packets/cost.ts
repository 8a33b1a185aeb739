// What a connect costs: instructions as `npm run bench:mcu` keeps them, and energy by the model of `warmhello estimate`
// at its typical values, from TCP's first packet until the device may sleep.
import { readFileSync } from "node:fs"
import { checkoutPath } from "../../ts/base/paths.js"
import { FIGURES } from "../../ts/energy/handshakes.js"
import { computeMs } from "../../ts/energy/model.js"
import { type BoardNumber, boardNumberNames, readPowerProfile } from "../../ts/energy/power-profile.js"
import { type BoardFigures, Meter, Radio } from "../../ts/energy/radio.js"
import type { McuCase } from "../mcu/mcu-handshakes.js"

const BOARD = "esp32c3_bare"
const SUPPLY_V = 3.3
/** Of TCP over IP, which a bare SYN and its answer have as well. */
const HEADER_BYTES = 40
/** What `warmhello estimate` takes for typical. */
const RTT_MS = 40
const RULES = { powerSave: "min", listenInterval: 3, dtim: 1, beaconWaitShare: 0.5 } as const

export interface Work {
    /** Instructions: those for which the radio does not wait, those for which it does, and those after the handshake. */
    prepared: number
    onceUp: number
    after: number
}

export interface Traffic {
    packetsTx: number
    packetsRx: number
    /** With headers, and without the packets that open TCP. */
    bytesTx: number
    bytesRx: number
    /** Once TCP is up, until the device may sleep. */
    roundTrips: number
}

function boardFigures(): { board: BoardFigures; clockMhz: number } {
    const profile = readPowerProfile(BOARD)
    const clockMhz = profile.defaultMhz
    const [active, idle] = [profile.cpuActiveMa[clockMhz], profile.cpuIdleMa[clockMhz]]
    if (active === undefined || idle === undefined) throw new Error(`${BOARD} has no current at ${clockMhz} MHz`)
    const numbers = boardNumberNames.map((name) => [name, profile[name].typical] as const)
    const named = Object.fromEntries(numbers) as Record<BoardNumber, number>
    return { board: { ...named, cpuActiveMa: active.typical, cpuIdleMa: idle.typical }, clockMhz }
}

/** In millijoules. What goes one way in a round trip is a share of all that goes that way. */
export function energyMj(work: Work, traffic: Traffic): number {
    const { board, clockMhz } = boardFigures()
    const ms = (instructions: number) => computeMs(instructions, board, clockMhz)
    const radio = new Radio(board, RULES)
    radio.addressKnown()
    const meter = new Meter()
    radio.send(meter, HEADER_BYTES)
    radio.receive(meter, RTT_MS, HEADER_BYTES, ms(work.prepared))
    radio.compute(meter, Math.max(0, ms(work.prepared) - RTT_MS) + ms(work.onceUp + work.after))
    for (let n = 0; n < traffic.packetsTx; n++) radio.send(meter, traffic.bytesTx / traffic.packetsTx)
    for (let n = 0; n < traffic.packetsRx; n++) {
        const wait = n < traffic.roundTrips ? RTT_MS : 0
        radio.receive(meter, wait, traffic.bytesRx / traffic.packetsRx)
    }
    return (meter.chargeUc * SUPPLY_V) / 1000
}

export const mcuCases = (): McuCase[] => JSON.parse(readFileSync(checkoutPath(FIGURES), "utf8"))

/** Only warmhello prepares its hello before TCP is up. */
export function workOf(one: McuCase): Work {
    const prepared = one.stack === "warmhello" ? one.preparedInstructions : 0
    return {
        prepared,
        onceUp: one.clientInstructions + one.instructions - prepared,
        after: one.afterInstructions,
    }
}

export const allOf = ({ prepared, onceUp, after }: Work): number => prepared + onceUp + after
