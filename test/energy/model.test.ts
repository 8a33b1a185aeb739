// The sums of the estimate, against sums made by hand.
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { Random } from "#warmhello/base/random.js"
import { mean } from "#warmhello/base/statistics.js"
import { cellYears } from "#warmhello/energy/battery.js"
import { breakEvenOf } from "#warmhello/energy/break-even.js"
import { type DrawnCosts, type EstimateOptions, estimate, over, tlsShare } from "#warmhello/energy/estimate.js"
import { handshakesFromFigures } from "#warmhello/energy/handshakes.js"
import { sumMs, sumUc, wakePhases, wakesPerFull } from "#warmhello/energy/model.js"
import { boardNumberNames, readCells, readPowerProfile, readRegulators } from "#warmhello/energy/power-profile.js"
import type { BoardFigures } from "#warmhello/energy/radio.js"
import { draw, exactly, rangeOf } from "#warmhello/run/range.js"

/** A board of round numbers: 10 mA idle, 20 mA active, 60 mA on top of both while it listens. */
const board: BoardFigures = {
    ...(Object.fromEntries(boardNumberNames.map((name) => [name, 0])) as unknown as BoardFigures),
    ...{ cpuIdleMa: 10, cpuActiveMa: 20, radioListenMa: 70, radioTransmitMa: 300 },
    ...{ radioHoldMs: 50, beaconMs: 0 },
    ...{ bootMs: 100, bootMa: 30, wifiFastMs: 200, wifiScanMs: 900, wifiMa: 90, ipStaticMs: 0, ipDhcpMs: 500 },
    ...{
        cyclesPerInstruction: 1,
        phyRateMbps: Number.POSITIVE_INFINITY,
        flashProgramMs: 1,
        flashEraseMs: 50,
        flashWriteMa: 5,
    },
}
const smooth = { dhcpShare: 0, retryShare: 0, lossShare: 0 }
const surroundings = {
    ...{ rttMs: 40, dnsMs: 10, serverMs: 0, appMs: 0, closingMs: 10, payloadBytes: 0 },
    ...{ dtim: 1, beaconWaitShare: 0.5, ...smooth },
}
const bytes = { bytesTx: 0, bytesRx: 0 }
const handshake = { instructions: 16e6, preparedInstructions: 0, afterInstructions: 0, ...bytes, roundTrips: 1 }
const rules = { wifi: "fast" as const, powerSave: "none" as const, listenInterval: 3 }
const wake = { board, clockMhz: 160, ...rules, surroundings, handshake }
const plain = { ...wake, flash: { programs: 0, erases: 0 }, withoutInstructions: 0 }

const chargesOf = (inputs: Parameters<typeof wakePhases>[0]) =>
    Object.fromEntries(wakePhases(inputs).map(({ phase, chargeUc }) => [phase, chargeUc]))

