// What `estimate --compare` says: which way is cheaper where, and that its sums are right.
import { beforeAll, describe, expect, test } from "vitest"
import { type Alternatives, compareWays, type HandshakesByProtocol } from "#warmhello/energy/alternatives.js"
import { type EstimateOptions, estimate } from "#warmhello/energy/estimate.js"
import { handshakesFromFigures } from "#warmhello/energy/handshakes.js"
import { sumMs } from "#warmhello/energy/model.js"
import { choose, readCells, readPowerProfile, readRegulators } from "#warmhello/energy/power-profile.js"
import { exactly, expectedOf, type Range } from "#warmhello/run/range.js"

const figuresOf = (protocol: "TLS1.2" | "TLS1.3") =>
    handshakesFromFigures({
        ...{ protocol, kind: protocol === "TLS1.3" ? "psk" : "ticket", certificate: "ecdsa", build: "size" },
    })
const both: HandshakesByProtocol = { "TLS1.2": figuresOf("TLS1.2"), "TLS1.3": figuresOf("TLS1.3") }

function optionsOf(board: string, sleepS = 600, changes: Partial<EstimateOptions> = {}): EstimateOptions {
    const profile = readPowerProfile(board)
    return {
        ...{ profile, clockMhz: profile.defaultMhz, handshakes: figuresOf("TLS1.3"), wifi: "fast" },
        ...{ powerSave: "min", listenInterval: 3, sleepMs: sleepS * 1000, serverForgetsMs: 7_200_000 },
        ...{ supplyV: 3.3, temperatureC: 20, draws: 60, seed: 7 },
        regulator: choose(readRegulators(), "ldo", "regulator"),
        cell: choose(readCells(), "18650", "cell"),
        surroundings: {
            ...{ rttMs: { low: 20, typical: 40, high: 120 }, dnsMs: exactly(20), serverMs: exactly(20) },
            ...{ appMs: exactly(10), closingMs: exactly(4), payloadBytes: exactly(300), dtim: exactly(1) },
            ...{ beaconWaitShare: exactly(0.5), dhcpShare: exactly(0), retryShare: exactly(0), lossShare: exactly(0) },
        },
        ...changes,
    }
}

const compared = (board: string, sleepS?: number, changes?: Partial<EstimateOptions>) =>
    compareWays(optionsOf(board, sleepS, changes), both)
const of = ({ all }: Alternatives, name: string) => {
    const found = all.find((one) => one.name === name)
    if (found === undefined) throw new Error(`no way named ${name}`)
    return found
}
const mj = (alternatives: Alternatives, name: string): number => of(alternatives, name).reportUj.typical / 1000

const boards = ["esp32_bare", "esp32c3_bare", "esp32c6_bare", "esp32s2_bare", "esp32s3_bare"]

