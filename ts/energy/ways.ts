// Other ways to have a report arrive, each as what it draws over the time between two reports. All numbers of a way
// are one draw's; alternatives.ts draws them and compares.
import type { Kind } from "../base/outcome.js"
import { cellYears, type Load } from "./battery.js"
import { cellUa, flashWrites, NO_WRITES, type Numbers } from "./estimate.js"
import type { Handshake, Handshakes } from "./handshakes.js"
import {
    applicationPhase,
    bootPhase,
    computeMs,
    dnsPhase,
    flashUc,
    ipPhase,
    radioOf,
    sumMs,
    tcpPhase,
    type WakeInputs,
    type WifiMode,
    wakePhases,
    wakesPerFull,
    wifiPhase,
} from "./model.js"
import { Meter, type PhaseCost, type PowerSave, Radio } from "./radio.js"

/** What only these ways have: one draw. */
export interface WayNumbers {
    /** Of a connection that is kept: the app's ping where nothing else was sent for so long. */
    pingS: number
    /** The device's gratuitous ARP. */
    arpS: number
    /** The access point's new key for everybody. */
    rekeyS: number
    /** A kept connection is lost so often and set up anew, by a full handshake. */
    dropsPerDay: number
    /** For a record of the app's data, there and back. */
    recordInstructions: number
    /** With ESP-NOW: the receiver, from the Wi-Fi's start to the gateway's acknowledgement. */
    espNowListenMs: number
    lightSleepMa: Record<string, number>
}

export interface WayInputs {
    numbers: Numbers
    ways: WayNumbers
    clockMhz: number
    wifi: WifiMode
    powerSave: PowerSave
    listenInterval: number
    serverForgetsMs: number
    /** The sleep that the share of wakes which ask DHCP is for. */
    askedMs: number
}

interface ShareOfLoad extends Load {
    /** How often in the time between two reports. */
    share: number
}

/** Everything that is drawn in the time between two reports; null where that time is too short for it. */
export type Way = (intervalMs: number) => ShareOfLoad[] | null

const total = (loads: readonly ShareOfLoad[], of: (load: Load) => number): number =>
    loads.reduce((sum, load) => sum + load.share * of(load), 0)

/** Charge between two reports at the board; no end where there is no time for it. */
export function reportUc(way: Way, intervalMs: number): number {
    const loads = way(intervalMs)
    return loads === null ? Number.POSITIVE_INFINITY : total(loads, ({ chargeUc }) => chargeUc)
}

export function reportYears(way: Way, intervalMs: number, { feed, capacityMah, selfDischargePerYear }: Numbers) {
    const loads = way(intervalMs)
    return loads === null ? 0 : cellYears(capacityMah, cellUa(feed, loads), selfDischargePerYear)
}

function wakeInputs(inputs: WayInputs, handshake: Handshake, withoutInstructions = 0): WakeInputs {
    const { numbers, clockMhz, wifi, powerSave, listenInterval } = inputs
    const { board } = numbers
    // How often DHCP is asked goes by the interval: see asking().
    const surroundings = { ...numbers.surroundings, dhcpShare: 0 }
    const common = { board, surroundings, clockMhz, wifi, powerSave, listenInterval }
    return { ...common, handshake, flash: NO_WRITES, withoutInstructions }
}

/** What is drawn asleep fills the time up. */
function filled(intervalMs: number, awake: ShareOfLoad[], asleepUa: number): ShareOfLoad[] | null {
    const durationMs = intervalMs - total(awake, (load) => load.durationMs)
    if (durationMs < 0) return null
    return [...awake, { share: 1, durationMs, chargeUc: (asleepUa * durationMs) / 1000 }]
}

const each = (phases: readonly PhaseCost[], share: number): ShareOfLoad[] =>
    phases.map(({ chargeUc, durationMs }) => ({ chargeUc, durationMs, share }))

/** A lease that was taken over must be asked for anew the more often, the longer the time between two wakes. */
function asking({ numbers, wifi, askedMs }: WayInputs, intervalMs: number): ShareOfLoad {
    const { board, surroundings } = numbers
    const durationMs = Math.max(0, board.ipDhcpMs - board.ipStaticMs)
    const share = wifi === "fast" ? Math.min(1, (surroundings.dhcpShare * intervalMs) / askedMs) : 0
    return { share, durationMs, chargeUc: durationMs * board.radioListenMa }
}

// ---- Deep sleep in between ----------------------------------------------------------------------------

interface Sleeper {
    usual: PhaseCost[]
    /** Now and then, where the device has something of the past that runs out. */
    rare?: { phases: PhaseCost[]; kind: Kind; isWritten: boolean }
}