describe("a wake", () => {
    test("draws in each phase its time by its current", () => {
        expect(chargesOf(plain)).toEqual({
            boot: 100 * 30,
            wifi: 200 * 90,
            ip: 0,
            dns: 10 * 70,
            tcp: 40 * 70,
            tls: 100 * 80 + 40 * 70, // 16 million cycles at 160 MHz, then a round trip
            application: 40 * 70,
            closing: 40 * 70 + 10 * 80, // until the server has closed, too, then the Wi-Fi's stop
        })
    })

    test("with a second round trip takes it longer, at the current of waiting", () => {
        const twice = chargesOf({ ...plain, handshake: { ...handshake, roundTrips: 2 } })
        expect(twice.tls).toBe((chargesOf(plain).tls ?? 0) + 40 * 70)
    })

    test("with DHCP and a scan draws for both", () => {
        const { wifi, ip } = chargesOf({ ...plain, wifi: "dhcp" })
        expect([wifi, ip]).toEqual([900 * 90, 500 * 70])
    })

    test("that writes to flash draws the processor's current and flash's", () => {
        const { closing } = chargesOf({ ...plain, flash: { programs: 4, erases: 1 } })
        expect(closing).toBe((chargesOf(plain).closing ?? 0) + 54 * 25)
    })

    test("starts the Wi-Fi with the processor alone, and takes no longer for it", () => {
        const started = wakePhases({ ...plain, board: { ...board, wifiStartMs: 8 } })
        const wifi = started.find(({ phase }) => phase === "wifi")
        expect([wifi?.durationMs, wifi?.chargeUc]).toEqual([200, 8 * 20 + 192 * 90])
    })

    test("says its line with the radio off", () => {
        const { closing } = chargesOf({ ...plain, board: { ...board, wakeLineMs: 7 } })
        expect(closing).toBe((chargesOf(plain).closing ?? 0) + 7 * 20)
    })

    test("makes its ClientHello while TCP comes up", () => {
        const early = { ...handshake, preparedInstructions: 1.6e6 } // 10 ms
        const [before, after] = [chargesOf(plain), chargesOf({ ...plain, handshake: early })]
        expect(after.tcp).toBe(10 * 80 + 30 * 70)
        expect(after.tls).toBe((before.tls ?? 0) - 10 * 80)
        expect(sumMs(wakePhases(plain)) - sumMs(wakePhases({ ...plain, handshake: early }))).toBeCloseTo(10, 6)
    })

    test("waits for its ClientHello where TCP is up before", () => {
        const slow = { ...handshake, preparedInstructions: 8e6 } // 50 ms, the round trip is 40
        const tcp = wakePhases({ ...plain, handshake: slow }).find(({ phase }) => phase === "tcp")
        expect([tcp?.durationMs, tcp?.chargeUc]).toEqual([50, 50 * 80])
    })

    test("of which some must try the access point again, ask DHCP, or send a SYN again, is the mean of all", () => {
        const rough = { ...surroundings, dhcpShare: 0.1, retryShare: 0.05, lossShare: 0.01 }
        const { wifi, ip, tcp, ...rest } = chargesOf({ ...plain, surroundings: rough })
        const before = chargesOf(plain)
        expect(wifi).toBeCloseTo((before.wifi ?? 0) + 0.05 * 900 * 90, 6)
        expect(ip).toBeCloseTo(0.15 * 500 * 70, 6)
        expect(tcp).toBeCloseTo((before.tcp ?? 0) + 0.01 * 1500 * 70, 6)
        expect(before).toMatchObject(rest)
    })

    test("with a static address asks no DHCP", () => {
        const rough = { ...surroundings, dhcpShare: 0.1, retryShare: 0.05 }
        expect(chargesOf({ ...plain, wifi: "static", surroundings: rough }).ip).toBe(0)
    })
})

describe("modem sleep", () => {
    const saving = { ...plain, powerSave: "min" as const }
    const tlsOf = (inputs: typeof plain | typeof saving) => wakePhases(inputs).find(({ phase }) => phase === "tls")

    test("switches the receiver off 50 ms after the last packet, while TLS is still computed", () => {
        expect(tlsOf(saving)?.chargeUc).toBe(40 * 70 + 50 * 80 + 50 * 20)
        expect(tlsOf(saving)?.durationMs).toBe(140) // the last flight leaves at once
    })

    test("hears a beacon now and then, the fewer the higher the DTIM period", () => {
        const hearing = { ...saving, board: { ...board, beaconMs: 10.24 } }
        const seldom = { ...hearing, surroundings: { ...surroundings, dtim: 10 } }
        expect(tlsOf(hearing)?.chargeUc).toBeCloseTo(40 * 70 + 50 * 80 + 50 * (20 + 60 * 0.1), 6)
        expect(tlsOf(seldom)?.chargeUc).toBeCloseTo(40 * 70 + 50 * 80 + 50 * (20 + 60 * 0.01), 6)
    })

    test("has an answer that takes longer wait for the next beacon", () => {
        const far = { ...surroundings, rttMs: 60 }
        const tcp = wakePhases({ ...saving, surroundings: far }).find(({ phase }) => phase === "tcp")
        expect(tcp?.durationMs).toBeCloseTo(60 + 51.2, 6)
        expect(tcp?.chargeUc).toBeCloseTo(50 * 70 + (10 + 51.2) * 10, 6)
        const awake = wakePhases({ ...plain, surroundings: far }).find(({ phase }) => phase === "tcp")
        expect([awake?.durationMs, awake?.chargeUc]).toEqual([60, 60 * 70])
    })

    test("by a listen interval of 3 has it wait three times as long", () => {
        const far = { ...surroundings, rttMs: 60 }
        const tcp = wakePhases({ ...saving, powerSave: "max", surroundings: far }).find(({ phase }) => phase === "tcp")
        expect(tcp?.durationMs).toBeCloseTo(60 + 3 * 51.2, 6)
    })

    test("does not begin before the device has an address", () => {
        const asking = { ...saving, wifi: "dhcp" as const }
        expect(chargesOf(asking).ip).toBe(500 * 70)
    })
})