describe.each(boards)("on %s", (board) => {
    let each10min: Alternatives
    beforeAll(() => {
        each10min = compared(board)
    })

    test("a report each ten minutes is the cheaper the less of the past is done again", () => {
        const order = ["esp-now", "dtls-cid", "early-data", "resumed-tls1.3", "full", "light-sleep-dtim1"]
        const costs = order.map((name) => mj(each10min, name))
        expect(costs).toEqual(costs.toSorted((a, b) => a - b))
        const lives = order.map((name) => of(each10min, name).batteryYears.typical)
        expect(lives).toEqual(lives.toSorted((a, b) => b - a))
    })

    test.each(["light-sleep-dtim1", "light-sleep-dtim3", "light-sleep-dtim10"])(
        "%s is cheaper than resuming below the interval that is told, and dearer above",
        (name) => {
            const { crossingMs, lessThanResumed } = of(each10min, name)
            const borderS = (crossingMs?.typical ?? Number.NaN) / 1000
            expect(lessThanResumed).toHaveLength(1)
            expect(lessThanResumed[0]?.toMs).toBeCloseTo(borderS * 1000, -1)
            expect(borderS).toBeGreaterThan(5)
            expect(borderS).toBeLessThan(180)
            const [below, above] = [compared(board, borderS / 1.05), compared(board, borderS * 1.05)]
            expect(mj(below, name)).toBeLessThan(mj(below, "resumed-tls1.3"))
            expect(mj(above, name)).toBeGreaterThan(mj(above, "resumed-tls1.3"))
            expect(crossingMs?.low).toBeLessThan(crossingMs?.typical ?? 0)
            expect(crossingMs?.high).toBeGreaterThan(crossingMs?.typical ?? 0)
        },
    )

    test("resuming is cheaper than a full handshake until the server forgets", () => {
        const { lessThanResumed } = of(each10min, "full")
        expect(lessThanResumed.every(({ fromMs }) => fromMs > 600_000)).toBe(true)
        const { cheapestHere } = each10min
        expect(cheapestHere[0]?.value).toMatch(/^light-sleep/)
        expect(cheapestHere.find(({ toMs }) => toMs > 600_000)?.value).toBe("early-data")
    })

    test("the stretches of the cheapest way follow each other without a gap", () => {
        for (const stretches of [each10min.cheapest, each10min.cheapestHere]) {
            expect(stretches[0]?.fromMs).toBe(1000)
            expect(stretches.at(-1)?.toMs).toBe(7 * 86_400_000)
            for (const [index, { fromMs }] of stretches.slice(1).entries()) expect(fromMs).toBe(stretches[index]?.toMs)
        }
    })
})

test("the rarer the beacons that are heard, the longer keeping the connection is cheaper", () => {
    for (const board of ["esp32_bare", "esp32c3_bare", "esp32c6_bare", "esp32s3_bare"]) {
        const alternatives = compared(board)
        const borders = [1, 3, 10].map((dtim) => of(alternatives, `light-sleep-dtim${dtim}`).crossingMs?.typical ?? 0)
        expect(borders).toEqual(borders.toSorted((a, b) => a - b))
    }
})

test("what our firmware does not do is marked", () => {
    const here = compared("esp32c3_bare").all.filter(({ inWarmhello }) => inWarmhello)
    const names = ["full", "resumed-tls1.2", "resumed-tls1.3", "early-data", "external-psk"]
    expect(here.map(({ name }) => name)).toEqual(names)
})

test("a resumed report takes what the estimate says of the mean wake with its sleep", () => {
    const options = optionsOf("esp32c3_bare")
    const { expected } = estimate(options)
    const sleepMs = options.sleepMs + sumMs(expected.resumed)
    const uj = of(compareWays({ ...options, sleepMs }, both), "resumed-tls1.3").reportUj.typical
    expect(uj / expected.keptUj).toBeCloseTo(1, 4)
})

test("a lease is asked for anew the more often, the longer the sleep: half a day costs DHCP in each wake", () => {
    const surroundings = (dhcpShare: number) => ({
        ...optionsOf("esp32c3_bare").surroundings,
        dhcpShare: exactly(dhcpShare),
    })
    const resumedMj = (sleepS: number, share: number) =>
        mj(compared("esp32c3_bare", sleepS, { surroundings: surroundings(share) }), "resumed-tls1.3")
    const { ipDhcpMs, ipStaticMs, radioListenMa } = readPowerProfile("esp32c3_bare")
    const wholeMj = ((expectedOf(ipDhcpMs) - expectedOf(ipStaticMs)) * expectedOf(radioListenMa) * 3.3) / 1000
    expect(resumedMj(600, 0.25) - resumedMj(600, 0)).toBeCloseTo(0.25 * wholeMj, 1)
    // Told for ten minutes, and drawn at the interval where it breaks even with a kept connection: a fifth of it.
    const border = (share: number) =>
        of(compared("esp32c3_bare", 600, { surroundings: surroundings(share) }), "light-sleep-dtim10").crossingMs
            ?.typical
    expect(border(0.25)).toBeGreaterThan(border(0) ?? 0)
    expect(border(0.25)).toBeLessThan(1.15 * (border(0) ?? 0))
})

