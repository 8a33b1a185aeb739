// The model against what others measured and published. What a publication tells (times, clocks, a board's own
// current) is put in; the rest comes from the power profiles; the answer is compared, good or bad.
import { Random } from "../../ts/base/random.js"
import { type FiguresChoice, handshakesFromFigures } from "../../ts/energy/handshakes.js"
import { computeMs } from "../../ts/energy/model.js"
import { boardNumberNames, type PowerProfile, readPowerProfile } from "../../ts/energy/power-profile.js"
import { type BoardFigures, dozingMa } from "../../ts/energy/radio.js"
import { draw, exactly, type Range, rangeOf } from "../../ts/run/range.js"

export interface Comparison {
    what: string
    source: string
    /** What was put in. */
    inputs: string
    unit: "mC" | "mA" | "ms" | "KiB/s"
    /** As published: one value, or the lowest and highest of several. */
    measured: [number, number]
    model: Range
    /** Of the typical answer, against the middle of what was measured. */
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

function compare({ board, clockMhz, answer, isInput, ...published }: Case): Comparison {
    const random = new Random(SEED)
    const profile = readPowerProfile(board)
    const one = (take: Take) => answer(boardBy(profile, clockMhz, take), take)
    const typical = one((range) => range.typical)
    const model = rangeOf(
        typical,
        Array.from({ length: DRAWS }, () => one((range) => draw(random, range))),
    )
    const [low, high] = published.measured
    const middle = (low + high) / 2
    return {
        ...published,
        model,
        errorShare: typical / middle - 1,
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
]

// ---- Connected, the radio asleep between beacons ------------------------------------------------------

const ESPRESSIF =
    "Espressif, ESP-IDF programming guide 6.x, Low power mode in Wi-Fi scenarios: modem-sleep without frequency scaling, 160 MHz"

/** The published means at each DTIM period. */
const modemSleepMa = [
    { board: "esp32c3_bare", chip: "ESP32-C3", means: { 1: 21.47, 3: 20.82, 10: 20.67 } },
    { board: "esp32_bare", chip: "ESP32", means: { 1: 31.12, 3: 28.81, 10: 29.66 } },
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

/** Measured from a fast x86 in the same issue: the network and the server, no computing to speak of. */
const PHONEBLOCK_NETWORK_MS = 140

/** Not told there: what a device at home may see. */
const homeRtt: Range = { low: 20, typical: 50, high: 150 }
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

export const validate = (): Comparison[] => [...charges, ...connected, ...times, ...speeds].map(compare)
