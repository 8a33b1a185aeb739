// What a wake draws, phase by phase, where every input is one number. estimate.ts draws the numbers from
// their ranges.
import type { Phase } from "../run/phases-and-causes.js"
import type { Handshake } from "./handshakes.js"
import type { BoardNumber } from "./power-profile.js"

/** A board's numbers at one clock. */
export type BoardFigures = Record<BoardNumber, number> & { cpuActiveMa: number; cpuIdleMa: number }

/** What is not the board's: the network, the server, the app. */
export interface Surroundings {
    rttMs: number
    dnsMs: number
    /** The server's, until it answers the app. */
    serverMs: number
    /** The app's own work, sensors included. */
    appMs: number
    /** From the connection's end to deep sleep, without the line of the wake: the Wi-Fi's stop above all. */
    closingMs: number
    /** Of application data. */
    payloadBytes: number
}

export type WifiMode = "fast" | "static" | "dhcp"
export const wifiModes: readonly WifiMode[] = ["fast", "static", "dhcp"]

export interface FlashWrites {
    programs: number
    erases: number
}

export interface WakeInputs {
    board: BoardFigures
    clockMhz: number
    wifi: WifiMode
    surroundings: Surroundings
    handshake: Handshake
    flash: FlashWrites
    /** Instructions for keeping the session, already part of the handshake's; taken off for a wake without. */
    withoutInstructions: number
}

export interface PhaseCost {
    phase: Phase
    durationMs: number
    chargeUc: number
    peakUa: number
}

const writingMs = (board: BoardFigures, { programs, erases }: FlashWrites): number =>
    programs * board.flashProgramMs + erases * board.flashEraseMs
const writingMa = (board: BoardFigures): number => board.cpuActiveMa + board.flashWriteMa

/** What operations on flash draw. */
export const flashUc = (board: BoardFigures, writes: FlashWrites): number => writingMs(board, writes) * writingMa(board)

const MAX_SEGMENT_BYTES = 1400

/** What the parts of a phase draw, summed up. 1 mA for 1 ms is 1 µC. */
class Meter {
    durationMs = 0
    chargeUc = 0
    peakMa = 0

    add(durationMs: number, currentMa: number): this {
        this.durationMs += durationMs
        this.chargeUc += durationMs * currentMa
        if (durationMs > 0) this.peakMa = Math.max(this.peakMa, currentMa)
        return this
    }

    phase(phase: Phase): PhaseCost {
        const { durationMs, chargeUc } = this
        return { phase, durationMs, chargeUc, peakUa: this.peakMa * 1000 }
    }
}

/** Currents of a board that is connected to its access point. */
export function connectedMa(board: BoardFigures) {
    const receiverMa = board.radioAwakeShare * Math.max(0, board.radioListenMa - board.cpuIdleMa)
    return { waitMa: board.cpuIdleMa + receiverMa, computeMa: board.cpuActiveMa + receiverMa }
}

export const computeMs = (instructions: number, board: BoardFigures, clockMhz: number): number =>
    (instructions * board.cyclesPerInstruction) / (clockMhz * 1000)

const frames = (bytes: number): number => Math.max(1, Math.ceil(bytes / MAX_SEGMENT_BYTES))

function sent(meter: Meter, bytes: number, board: BoardFigures): Meter {
    const airMs = (bytes * 8) / (board.phyRateMbps * 1000) + (frames(bytes) * board.frameOverheadUs) / 1000
    return meter.add(airMs, board.radioTransmitMa)
}

function received(meter: Meter, bytes: number, board: BoardFigures): Meter {
    const airMs = (bytes * 8) / (board.phyRateMbps * 1000) + (frames(bytes) * board.frameOverheadUs) / 1000
    return meter.add(airMs, board.radioListenMa)
}

const TCP_HEADER_BYTES = 60
const DNS_BYTES = 80

/** All phases of a wake without the sleep. */
export function wakePhases(inputs: WakeInputs): PhaseCost[] {
    const { board, clockMhz, wifi, surroundings, handshake, flash } = inputs
    const { waitMa, computeMa } = connectedMa(board)
    const compute = (instructions: number) => computeMs(Math.max(0, instructions), board, clockMhz)
    const start = () => new Meter()
    const wifiMs = wifi === "fast" ? board.wifiFastMs : board.wifiScanMs
    const radioOffMs = Math.min(board.wifiStartMs, wifiMs)
    /** The key pair of TLS 1.3 is made while SYN and its answer are on their way. */
    const keyPairMs = compute(handshake.keyPairInstructions)
    const tcp = start()
        .add(keyPairMs, computeMa)
        .add(Math.max(0, surroundings.rttMs - keyPairMs), waitMa)
    const tls = start()
        .add(compute(handshake.instructions - handshake.keyPairInstructions - inputs.withoutInstructions), computeMa)
        .add(handshake.roundTrips * surroundings.rttMs, waitMa)
    received(sent(tls, handshake.bytesTx, board), handshake.bytesRx, board)
    const application = start()
        .add(surroundings.appMs, computeMa)
        .add(compute(handshake.afterInstructions), computeMa)
        .add(surroundings.rttMs + surroundings.serverMs, waitMa)
    received(sent(application, surroundings.payloadBytes, board), surroundings.payloadBytes, board)
    // The device waits for the server's end of the connection, stops the Wi-Fi, and says its line last.
    const closing = sent(start().add(surroundings.rttMs, waitMa), TCP_HEADER_BYTES, board)
        .add(surroundings.closingMs, computeMa)
        .add(writingMs(board, flash), writingMa(board))
        .add(board.wakeLineMs, board.cpuActiveMa)
    return [
        start().add(board.bootMs, board.bootMa).phase("boot"),
        start()
            .add(radioOffMs, board.cpuActiveMa)
            .add(wifiMs - radioOffMs, board.wifiMa)
            .phase("wifi"),
        start()
            .add(wifi === "dhcp" ? board.ipDhcpMs : board.ipStaticMs, waitMa)
            .phase("ip"),
        sent(start().add(surroundings.dnsMs, waitMa), DNS_BYTES, board).phase("dns"),
        sent(tcp, TCP_HEADER_BYTES, board).phase("tcp"),
        tls.phase("tls"),
        application.phase("application"),
        closing.phase("closing"),
    ]
}

export const sumUc = (phases: PhaseCost[]): number => phases.reduce((sum, { chargeUc }) => sum + chargeUc, 0)
export const sumMs = (phases: PhaseCost[]): number => phases.reduce((sum, { durationMs }) => sum + durationMs, 0)

// ---- How often a full handshake ---------------------------------------------------------------------------------

const DAY_S = 86_400
const WEEK_S = 7 * DAY_S

export interface Rhythm {
    kind: "id" | "ticket" | "psk"
    sleepS: number
    serverForgetsS: number
    /** Of the clock that runs through the sleep: the session's age is taken at its upper bound. */
    clockErrorShare: number
}

/**
 * One in how many wakes makes a full handshake. A TLS 1.2 session is as old as its full handshake and lives at most a
 * day; a TLS 1.3 resumption brings a fresh ticket, so that only the week after which the certificate is looked
 * at again ends the row.
 */
export function wakesPerFull({ kind, sleepS, serverForgetsS, clockErrorShare }: Rhythm): number {
    const ageS = sleepS * (1 + clockErrorShare)
    if (kind !== "psk") return Math.max(1, Math.ceil(Math.min(serverForgetsS, DAY_S) / ageS))
    return ageS < Math.min(serverForgetsS, WEEK_S) ? Math.max(1, Math.ceil(WEEK_S / ageS)) : 1
}
