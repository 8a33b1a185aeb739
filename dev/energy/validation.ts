// The model against what others measured and published. What a publication tells (times, clocks, a board's own
// current) is put in; the rest comes from the power profiles; the answer is compared, good or bad.
import { Random } from "../../ts/base/random.js"
import { type FiguresChoice, handshakesFromFigures } from "../../ts/energy/handshakes.js"
import { computeMs, wakePhases } from "../../ts/energy/model.js"
import { boardNumberNames, type PowerProfile, readPowerProfile } from "../../ts/energy/power-profile.js"
import { type BoardFigures, dozingMa } from "../../ts/energy/radio.js"
import { draw, exactly, expectedOf, type Range, rangeOf } from "../../ts/run/range.js"

export interface Comparison {
    what: string
    source: string
    /** What was put in. */
    inputs: string
    unit: "mC" | "mA" | "ms" | "KiB/s" | "times"
    /** As published: one value, or the lowest and highest of several. */
    measured: [number, number]
    model: Range
    /** Of the expected answer, against the middle of what was measured. */
    errorShare: number
    /** The measured values and the model's range overlap. */
    inRange: boolean
    /** The power profiles are made from it: it shows that the model works as meant, not that it is right. */
    isInput: boolean
}

const DRAWS = 2000
const SEED = 1

type Take = (range: Range) => number

function boardBy(profile: PowerProfile, clockMhz: number, take: Take): BoardFigures {
    const entries = boardNumberNames.map((name) => [name, take(profile[name])] as const)
    const clocks = [profile.cpuActiveMa[clockMhz], profile.cpuIdleMa[clockMhz]]
    const [cpuActiveMa, cpuIdleMa] = clocks.map((range) => take(range ?? exactly(Number.NaN)))
    return { ...Object.fromEntries(entries), cpuActiveMa, cpuIdleMa } as BoardFigures
}

interface Case extends Omit<Comparison, "model" | "errorShare" | "inRange" | "isInput"> {
    isInput?: true
    board: string
    clockMhz: number
    answer: (board: BoardFigures, take: Take) => number
}

/** What the model answers, with its range. */
function rangeBy(one: (take: Take) => number): Range {
    const random = new Random(SEED)
    const draws = Array.from({ length: DRAWS }, () => one((range) => draw(random, range)))
    return rangeOf(one(expectedOf), draws)
}

function compare({ board, clockMhz, answer, isInput, ...published }: Case): Comparison {
    const profile = readPowerProfile(board)
    const model = rangeBy((take) => answer(boardBy(profile, clockMhz, take), take))
    const [low, high] = published.measured
    const middle = (low + high) / 2
    return {
        ...published,
        model,
        errorShare: model.typical / middle - 1,
        inRange: model.low <= high && model.high >= low,
        isInput: isInput === true,
    }
}

// ---- ESP32, MicroPython, measured with a PPK2 ---------------------------------------------------------

const GLENN = "glenn20, upy-esp32-experiments (2023), ESPNowvsWifiEnergyUsage"
/** Named there: the board draws it also in deep sleep, so it is not the chip's. */
const BOARD_MA = 15
const BOOT_MS = 70
const STATIC_MS = 734
const DHCP_MS = 1626
const MQTT_MS = 774
const ESPNOW_MS = 118.8
/** What a message of one byte takes on the air, as its spike of current shows. */
const ESPNOW_AIR_MS = 0.6

const bootUc = (board: BoardFigures) => BOOT_MS * board.bootMa
const wifiUc = (board: BoardFigures) =>
    board.wifiStartMs * board.cpuActiveMa + (STATIC_MS - BOOT_MS - board.wifiStartMs) * board.wifiMa
const toMc = (chipUc: number, durationMs: number) => (chipUc + durationMs * BOARD_MA) / 1000