describe("one full wake", () => {
    const rhythm = { sleepS: 600, serverForgetsS: 7200, clockErrorShare: 0 }
    test("comes each time a TLS 1.2 session has run out", () => {
        expect(wakesPerFull({ ...rhythm, kind: "ticket" })).toBe(12)
        expect(wakesPerFull({ ...rhythm, kind: "id", serverForgetsS: 1e9 })).toBe(144) // a day at most
    })

    test("comes once a week where TLS 1.3 renews its tickets", () => {
        expect(wakesPerFull({ ...rhythm, kind: "psk" })).toBe(7 * 24 * 6)
    })

    test("is every wake when the device sleeps for longer than the server remembers", () => {
        expect(wakesPerFull({ ...rhythm, kind: "psk", sleepS: 7200 })).toBe(1)
        expect(wakesPerFull({ ...rhythm, kind: "ticket", sleepS: 7200 })).toBe(1)
    })

    test("comes earlier when the device's clock is off", () => {
        expect(wakesPerFull({ ...rhythm, kind: "ticket", clockErrorShare: 0.05 })).toBe(12)
        expect(wakesPerFull({ ...rhythm, kind: "psk", sleepS: 7100, clockErrorShare: 0.05 })).toBe(1)
    })
})

describe("a cell", () => {
    test("without self-discharge lasts its capacity over its current", () => {
        expect(cellYears(8760, 1000, 0)).toBe(1)
    })

    test("with self-discharge lasts as long as in steps of a minute", () => {
        const [capacityMah, averageUa, selfDischarge] = [1500, 150, 0.05]
        let [leftMah, minutes] = [capacityMah, 0]
        const [drain, keeps] = [averageUa / 1000 / 60, (1 - selfDischarge) ** (1 / 525_600)]
        for (; leftMah > 0; minutes++) leftMah = leftMah * keeps - drain
        // A share a year is nearly, not quite, the rate of an exponential.
        expect(cellYears(capacityMah, averageUa, selfDischarge)).toBeCloseTo(minutes / 525_600, 1)
    })

    test("never lasts longer for giving more", () => {
        const positive = fc.double({ min: 0.1, max: 1e5, noNaN: true })
        fc.assert(
            fc.property(positive, positive, fc.double({ min: 0, max: 0.5, noNaN: true }), (a, b, share) => {
                expect(cellYears(3000, a + b, share)).toBeLessThanOrEqual(cellYears(3000, a, share))
            }),
            { seed: 11 },
        )
    })
})

test("break-even is the border between what pays and what does not", () => {
    const pays = (sleepMs: number, forgetsMs: number) => sleepMs < 3_600_000 && sleepMs * 1.02 < forgetsMs
    const { longestSleepMs, longestSleepAnyServerMs, shortestMemoryMs } = breakEvenOf(600_000, 1_800_000, pays)
    expect(longestSleepMs).toBeCloseTo(1_800_000 / 1.02, -2)
    expect(longestSleepAnyServerMs).toBeCloseTo(3_600_000, -2)
    expect(shortestMemoryMs).toBeCloseTo(612_000, -2)
})

test("break-even is never where nothing pays", () => {
    expect(breakEvenOf(600_000, 7_200_000, () => false)).toEqual({
        ...{ longestSleepMs: 0, longestSleepAnyServerMs: 0, shortestMemoryMs: 0 },
    })
})

describe("draws", () => {
    test("stay within their range, half of them on each side of the typical value", () => {
        const random = new Random(3)
        const values = Array.from({ length: 4000 }, () => draw(random, { low: 1, typical: 2, high: 10 }))
        expect(Math.min(...values)).toBeGreaterThanOrEqual(1)
        expect(Math.max(...values)).toBeLessThanOrEqual(10)
        expect(values.filter((value) => value < 2).length / 4000).toBeCloseTo(0.5, 1)
    })

    test("of what is known exactly are that", () => {
        expect(draw(new Random(3), exactly(4))).toBe(4)
    })

    test("give a range that holds nine of ten of them", () => {
        const values = Array.from({ length: 101 }, (_, n) => n)
        expect(rangeOf(50, values)).toEqual({ low: 5, typical: 50, high: 95 })
    })
})