function sleeping(inputs: WayInputs, { usual, rare }: Sleeper): Way {
    const { numbers, serverForgetsMs } = inputs
    const { board } = numbers
    const address = (intervalMs: number) =>
        usual.some(({ phase }) => phase === "ip") ? [asking(inputs, intervalMs)] : []
    if (rare === undefined) {
        const sleepUa = Math.max(0, board.deepSleepUa - board.rtcRetentionUa)
        return (intervalMs) => filled(intervalMs, [...each(usual, 1), ...address(intervalMs)], sleepUa)
    }
    const usualMs = sumMs(usual)
    const { phases, kind, isWritten } = rare
    return (intervalMs) => {
        const sleepMs = Math.max(1, intervalMs - usualMs)
        const perRare = wakesPerFull({
            ...{ kind, sleepS: sleepMs / 1000, serverForgetsS: serverForgetsMs / 1000 },
            clockErrorShare: board.rtcClockErrorShare,
        })
        const writes = isWritten ? flashWrites(kind, sleepMs, serverForgetsMs, perRare).full : NO_WRITES
        const writing = { share: 1 / perRare, durationMs: 0, chargeUc: flashUc(board, writes) }
        const awake = [...each(phases, 1 / perRare), ...each(usual, 1 - 1 / perRare), writing]
        return filled(intervalMs, [...awake, ...address(intervalMs)], board.deepSleepUa)
    }
}

export const fullEachWake = (inputs: WayInputs, { full }: Handshakes): Way =>
    sleeping(inputs, { usual: wakePhases(wakeInputs(inputs, full, inputs.numbers.keepingInstructions)) })

export function resumed(inputs: WayInputs, { full, resumed: again, kind }: Handshakes): Way {
    const phases = wakePhases(wakeInputs(inputs, full))
    return sleeping(inputs, {
        usual: wakePhases(wakeInputs(inputs, again)),
        rare: { phases, kind, isWritten: true },
    })
}

/** The key is known from the start: always as if resumed, with nothing kept and nothing that runs out. */
export const externalPsk = (inputs: WayInputs, { resumed: again }: Handshakes): Way =>
    sleeping(inputs, { usual: wakePhases(wakeInputs(inputs, again, inputs.numbers.keepingInstructions)) })

/**
 * The app's data travel behind the ClientHello and its answer behind the server's first flight, so that a round trip
 * is saved; the computing waits for that flight.
 */
function earlyPhases(inputs: WakeInputs): PhaseCost[] {
    const { board, clockMhz, surroundings, handshake } = inputs
    const whole = wakePhases(inputs)
    const radio = radioOf(inputs)
    const before = [bootPhase(inputs), wifiPhase(inputs), ipPhase(inputs, radio), dnsPhase(inputs, radio)]
    const tcp = tcpPhase(inputs, radio)
    const meter = new Meter()
    radio.compute(meter, surroundings.appMs)
    radio.send(meter, handshake.bytesTx + surroundings.payloadBytes)
    radio.receive(meter, surroundings.rttMs, handshake.bytesRx)
    const computing = handshake.instructions - handshake.preparedInstructions + handshake.afterInstructions
    const computingMs = computeMs(computing, board, clockMhz)
    radio.receive(meter, Math.max(surroundings.serverMs, computingMs), surroundings.payloadBytes, computingMs)
    return [...before, tcp, meter.phase("application"), ...whole.filter(({ phase }) => phase === "closing")]
}

export function earlyData(inputs: WayInputs, { full, resumed: again, kind }: Handshakes): Way {
    const phases = wakePhases(wakeInputs(inputs, full))
    return sleeping(inputs, {
        usual: earlyPhases(wakeInputs(inputs, again)),
        rare: { phases, kind, isWritten: true },
    })
}

/** A record of DTLS 1.2 with a connection id, beside IP and UDP. */
const DATAGRAM_BYTES = 28 + 37

/** No handshake, no TCP, no end: a datagram and its answer. Keys and counters are in RTC memory as a session is. */
function datagramPhases(inputs: WakeInputs, recordInstructions: number): PhaseCost[] {
    const { board, clockMhz, surroundings } = inputs
    const radio = radioOf(inputs)
    const before = [bootPhase(inputs), wifiPhase(inputs), ipPhase(inputs, radio), dnsPhase(inputs, radio)]
    const meter = new Meter()
    radio.compute(meter, surroundings.appMs + computeMs(recordInstructions, board, clockMhz))
    radio.send(meter, surroundings.payloadBytes + DATAGRAM_BYTES)
    radio.receive(meter, surroundings.rttMs + surroundings.serverMs, surroundings.payloadBytes + DATAGRAM_BYTES)
    const closing = new Meter()
    radio.compute(closing, surroundings.closingMs)
    closing.add(board.wakeLineMs, board.cpuActiveMa)
    return [...before, meter.phase("application"), closing.phase("closing")]
}