const charges: Case[] = [
    {
        what: "ESP32: boot, Wi-Fi with a scan, static address",
        source: GLENN,
        inputs: "734 ms, 70 of them boot; 15 mA of the board itself; the boot's current is from there, too",
        ...{ unit: "mC", measured: [100.2, 100.2], board: "esp32_bare", clockMhz: 160 },
        answer: (board) => toMc(bootUc(board) + wifiUc(board), STATIC_MS),
    },
    {
        what: "ESP32: the same with DHCP",
        source: GLENN,
        inputs: "1626 ms, the 892 ms more are DHCP",
        ...{ unit: "mC", measured: [204.3, 204.3], board: "esp32_bare", clockMhz: 160 },
        answer: (board) => toMc(bootUc(board) + wifiUc(board) + (DHCP_MS - STATIC_MS) * board.radioListenMa, DHCP_MS),
    },
    {
        what: "ESP32: static address and a message by MQTT without TLS",
        source: GLENN,
        inputs: "774 ms, the 40 ms more are TCP and MQTT",
        ...{ unit: "mC", measured: [108.6, 108.6], board: "esp32_bare", clockMhz: 160 },
        answer: (board) => toMc(bootUc(board) + wifiUc(board) + (MQTT_MS - STATIC_MS) * board.radioListenMa, MQTT_MS),
    },
    {
        what: "ESP32: boot and a message by ESP-NOW, which is acknowledged",
        source: GLENN,
        inputs: "118.8 ms, 70 of them boot, 0.6 on the air; from the Wi-Fi's start on the receiver is on; the comparison takes its radio's longest time from here",
        ...{ unit: "mC", measured: [7.68, 7.68], board: "esp32_bare", clockMhz: 160 },
        answer: (board) => {
            const listenMs = ESPNOW_MS - BOOT_MS - board.wifiStartMs - ESPNOW_AIR_MS
            const airUc = ESPNOW_AIR_MS * board.radioTransmitMa
            const startUc = board.wifiStartMs * board.cpuActiveMa
            return toMc(bootUc(board) + startUc + listenMs * board.radioListenMa + airUc, ESPNOW_MS)
        },
    },
]

// ---- Connected, the radio asleep between beacons ------------------------------------------------------

const ESPRESSIF =
    "Espressif, ESP-IDF programming guide 6.x, Low power mode in Wi-Fi scenarios: modem-sleep without frequency scaling, 160 MHz"

/** The published means at each DTIM period. */
const modemSleepMa = [
    { board: "esp32c3_bare", chip: "ESP32-C3", means: { 1: 21.47, 3: 20.82, 10: 20.67 } },
    { board: "esp32_bare", chip: "ESP32", means: { 1: 31.12, 3: 28.81, 10: 29.66 } },
    { board: "esp32c6_bare", chip: "ESP32-C6", means: { 1: 27.48, 3: 27.08, 10: 26.85 } },
    { board: "esp32s2_bare", chip: "ESP32-S2", means: { 1: 31.14, 3: 29.06, 10: 28.5 } },
    { board: "esp32s3_bare", chip: "ESP32-S3", means: { 1: 40.1, 3: 38.7, 10: 38.2 } },
]

const connected: Case[] = modemSleepMa.flatMap(({ board, chip, means }) =>
    Object.entries(means).map(([dtim, measuredMa]) => ({
        what: `${chip}: connected and idle in modem sleep, DTIM ${dtim}`,
        source: ESPRESSIF,
        inputs: "least current and time for a beacon are from the same table, as the profile has them",
        ...{ unit: "mA" as const, measured: [measuredMa, measuredMa] as [number, number], board, clockMhz: 160 },
        isInput: true as const,
        answer: (figures: BoardFigures) =>
            dozingMa(figures, { powerSave: "min", dtim: Number(dtim), listenInterval: 1 }),
    })),
)

// ---- Times of handshakes --------------------------------------------------------------------------------

/** BearSSL's instructions over ours on x86-64, resumed by a session ID: docs/PERFORMANCE-TABLES.md. */
export const BEARSSL_RESUMED_RATIO = 0.8 / 0.55

const PHONEBLOCK = "haumacher/phoneblock, issue 322 and pull request 323 (2026): mbedTLS, TLS 1.2"
const TRMNL = "usetrmnl/trmnl-firmware, pull request 408 (2026): mbedTLS, TLS 1.2, certificate not verified"
const BEARSSL = "esp8266/Arduino, pull request 5160 (2018): BearSSL, TLS 1.2, api.github.com"
const WOLFSSL = "wolfSSL benchmark logs of gojimmypi (2023), ESP32-C3, software only, three builds"

const figures = (choice: Partial<FiguresChoice>) =>
    handshakesFromFigures({ protocol: "TLS1.2", kind: "ticket", certificate: "ecdsa", build: "size", ...choice })
/** mbedTLS counted on the emulated microcontroller: with a public authority's chain, on P-384, and with P-256. */
const mbedtls = { stack: "mbedTLS", protocol: "TLS1.3", kind: "psk" } as const
const p384 = figures({ ...mbedtls, certificate: "ecdsa-p384" })
const tls13 = figures(mbedtls)
const tls12 = figures({ stack: "mbedTLS" })
const ours = figures({})
const rsa = figures({ certificate: "rsa" })
const tls12rsa = figures({ stack: "mbedTLS", certificate: "rsa" })

/** Measured from a fast x86 in the same issue: the network and the server, no computing to speak of. */
const PHONEBLOCK_NETWORK_MS = 140

