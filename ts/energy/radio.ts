// The radio of a device that its access point has let in, beside the processor: which of them is on when. ESP-IDF's
// modem sleep (WIFI_PS_MIN_MODEM, WIFI_PS_MAX_MODEM) switches the receiver off a while after the last packet, and on
// again for some of the access point's beacons. A packet for a device whose receiver is off waits at the access
// point for the next beacon that the device hears; a packet of its own leaves at once.
import type { Phase } from "../run/phases-and-causes.js"
import type { BoardNumber } from "./power-profile.js"

/** A board's numbers at one clock. */
export type BoardFigures = Record<BoardNumber, number> & { cpuActiveMa: number; cpuIdleMa: number }

/** Which of esp_wifi_set_ps()'s modes is in force. */
export const powerSaves = ["none", "min", "max"] as const
export type PowerSave = (typeof powerSaves)[number]

/** Which beacons the device hears. */
export interface BeaconRules {
    powerSave: PowerSave
    /** The access point's: it tells of packets for everybody in one of so many beacons. */
    dtim: number
    /** The device's, for `max`: it hears one of so many beacons. */
    listenInterval: number
}

export interface RadioRules extends BeaconRules {
    /** How much of the time between two heard beacons a packet waits that came in between. */
    beaconWaitShare: number
}

/** What every access point has unless somebody changed it: 100 units of 1.024 ms. */
const BEACON_INTERVAL_MS = 102.4

/** From one beacon that the device hears to the next. */
const heardBeaconMs = ({ powerSave, dtim, listenInterval }: BeaconRules): number =>
    BEACON_INTERVAL_MS * Math.max(1, Math.round(powerSave === "max" ? listenInterval : dtim))

/** What the receiver draws on top of the processor. */
const receiverMa = (board: BoardFigures): number => Math.max(0, board.radioListenMa - board.cpuIdleMa)

/** Of the time that the receiver sleeps, how much it is on to hear beacons. */
const beaconShare = (board: BoardFigures, rules: BeaconRules): number =>
    Math.min(1, board.beaconMs / heardBeaconMs(rules))

/** Connected with nothing to do, modem sleep in force, the processor waiting at its clock. */
export const dozingMa = (board: BoardFigures, rules: BeaconRules): number =>
    board.cpuIdleMa + receiverMa(board) * beaconShare(board, rules)

export interface PhaseCost {
    phase: Phase
    durationMs: number
    chargeUc: number
    peakUa: number
}

/** What the parts of a phase draw, summed up. 1 mA for 1 ms is 1 µC. */
export class Meter {
    durationMs = 0
    chargeUc = 0
    private peakMa = 0

    add(durationMs: number, currentMa: number): this {
        this.durationMs += durationMs
        this.chargeUc += durationMs * currentMa
        if (durationMs > 0) this.peakMa = Math.max(this.peakMa, currentMa)
        return this
    }

    /** What happens in a share of the wakes only: their mean. */
    addShare(share: number, { durationMs, chargeUc }: Meter): this {
        this.durationMs += share * durationMs
        this.chargeUc += share * chargeUc
        return this
    }

    phase(phase: Phase): PhaseCost {
        const { durationMs, chargeUc } = this
        return { phase, durationMs, chargeUc, peakUa: this.peakMa * 1000 }
    }
}

const MAX_SEGMENT_BYTES = 1400
const frames = (bytes: number): number => Math.max(1, Math.ceil(bytes / MAX_SEGMENT_BYTES))

const airMs = (bytes: number, board: BoardFigures): number =>
    (bytes * 8) / (board.phyRateMbps * 1000) + (frames(bytes) * board.frameOverheadUs) / 1000

export class Radio {
    private quietMs = 0
    private hasAddress = false

    constructor(
        private readonly board: BoardFigures,
        private readonly rules: RadioRules,
    ) {}

    /** Until the driver is told of the device's address it does not sleep. */
    addressKnown(): void {
        this.hasAddress = true
        this.quietMs = 0
    }

    private get sleeps(): boolean {
        return this.hasAddress && this.rules.powerSave !== "none"
    }

    /** Time without a packet, the processor drawing so much. */
    private pass(meter: Meter, durationMs: number, processorMa: number): void {
        const { board } = this
        const awakeMs = this.sleeps ? Math.min(durationMs, Math.max(0, board.radioHoldMs - this.quietMs)) : durationMs
        const beaconsMs = (durationMs - awakeMs) * beaconShare(board, this.rules)
        meter
            .add(awakeMs + beaconsMs, processorMa + receiverMa(board))
            .add(durationMs - awakeMs - beaconsMs, processorMa)
        this.quietMs += durationMs
    }

    compute(meter: Meter, durationMs: number): void {
        this.pass(meter, durationMs, this.board.cpuActiveMa)
    }

    wait(meter: Meter, durationMs: number): void {
        this.pass(meter, durationMs, this.board.cpuIdleMa)
    }

    send(meter: Meter, bytes: number): void {
        meter.add(airMs(bytes, this.board), this.board.radioTransmitMa)
        this.quietMs = 0
    }

    /** A packet reaches the access point after `afterMs`, for the first `computingMs` of which the processor computes. */
    receive(meter: Meter, afterMs: number, bytes: number, computingMs = 0): void {
        const { board, rules } = this
        this.compute(meter, Math.min(afterMs, computingMs))
        this.wait(meter, Math.max(0, afterMs - computingMs))
        if (this.sleeps && this.quietMs > board.radioHoldMs)
            this.wait(meter, heardBeaconMs(rules) * rules.beaconWaitShare)
        meter.add(airMs(bytes, board), board.radioListenMa)
        this.quietMs = 0
    }

    /** What the same wait would draw, without passing it. */
    waitAside(durationMs: number): Meter {
        const aside = new Radio(this.board, this.rules)
        aside.hasAddress = this.hasAddress
        aside.quietMs = this.quietMs
        const meter = new Meter()
        aside.wait(meter, durationMs)
        return meter
    }
}
