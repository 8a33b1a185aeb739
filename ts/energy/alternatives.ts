// `estimate --compare`: what each way to have a report arrive draws, how long the cell lasts by it, and from which
// interval on it is the cheaper one. Every way sees the same draws as the estimate.
import { Random } from "../base/random.js"
import { draw, expectedOf, type Quantity, type Range, rangeOf } from "../run/range.js"
import { type EstimateOptions, type Numbers, numbersBy } from "./estimate.js"
import type { Handshakes } from "./handshakes.js"
import {
    dtlsCid,
    earlyData,
    espNow,
    externalPsk,
    fullEachWake,
    lightSleep,
    reportUc,
    reportYears,
    resumed,
    type Way,
    type WayInputs,
    type WayNumbers,
} from "./ways.js"

/** What only the comparison needs. */
const quantities = {
    pingS: {
        ...{ low: 30, typical: 60, high: 600 },
        source: "espressif/esp-mqtt, mqtt_config.h: MQTT_KEEPALIVE_TICK, 120 s, a ping after half of it without traffic; spread assumed",
    },
    arpS: {
        ...{ low: 60, typical: 60, high: 300 },
        source: "espressif/esp-idf, components/lwip/Kconfig: LWIP_GARP_TMR_INTERVAL, 60 s; the upper end is assumed",
    },
    rekeyS: {
        ...{ low: 600, typical: 3600, high: 86_400 },
        source: "hostapd.conf: wpa_group_rekey of 600 s in the example, 1800 to 86,400 in others' files; typical assumed",
    },
    dropsPerDay: { ...{ low: 0.1, typical: 1, high: 6 }, source: "assumed: router, server or network end it" },
    recordInstructions: {
        ...{ low: 60_000, typical: 200_000, high: 600_000 },
        source: "assumed: as a line of data and its answer behind the handshake of TLS 1.2 on the emulated microcontroller",
    },
    espNowListenMs: {
        ...{ low: 5, typical: 25, high: 45 },
        source: "glenn20, upy-esp32-experiments, ESPNowvsWifiEnergyUsage (2023): 49 ms more than the boot alone, Wi-Fi's start in them; by the charge the receiver is on for about half of them",
    },
} satisfies Record<string, Quantity>

const KEPT =
    "auto light sleep: Espressif's table of the chip, in the power profile; ping, ARP and key renewal are added"

interface Kind {
    name: string
    title: string
    /** Our firmware does it. */
    inWarmhello: boolean
    source: string
    /** null where there is no count or no current for it. */
    build: (inputs: WayInputs, handshakes: HandshakesByProtocol, asked: Handshakes) => Way | null
}

export interface HandshakesByProtocol {
    "TLS1.2": Handshakes | null
    "TLS1.3": Handshakes | null
}

const by13 =
    (make: (inputs: WayInputs, handshakes: Handshakes) => Way): Kind["build"] =>
    (inputs, { "TLS1.3": handshakes }) =>
        handshakes === null ? null : make(inputs, handshakes)

const keptAt = (dtim: number): Kind => ({
    name: `light-sleep-dtim${dtim}`,
    title: `light sleep, DTIM ${dtim}`,
    inWarmhello: false,
    source: KEPT,
    build: (inputs, _both, asked) =>
        inputs.ways.lightSleepMa[dtim] === undefined ? null : lightSleep(inputs, asked, dtim),
})

const COUNTED = "counts of the emulated microcontroller, as the rest of the estimate"