/** Not told there: what a device at home may see. */
const homeRtt: Range = { low: 20, typical: 50, high: 150 }
/** In the same network. */
const localRtt: Range = { low: 2, typical: 5, high: 20 }
const homeDns: Range = { low: 5, typical: 40, high: 200 }
/** Compiler options, versions, and accelerators of the chip that a stack may use. */
const stackDoubt: Range = { low: 0.6, typical: 1, high: 1.6 }

/** Without a look at the chain, which is one of the two signatures that a full handshake of TLS 1.3 has over a resumption. */
const signature = (tls13.full.instructions - tls13.resumed.instructions) / 2
const unverified = tls12.full.instructions - signature

const phoneblockMs = (board: BoardFigures, doubt: number) => computeMs(p384.full.instructions * doubt, board, 240)
const resumedMs = (board: BoardFigures, clockMhz: number, doubt: number) =>
    computeMs(tls12.resumed.instructions * doubt, board, clockMhz)

const times: Case[] = [
    {
        what: "ESP32 at 240 MHz: full TLS handshake",
        source: PHONEBLOCK,
        inputs: "140 ms of network, measured there from another machine; mbedTLS counted on the emulated microcontroller, by TLS 1.3 for want of a count of 1.2; assumed: a chain with P-384, as public ones have",
        ...{ unit: "ms", measured: [1664, 1664], board: "esp32_bare", clockMhz: 240 },
        answer: (board, take) => PHONEBLOCK_NETWORK_MS + phoneblockMs(board, take(stackDoubt)),
    },
    {
        what: "ESP32 at 240 MHz: what resuming saves",
        source: PHONEBLOCK,
        inputs: "the computing alone; published as about 1.5 s",
        ...{ unit: "ms", measured: [1500, 1500], board: "esp32_bare", clockMhz: 240 },
        answer: (board, take) => phoneblockMs(board, take(stackDoubt)) - resumedMs(board, 240, 1),
    },
    {
        what: "ESP32-C3 at 160 MHz: DNS, TCP and full TLS handshake",
        source: TRMNL,
        inputs: "mbedTLS as above, without the chain; assumed: round trip 20 to 150 ms, DNS 5 to 200 ms",
        ...{ unit: "ms", measured: [3489, 3489], board: "esp32c3_bare", clockMhz: 160 },
        answer: (board, take) => {
            const instructions = unverified * take(stackDoubt)
            return take(homeDns) + 3 * take(homeRtt) + computeMs(instructions, board, 160)
        },
    },
    {
        what: "ESP32-C3 at 160 MHz: the same, resumed",
        source: TRMNL,
        inputs: "the same",
        ...{ unit: "ms", measured: [825, 825], board: "esp32c3_bare", clockMhz: 160 },
        answer: (board, take) => take(homeDns) + 2 * take(homeRtt) + resumedMs(board, 160, take(stackDoubt)),
    },
    {
        what: "ESP8266 at 80 MHz: DNS, TCP, full TLS handshake, HTTP",
        source: BEARSSL,
        inputs: "our own instructions, not BearSSL's; assumed: RSA 2048, round trip 20 to 150 ms, DNS 5 to 200 ms",
        ...{ unit: "ms", measured: [1564, 2042], board: "esp8266_bare", clockMhz: 80 },
        answer: (board, take) => {
            const instructions = rsa.full.instructions * take(stackDoubt)
            return take(homeDns) + 4 * take(homeRtt) + computeMs(instructions, board, 80)
        },
    },
    {
        what: "ESP8266 at 80 MHz: the same, resumed",
        source: BEARSSL,
        inputs: "ours by the ratio of both on x86-64; otherwise the same",
        ...{ unit: "ms", measured: [370, 386], board: "esp8266_bare", clockMhz: 80 },
        answer: (board, take) =>
            take(homeDns) +
            3 * take(homeRtt) +
            computeMs(ours.resumed.instructions * BEARSSL_RESUMED_RATIO * take(stackDoubt), board, 80),
    },
]

// ---- TLS against none ---------------------------------------------------------------------------------

const HBRS =
    "Hochschule Bonn-Rhein-Sieg, 2019-ESP32-TLS-Power, as espressif/arduino-esp32 issue 3598 quotes it; the paper itself could not be had"

const PLAIN = {
    ...{ instructions: 0, preparedInstructions: 0, afterInstructions: 0, bytesTx: 0, bytesRx: 0, roundTrips: 0 },
}