test("a kept connection takes its sleep, its report and what keeps it, by an independent sum", () => {
    const { profile, ...options } = optionsOf("esp32c3_bare")
    const t = (range: Range | undefined) => (range === undefined ? Number.NaN : expectedOf(range))
    const [active, idle] = [t(profile.cpuActiveMa[160]), t(profile.cpuIdleMa[160])]
    const [listen, transmit] = [t(profile.radioListenMa), t(profile.radioTransmitMa)]
    const air = (bytes: number) => (bytes * 8) / (t(profile.phyRateMbps) * 1000) + t(profile.frameOverheadUs) / 1000
    const receiver = listen - idle
    const recordMs = (200_000 * t(profile.cyclesPerInstruction)) / 160_000
    const hold = t(profile.radioHoldMs)
    const rtt = t(options.surroundings.rttMs)
    // 10 ms of the app and a record; 300 B out; a round trip and an acknowledgement; 20 ms and the answer; the
    // receiver's rest.
    const report = {
        uc:
            (10 + recordMs) * (active + receiver) +
            air(300) * transmit +
            (rtt + 20 + hold) * listen +
            (air(60) + air(300)) * listen,
        ms: 10 + recordMs + air(300) + rtt + 20 + hold + air(60) + air(300),
    }
    const ping = {
        uc: recordMs * (active + receiver) + air(71) * transmit + (rtt + hold + air(71)) * listen,
        ms: recordMs + air(71) + rtt + hold + air(71),
    }
    const arp = { uc: air(42) * transmit + hold * listen, ms: air(42) + hold }
    const rekey = { uc: air(155) * (listen + transmit) + hold * listen, ms: 2 * air(155) + hold }
    const { full } = estimate({ profile, ...options }).expected
    const anew = full.filter(({ phase }) => phase !== "boot" && phase !== "closing")
    const drop = { uc: anew.reduce((sum, { chargeUc }) => sum + chargeUc, 0), ms: sumMs(anew) }
    const events: [typeof report, number][] = [
        [report, 1],
        [ping, 9],
        [arp, 10],
        [rekey, 1 / 6],
        [drop, 600 / 86_400],
    ]
    const awakeMs = events.reduce((sum, [{ ms }, times]) => sum + ms * times, 0)
    const awakeUc = events.reduce((sum, [{ uc }, times]) => sum + uc * times, 0)
    const wholeUj = (awakeUc + 0.62 * (600_000 - awakeMs)) * 3.3
    // The report's computing may outlast the receiver's hold; here it does not.
    expect(10 + recordMs).toBeLessThan(hold)
    const told = of(compared("esp32c3_bare"), "light-sleep-dtim3").reportUj.typical
    expect(told / wholeUj).toBeCloseTo(1, 4)
})

test("a chip without light-sleep figures, and a certificate without counts, leave ways out", () => {
    const { lightSleepMa: _, ...profile } = readPowerProfile("esp32c3_bare")
    const without = compared("esp32c3_bare", 600, { profile }).all.map(({ name }) => name)
    expect(without.filter((name) => name.startsWith("light-sleep"))).toEqual([])
    const handshakes = handshakesFromFigures({ protocol: "TLS1.2", kind: "ticket", certificate: "rsa", build: "size" })
    const only12 = compareWays(optionsOf("esp32c3_bare", 600, { handshakes }), { "TLS1.2": handshakes, "TLS1.3": null })
    const names = only12.all.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(["full", "resumed-tls1.2", "dtls-cid", "esp-now"]))
    expect(names).not.toEqual(expect.arrayContaining(["early-data"]))
    expect(only12.reference).toBe("resumed-tls1.2")
})

test("the same seed gives the same ranges, another one others", () => {
    const highs = (seed: number) => compared("esp32c3_bare", 600, { seed }).all.map(({ reportUj }) => reportUj.high)
    expect(highs(3)).toEqual(highs(3))
    expect(highs(3)).not.toEqual(highs(4))
})