const kinds: readonly Kind[] = [
    {
        ...{ name: "full", title: "full handshake", inWarmhello: true, source: COUNTED },
        build: (inputs, _both, asked) => fullEachWake(inputs, asked),
    },
    {
        ...{ name: "resumed-tls1.2", title: "resumed, TLS 1.2", inWarmhello: true, source: COUNTED },
        build: (inputs, { "TLS1.2": handshakes }) => (handshakes === null ? null : resumed(inputs, handshakes)),
    },
    {
        ...{ name: "resumed-tls1.3", title: "resumed, TLS 1.3", inWarmhello: true, source: COUNTED },
        build: by13(resumed),
    },
    {
        ...{ name: "early-data", title: "early data", inWarmhello: true },
        source: "RFC 8446 2.3: a round trip less than a resumed handshake; an attacker may send it again",
        build: by13(earlyData),
    },
    {
        ...{ name: "external-psk", title: "external PSK", inWarmhello: true },
        source: "RFC 8446 4.2.11, psk_dhe_ke: as a resumed handshake in every wake (measured: 2 % less), nothing kept; a key for each device at the server",
        build: by13(externalPsk),
    },
    {
        ...{ name: "dtls-cid", title: "DTLS with CID", inWarmhello: false },
        source: "RFC 9146 and RFC 9147: no handshake while the server remembers; the datagram is taken to arrive",
        build: (inputs, _both, asked) => dtlsCid(inputs, asked),
    },
    ...[1, 3, 10].map(keptAt),
    {
        ...{ name: "esp-now", title: "ESP-NOW", inWarmhello: false },
        source: `${quantities.espNowListenMs.source}; the gateway, which never sleeps, is not counted`,
        build: espNow,
    },
]

// ---- Which is cheaper -----------------------------------------------------------------------------------

/** From a report a second to one a week. */
export const SHORTEST_INTERVAL_MS = 1000
export const LONGEST_INTERVAL_MS = 7 * 86_400_000
const HALVINGS = 16

/** Intervals between both ends, each by the same factor above the one before. */
const ladderOf = (steps: number): readonly number[] =>
    Array.from(
        { length: steps + 1 },
        (_, step) => SHORTEST_INTERVAL_MS * (LONGEST_INTERVAL_MS / SHORTEST_INTERVAL_MS) ** (step / steps),
    )
const fine = ladderOf(80)
/** For each of many draws. */
const coarse = ladderOf(20)

export interface Stretch<T> {
    fromMs: number
    toMs: number
    value: T
}

/** Stretches of intervals with one answer each, their borders found by halving. */
function stretchesOf<T>(answer: (intervalMs: number) => T, ladder = fine): Stretch<T>[] {
    const found: Stretch<T>[] = []
    let value = answer(SHORTEST_INTERVAL_MS)
    let fromMs = SHORTEST_INTERVAL_MS
    for (const [index, intervalMs] of ladder.entries()) {
        const next = answer(intervalMs)
        if (next === value) continue
        let [before, behind] = [ladder[index - 1] ?? SHORTEST_INTERVAL_MS, intervalMs]
        for (let n = 0; n < HALVINGS; n++) {
            const middle = Math.sqrt(before * behind)
            if (answer(middle) === value) before = middle
            else behind = middle
        }
        found.push({ fromMs, toMs: behind, value })
        ;[value, fromMs] = [next, behind]
    }
    return [...found, { fromMs, toMs: LONGEST_INTERVAL_MS, value }]
}

/** The first border where the order of a way and the reference changes, as these two have it in each draw. */
function crossingOf(way: Way, reference: Way, isLessBelow: boolean): number {
    const [first] = stretchesOf((intervalMs) => isLess(way, reference, intervalMs) === isLessBelow, coarse)
    if (first?.value !== true) return SHORTEST_INTERVAL_MS
    return first.toMs
}

/** Where there is time for neither, the answer is that of the shortest interval that one of them can keep. */
function isLess(way: Way, reference: Way, intervalMs: number): boolean {
    const [mine, other] = [reportUc(way, intervalMs), reportUc(reference, intervalMs)]
    if (mine < other || Number.isFinite(other) || Number.isFinite(mine)) return mine < other
    return intervalMs < LONGEST_INTERVAL_MS && isLess(way, reference, 2 * intervalMs)
}

// ---- The comparison -------------------------------------------------------------------------------------

interface Alternative {
    name: string
    title: string
    inWarmhello: boolean
    source: string
    /** Between two reports, the sleep included. */
    reportUj: Range
    batteryYears: Range
    /** By the means of all inputs: where it draws less than resuming as the estimate has it. */
    lessThanResumed: { fromMs: number; toMs: number }[]
    /** Where that order first changes; null where it never does. */
    crossingMs: Range | null
}

export interface Alternatives {
    intervalMs: number
    reference: string
    all: Alternative[]
    /** By the means of all inputs: the cheapest, and the cheapest of what our firmware does and a connection that is kept. */
    cheapest: Stretch<string>[]
    cheapestHere: Stretch<string>[]
}