/** Each charge from the name's answer to the end of the app's exchange, the network set up. */
function tlsTimes(board: BoardFigures, take: Take): number {
    const doubt = take(stackDoubt)
    const full = { ...tls12.full, instructions: tls12.full.instructions * doubt }
    const surroundings = {
        ...{ rttMs: take(localRtt), dnsMs: 0, serverMs: take({ low: 0, typical: 5, high: 20 }), appMs: 0 },
        ...{ closingMs: 0, payloadBytes: 100, dtim: 1, beaconWaitShare: 0.5 },
        ...{ dhcpShare: 0, retryShare: 0, lossShare: 0 },
    }
    const phases = wakePhases({
        ...{ board, clockMhz: 160, wifi: "fast", powerSave: "min", listenInterval: 1, surroundings, handshake: full },
        ...{ flash: { programs: 0, erases: 0 }, withoutInstructions: 0 },
    })
    const chargeOf = (...names: string[]) =>
        phases.filter(({ phase }) => names.includes(phase)).reduce((sum, { chargeUc }) => sum + chargeUc, 0)
    const plain = wakePhases({
        ...{ board, clockMhz: 160, wifi: "fast", powerSave: "min", listenInterval: 1, surroundings, handshake: PLAIN },
        ...{ flash: { programs: 0, erases: 0 }, withoutInstructions: 0 },
    })
    const plainUc = plain
        .filter(({ phase }) => phase === "tcp" || phase === "application")
        .reduce((sum, { chargeUc }) => sum + chargeUc, 0)
    return chargeOf("tcp", "tls") / plainUc
}

const ratios: Case[] = [
    {
        what: "ESP32: a full TLS session set up, over an unencrypted transmission",
        source: HBRS,
        inputs: "assumed: mbedTLS and TLS 1.2 as counted, 160 MHz, a server in the same network, a message of 100 bytes over TCP",
        ...{ unit: "times", measured: [14, 14], board: "esp32_bare", clockMhz: 160 },
        answer: tlsTimes,
    },
]

/** Of the size build, for a block of 64 bytes without the allocation around it (docs/PERFORMANCE-TABLES.md). */
const SHA256_INSTRUCTIONS_PER_BYTE = (4650 - 620) / 64

const speeds: Case[] = [
    {
        what: "ESP32-C3 at 160 MHz: SHA-256",
        source: WOLFSSL,
        inputs: "63 instructions a byte, as the emulated microcontroller takes",
        ...{ unit: "KiB/s", measured: [1005, 1677], board: "esp32c3_bare", clockMhz: 160 },
        answer: (board) => 160e6 / (SHA256_INSTRUCTIONS_PER_BYTE * board.cyclesPerInstruction) / 1024,
    },
]

export const validate = (): Comparison[] => [...charges, ...connected, ...times, ...ratios, ...speeds].map(compare)

// ---- Said without figures -----------------------------------------------------------------------------

/** What a publication says of its measurements where only its abstract could be had. */
export interface Claim {
    claim: string
    source: string
    /** The ratio of both energies that the model gives: below 1 where the claim holds. */
    model: Range
    verdict: "yes" | "no" | "open"
}

const ALBELA_2019 = "Suárez-Albela et al., Sensors 2019, 19(1), 15, abstract: ESP32, TLS"
const ALBELA_2018 = "Suárez-Albela et al., Sensors 2018, 18, 3868, abstract: TLS 1.2, a gateway and two end devices"

const computingUc = (board: BoardFigures, instructions: number, clockMhz: number) =>
    computeMs(instructions, board, clockMhz) * board.cpuActiveMa

/** What computing a full handshake draws at one clock over what it does at another, instructions and cycles the same. */
const byClock = (fast: number, slow: number) => (profile: PowerProfile, take: Take) => {
    const [quick, calm] = [boardBy(profile, fast, take), boardBy(profile, slow, take)]
    return (quick.cpuActiveMa * slow) / (calm.cpuActiveMa * fast)
}

const byKey = (profile: PowerProfile, take: Take) => {
    const board = boardBy(profile, 240, take)
    return (
        computingUc(board, tls12.full.instructions * take(stackDoubt), 240) /
        computingUc(board, tls12rsa.full.instructions * take(stackDoubt), 240)
    )
}

interface Said {
    claim: string
    source: string
    ratio: (profile: PowerProfile, take: Take) => number
}

const said: Said[] = [
    { claim: "a handshake takes less energy at 160 than at 80 MHz", source: ALBELA_2019, ratio: byClock(160, 80) },
    { claim: "and less at 240 than at 160 MHz", source: ALBELA_2019, ratio: byClock(240, 160) },
    { claim: "ECDSA takes less than RSA", source: ALBELA_2019, ratio: byKey },
    { claim: "ECC takes less than RSA", source: ALBELA_2018, ratio: byKey },
]

export function claims(): Claim[] {
    const profile = readPowerProfile("esp32_bare")
    return said.map(({ claim, source, ratio }) => {
        const model = rangeBy((take) => ratio(profile, take))
        const unlike = model.low >= 1 ? "no" : "open"
        return { claim, source, model, verdict: model.high < 1 ? "yes" : unlike }
    })
}
