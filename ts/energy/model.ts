// What a wake draws, phase by phase, where every input is one number. estimate.ts draws the numbers from
// their ranges.
import type { Handshake } from "./handshakes.js"
import { type BoardFigures, Meter, type PhaseCost, type PowerSave, Radio } from "./radio.js"

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
    /** Beacons of the access point from one that tells of packets for everybody to the next; a whole number. */
    dtim: number
    /** How much of the time between two beacons that the device hears a packet for its sleeping radio waits. */
    beaconWaitShare: number
    /** Of the wakes that would take the last lease over: those that must ask DHCP, since half of its time is over. */
    dhcpShare: number
    /** Of all wakes: those whose first attempt at the access point fails, so that they scan, and ask DHCP anew. */
    retryShare: number
    /** Of all wakes: those in which the SYN or its answer is lost and sent again. */
    lossShare: number
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
    powerSave: PowerSave
    /** In beacons; for `max` only. */
    listenInterval: number
    surroundings: Surroundings
    handshake: Handshake
    flash: FlashWrites
    /** Instructions for keeping the session, already part of the handshake's; taken off for a wake without. */
    withoutInstructions: number
}

const writingMs = (board: BoardFigures, { programs, erases }: FlashWrites): number =>
    programs * board.flashProgramMs + erases * board.flashEraseMs
const writingMa = (board: BoardFigures): number => board.cpuActiveMa + board.flashWriteMa

/** What operations on flash draw. */
export const flashUc = (board: BoardFigures, writes: FlashWrites): number => writingMs(board, writes) * writingMa(board)

export const computeMs = (instructions: number, board: BoardFigures, clockMhz: number): number =>
    (Math.max(0, instructions) * board.cyclesPerInstruction) / (clockMhz * 1000)

const TCP_HEADER_BYTES = 60
const DNS_BYTES = 80

/** lwIP sends a SYN again after CONFIG_LWIP_TCP_RTO_TIME: ESP-IDF's default. */
const SYN_AGAIN_MS = 1500

export const bootPhase = ({ board }: WakeInputs): PhaseCost => new Meter().add(board.bootMs, board.bootMa).phase("boot")

export function wifiPhase({ board, wifi, surroundings }: WakeInputs): PhaseCost {
    const wifiMs = wifi === "fast" ? board.wifiFastMs : board.wifiScanMs
    const radioOffMs = Math.min(board.wifiStartMs, wifiMs)
    return new Meter()
        .add(radioOffMs, board.cpuActiveMa)
        .add(wifiMs - radioOffMs, board.wifiMa)
        .addShare(surroundings.retryShare, new Meter().add(board.wifiScanMs, board.wifiMa))
        .phase("wifi")
}

/** How many of the wakes ask DHCP. */
function askingShare({ wifi, surroundings }: WakeInputs): number {
    if (wifi !== "fast") return wifi === "dhcp" ? 1 : 0
    return Math.min(1, surroundings.dhcpShare + surroundings.retryShare)
}

export function ipPhase(inputs: WakeInputs, radio: Radio): PhaseCost {
    const { board } = inputs
    const share = askingShare(inputs)
    const meter = new Meter()
    radio.wait(meter, share * board.ipDhcpMs + (1 - share) * board.ipStaticMs)
    radio.addressKnown()
    return meter.phase("ip")
}

export function dnsPhase({ surroundings }: WakeInputs, radio: Radio): PhaseCost {
    const meter = new Meter()
    if (surroundings.dnsMs > 0) {
        radio.send(meter, DNS_BYTES)
        radio.receive(meter, surroundings.dnsMs, DNS_BYTES)
    }
    return meter.phase("dns")
}

/** The ClientHello is made while SYN and its answer are on their way. */
export function tcpPhase({ board, clockMhz, surroundings, handshake }: WakeInputs, radio: Radio): PhaseCost {
    const preparedMs = computeMs(handshake.preparedInstructions, board, clockMhz)
    const meter = new Meter()
    radio.send(meter, TCP_HEADER_BYTES)
    meter.addShare(surroundings.lossShare, radio.waitAside(SYN_AGAIN_MS))
    radio.receive(meter, surroundings.rttMs, TCP_HEADER_BYTES, preparedMs)
    radio.compute(meter, Math.max(0, preparedMs - surroundings.rttMs))
    return meter.phase("tcp")
}

/** The computing comes behind the server's first flight, which it needs; then the client's last one. */
function tlsPhase(inputs: WakeInputs, radio: Radio): PhaseCost {
    const { board, clockMhz, surroundings, handshake } = inputs
    const instructions = handshake.instructions - handshake.preparedInstructions - inputs.withoutInstructions
    const meter = new Meter()
    const half = { tx: handshake.bytesTx / 2, rx: handshake.bytesRx / handshake.roundTrips }
    radio.send(meter, half.tx)
    radio.receive(meter, surroundings.rttMs, half.rx)
    radio.compute(meter, computeMs(instructions, board, clockMhz))
    radio.send(meter, half.tx)
    for (let more = 1; more < handshake.roundTrips; more++) radio.receive(meter, surroundings.rttMs, half.rx)
    return meter.phase("tls")
}

export function applicationPhase(inputs: WakeInputs, radio: Radio): PhaseCost {
    const { board, clockMhz, surroundings, handshake } = inputs
    const meter = new Meter()
    radio.compute(meter, surroundings.appMs + computeMs(handshake.afterInstructions, board, clockMhz))
    radio.send(meter, surroundings.payloadBytes)
    // A server's TCP acknowledges at once while a connection is young; its application answers later.
    radio.receive(meter, surroundings.rttMs, TCP_HEADER_BYTES)
    radio.receive(meter, surroundings.serverMs, surroundings.payloadBytes)
    return meter.phase("application")
}

/** The device waits for the server's end of the connection, stops the Wi-Fi, and says its line last. */
function closingPhase({ board, surroundings, flash }: WakeInputs, radio: Radio): PhaseCost {
    const meter = new Meter()
    radio.send(meter, TCP_HEADER_BYTES)
    radio.receive(meter, surroundings.rttMs, TCP_HEADER_BYTES)
    radio.compute(meter, surroundings.closingMs)
    return meter
        .add(writingMs(board, flash), writingMa(board))
        .add(board.wakeLineMs, board.cpuActiveMa)
        .phase("closing")
}

/** A radio as this wake begins. */
export function radioOf({ board, powerSave, listenInterval, surroundings }: WakeInputs): Radio {
    const { dtim, beaconWaitShare } = surroundings
    return new Radio(board, { powerSave, listenInterval, dtim, beaconWaitShare })
}

/** All phases of a wake without the sleep: the mean of wakes with and without retries. */
export function wakePhases(inputs: WakeInputs): PhaseCost[] {
    const radio = radioOf(inputs)
    return [
        bootPhase(inputs),
        wifiPhase(inputs),
        ipPhase(inputs, radio),
        dnsPhase(inputs, radio),
        tcpPhase(inputs, radio),
        tlsPhase(inputs, radio),
        applicationPhase(inputs, radio),
        closingPhase(inputs, radio),
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