const ranges = {
    rttMs: { low: 20, typical: 40, high: 120 },
    dnsMs: exactly(20),
    serverMs: exactly(20),
    appMs: exactly(10),
    closingMs: exactly(4),
    payloadBytes: exactly(300),
    ...{ dtim: exactly(1), beaconWaitShare: exactly(0.5) },
    ...{ dhcpShare: exactly(0), retryShare: exactly(0), lossShare: exactly(0) },
}
const profile = readPowerProfile("esp32c3_bare")
const options: EstimateOptions = {
    profile,
    clockMhz: 160,
    handshakes: handshakesFromFigures({ protocol: "TLS1.3", kind: "psk", certificate: "ecdsa", build: "size" }),
    ...{ wifi: "fast", powerSave: "min", listenInterval: 3 },
    ...{ sleepMs: 600_000, serverForgetsMs: 7_200_000, supplyV: 3.3, draws: 200, seed: 5 },
    regulator: readRegulators().ldo as EstimateOptions["regulator"],
    cell: readCells()["18650"] as EstimateOptions["cell"],
    temperatureC: 20,
    surroundings: ranges,
}

describe("an estimate", () => {
    const result = estimate(options)

    test("is the same for the same seed, and another for another", () => {
        const energies = (one: EstimateOptions) => estimate(one).draws.map(({ keptUj }) => keptUj)
        expect(energies(options)).toEqual(energies(options))
        expect(energies({ ...options, seed: 6 })).not.toEqual(energies(options))
    })

    test("says that resuming saves, and that TLS is less of a resumed wake", () => {
        const { full, resumed, plain: without } = result.expected
        expect(sumUc(resumed)).toBeLessThan(sumUc(without))
        expect(tlsShare(resumed)).toBeLessThan(tlsShare(full))
    })

    // 50 ms of receiver after a packet, and Espressif's mean of a connected ESP32-C3 while TLS is computed.
    test("has in its range what follows from Espressif's own table", () => {
        const tlsUj = (phases: { phase: string; chargeUc: number }[]) =>
            (phases.find(({ phase }) => phase === "tls")?.chargeUc ?? 0) * 3.3
        const full = over(result, (one) => tlsUj(one.full))
        const saved = over(result, (one) => (sumUc(one.full) - sumUc(one.resumed)) * 3.3)
        expect(full.low).toBeLessThan(80_000)
        expect(full.high).toBeGreaterThan(80_000)
        expect(saved.low).toBeLessThan(54_000)
        expect(saved.high).toBeGreaterThan(54_000)
        expect(full.high).toBeLessThan(178_000)
    })

    test("is the mean of its draws", () => {
        const { draws } = estimate({ ...options, draws: 4000 })
        for (const of of [
            ({ full }: DrawnCosts) => sumUc(full),
            ({ resumed }: DrawnCosts) => sumUc(resumed),
            ({ keptUj }: DrawnCosts) => keptUj,
        ]) {
            expect(of(result.expected) / mean(draws.map(of))).toBeGreaterThan(0.97)
            expect(of(result.expected) / mean(draws.map(of))).toBeLessThan(1.03)
        }
    })

    test("gets wider when an input does", () => {
        const wide = { ...ranges, rttMs: { low: 1, typical: 40, high: 2000 } }
        const width = (one: EstimateOptions) => {
            const { low, high } = over(estimate(one), ({ resumed }) => sumUc(resumed))
            return high - low
        }
        expect(width({ ...options, surroundings: wide })).toBeGreaterThan(width(options))
    })

    test("knows no range where all inputs are known", () => {
        const exact = boardNumberNames.map((name) => [name, { ...profile[name], ...exactly(profile[name].typical) }])
        const clocks = (all: typeof profile.cpuIdleMa) =>
            Object.fromEntries(Object.entries(all).map(([mhz, one]) => [mhz, { ...one, ...exactly(one.typical) }]))
        const known = {
            ...{ ...profile, ...Object.fromEntries(exact) },
            cpuActiveMa: clocks(profile.cpuActiveMa),
            cpuIdleMa: clocks(profile.cpuIdleMa),
        }
        const { low, high } = over(
            estimate({ ...options, profile: known, surroundings: { ...ranges, rttMs: exactly(40) } }),
            ({ resumed }) => sumUc(resumed),
        )
        expect(high).toBeCloseTo(low, 6)
    })

    test("counts the current that keeps RTC memory alive against resuming", () => {
        const hungry = { ...profile, rtcRetentionUa: { ...profile.rtcRetentionUa, ...exactly(5) } }
        const longest = (one: EstimateOptions) => estimate(one).expected.breakEven.longestSleepAnyServerMs
        expect(longest({ ...options, profile: hungry })).toBeLessThan(longest(options) / 3)
    })

    test("never lets resuming pay when the server forgets before the device wakes", () => {
        const { breakEven } = result.expected
        expect(breakEven.longestSleepMs).toBeLessThanOrEqual(options.serverForgetsMs)
        expect(breakEven.shortestMemoryMs).toBeGreaterThanOrEqual(options.sleepMs)
    })
})