/** What runs out is the server's memory; the new handshake is taken to be as dear as TLS's. */
export function dtlsCid(inputs: WayInputs, { full }: Handshakes): Way {
    const wake = wakeInputs(inputs, full)
    const usual = datagramPhases(wake, inputs.ways.recordInstructions)
    return sleeping(inputs, { usual, rare: { phases: wakePhases(wake), kind: "psk", isWritten: true } })
}

/** What one frame of ESP-NOW takes at most, of 1 Mbit/s; a longer report takes several. */
const ESP_NOW_BYTES = 250
const ESP_NOW_KBPS = 1000

/** To a gateway nearby, which never sleeps: its own energy is not counted. */
export function espNow(inputs: WayInputs): Way {
    const { numbers, ways } = inputs
    const { board, surroundings } = numbers
    const frames = Math.max(1, Math.ceil(surroundings.payloadBytes / ESP_NOW_BYTES))
    const airMs = (surroundings.payloadBytes * 8) / ESP_NOW_KBPS + (frames * board.frameOverheadUs) / 1000
    const meter = new Meter()
        .add(board.bootMs, board.bootMa)
        .add(board.wifiStartMs, board.cpuActiveMa)
        .add(surroundings.appMs, board.cpuActiveMa)
        .add(ways.espNowListenMs, board.radioListenMa)
        .add(airMs, board.radioTransmitMa)
        .add(surroundings.closingMs + board.wakeLineMs, board.cpuActiveMa)
    return sleeping(inputs, { usual: [meter.phase("application")] })
}

// ---- The connection kept, in automatic light sleep ----------------------------------------------------

/** With IP, TCP and TLS around a ping of two bytes; ARP; a message of the key for everybody. */
const PING_BYTES = 40 + 29 + 2
const ARP_BYTES = 42
const REKEY_BYTES = 155
const DAY_MS = 86_400_000

/** Out of light sleep for packets, and back into it when the receiver has been quiet for its time. */
function exchange(inputs: WayInputs, dtim: number, packets: (radio: Radio, meter: Meter) => void): Load {
    const { board, surroundings } = inputs.numbers
    const { beaconWaitShare } = surroundings
    const radio = new Radio(board, { powerSave: "min", listenInterval: 1, dtim, beaconWaitShare })
    radio.addressKnown()
    const meter = new Meter()
    packets(radio, meter)
    radio.wait(meter, board.radioHoldMs)
    return { chargeUc: meter.chargeUc, durationMs: meter.durationMs }
}

export function lightSleep(inputs: WayInputs, { full }: Handshakes, dtim: number): Way {
    const { numbers, ways, clockMhz } = inputs
    const { board, surroundings } = numbers
    const sleepUa = (ways.lightSleepMa[dtim] ?? Number.POSITIVE_INFINITY) * 1000
    const handshake = { ...full, afterInstructions: ways.recordInstructions }
    const report = exchange(inputs, dtim, (radio, meter) => {
        const { chargeUc, durationMs } = applicationPhase({ ...wakeInputs(inputs, handshake), clockMhz }, radio)
        meter.addShare(1, new Meter().add(durationMs, chargeUc / durationMs))
    })
    const ping = exchange(inputs, dtim, (radio, meter) => {
        radio.compute(meter, computeMs(ways.recordInstructions, board, clockMhz))
        radio.send(meter, PING_BYTES)
        radio.receive(meter, surroundings.rttMs, PING_BYTES)
    })
    const arp = exchange(inputs, dtim, (radio, meter) => radio.send(meter, ARP_BYTES))
    const rekey = exchange(inputs, dtim, (radio, meter) => {
        radio.receive(meter, 0, REKEY_BYTES)
        radio.send(meter, REKEY_BYTES)
    })
    const anew = wakePhases(wakeInputs(inputs, full)).filter(({ phase }) => phase !== "boot" && phase !== "closing")
    return (intervalMs) => {
        const awake = [
            { ...report, share: 1 },
            { ...ping, share: Math.max(0, intervalMs / (ways.pingS * 1000) - 1) },
            { ...arp, share: intervalMs / (ways.arpS * 1000) },
            { ...rekey, share: intervalMs / (ways.rekeyS * 1000) },
            ...each(anew, (intervalMs / DAY_MS) * ways.dropsPerDay),
        ]
        return filled(intervalMs, awake, sleepUa)
    }
}