type Take = (range: Range) => number
interface Drawn {
    numbers: Numbers
    ways: Map<string, Way>
}

function wayNumbers({ profile }: EstimateOptions, take: Take): WayNumbers {
    const lightSleep = Object.entries(profile.lightSleepMa ?? {}).map(([dtim, range]) => [dtim, take(range)])
    const own = Object.entries(quantities).map(([name, range]) => [name, take(range)])
    return { ...Object.fromEntries(own), lightSleepMa: Object.fromEntries(lightSleep) } as WayNumbers
}

function drawnBy(options: EstimateOptions, both: HandshakesByProtocol, take: Take, takeOwn: Take): Drawn {
    const numbers = numbersBy(options, take)
    const { clockMhz, wifi, powerSave, listenInterval, serverForgetsMs, handshakes } = options
    const askedMs = Math.max(1, options.sleepMs)
    const common = { clockMhz, wifi, powerSave, listenInterval, serverForgetsMs, askedMs }
    const inputs = { numbers, ways: wayNumbers(options, takeOwn), ...common }
    const ways = kinds.flatMap(({ name, build }): [string, Way][] => {
        const way = build(inputs, both, handshakes)
        return way === null ? [] : [[name, way]]
    })
    return { numbers, ways: new Map(ways) }
}

function cheapestOf(ways: Map<string, Way>, names: readonly string[]): Stretch<string>[] {
    return stretchesOf((intervalMs) => {
        const costs = names.map((name) => ({ name, uc: reportUc(ways.get(name) ?? (() => null), intervalMs) }))
        return costs.reduce((least, one) => (one.uc < least.uc ? one : least)).name
    })
}

/** A session that is resumed is the reference: by this, as the estimate has it. */
const referenceOf = ({ handshakes }: EstimateOptions): string =>
    handshakes.protocol === "TLS1.3" ? "resumed-tls1.3" : "resumed-tls1.2"

export function compareWays(options: EstimateOptions, both: HandshakesByProtocol): Alternatives {
    const asked = { ...both, [options.handshakes.protocol]: options.handshakes }
    const [random, own] = [new Random(options.seed), new Random(options.seed + 1)]
    // How often a connection is kept alive is a time between two events, and the mean of that is not its rate's.
    const expected = drawnBy(options, asked, expectedOf, (range) => range.typical)
    const draws = Array.from({ length: options.draws }, () =>
        drawnBy(
            options,
            asked,
            (range) => draw(random, range),
            (range) => draw(own, range),
        ),
    )
    const reference = referenceOf(options)
    const intervalMs = options.sleepMs
    const of = ({ ways }: Drawn, name: string): Way => ways.get(name) ?? (() => null)
    const spread = (value: (drawn: Drawn) => number) => rangeOf(value(expected), draws.map(value))
    const there = kinds.filter(({ name }) => expected.ways.has(name))
    const all = there.map(({ name, title, inWarmhello, source }): Alternative => {
        const stretches = stretchesOf((at) => isLess(of(expected, name), of(expected, reference), at))
        const isLessBelow = stretches[0]?.value === true
        const less = stretches.filter(({ value }) => value).map(({ fromMs, toMs }) => ({ fromMs, toMs }))
        const crossing = (drawn: Drawn) => crossingOf(of(drawn, name), of(drawn, reference), isLessBelow)
        return {
            ...{ name, title, inWarmhello, source, lessThanResumed: less },
            reportUj: spread((drawn) => reportUc(of(drawn, name), intervalMs) * options.supplyV),
            batteryYears: spread((drawn) => reportYears(of(drawn, name), intervalMs, drawn.numbers)),
            crossingMs: stretches.length === 1 ? null : spread(crossing),
        }
    })
    const names = all.map(({ name }) => name)
    const here = all.filter(({ name, inWarmhello }) => inWarmhello || name.startsWith("light-sleep"))
    return {
        ...{ intervalMs, reference, all },
        cheapest: cheapestOf(expected.ways, names),
        cheapestHere: cheapestOf(
            expected.ways,
            here.map(({ name }) => name),
        ),
    }
}
