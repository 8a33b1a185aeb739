// A storm that nobody has made: a minute of a few devices, with a restart in its middle.
import type { StormPhase, StormResult } from "#warmhello/run/storm.js"

const none = { reasons: {}, errors: {}, protocols: {}, kinds: {}, powerLosses: 0 }

function phase(name: string, full: number, resumed: number, failures: number): StormPhase {
    const wakes = full + resumed + failures
    return {
        ...none,
        ...{ name, full, resumed, failures, wakes, undelivered: failures, tcpConnections: wakes },
        ...{ lengthS: 20, allServedS: failures > 0 ? null : 9.5, bytesTx: 600 * wakes, bytesRx: 700 * wakes },
        reasons: { accepted: resumed, none: full + failures },
        errors: failures > 0 ? { "connection-refused": failures } : {},
        backoff: { advisedS: failures > 0 ? { 60: 3 } : {}, sleptLongerS: failures > 0 ? 150 : 0 },
        shareResumed: full + resumed > 0 ? resumed / (full + resumed) : null,
        ...{ connectsPerS: (full + resumed) / 20, mostConnectsPerS: 40, serverCpuTotalS: 0.4 },
    }
}

export function syntheticStorm(): StormResult {
    const phases = [phase("first connect", 400, 0, 0), phase("away", 0, 0, 200), phase("<b>back</b>", 0, 400, 0)]
    const windows = phases.flatMap(({ name, full, resumed, failures }, at) =>
        Array.from({ length: 20 }, (_, second) => ({
            ...{ phase: name, atS: 20 * at + second, lengthS: 1 },
            ...{ full: full / 20, resumed: resumed / 20, failed: failures / 20, serverCpuS: 0.02 },
        })),
    )
    const spread = {
        windows: 20,
        connects: 400,
        leastS: 0.0003,
        p10S: 0.0004,
        medianS: 0.0005,
        p90S: 0.0007,
        mostS: 0.0009,
    }
    return {
        ...{ storm: 1, scenario: "restart", devices: 200, workers: 2, lengthS: 60 },
        ...phase("", 400, 400, 200),
        reports: { made: 1000, acknowledged: 1000, arrived: 1000, arrivedTwice: 1, lost: 0 },
        serverCpuS: { full: 0.0005, resumed: 0.000_25 },
        serverCpuSpread: { full: spread, resumed: spread },
        ...{ phases, windows },
        latencies: [{ what: "full", protocol: "TLS1.3", count: 400, medianMs: 5, p95Ms: 9, mostMs: 20 }],
        memory: { perDeviceBytes: 5300, stateBytes: 2384 },
        load: [{ devices: 200, cpuS: 12, lateMs: 3, full: 400, resumed: 400 }],
        server: {
            ...{ name: "mosquitto", version: "2.0.11", count: 1, sharedKeys: null },
            ...{ ticketKeys: false, certificate: "ecdsa" },
        },
        machine: { processors: 2, model: "a processor", system: "Linux", openssl: "OpenSSL 3.0.19" },
        sTime: null,
    }
}
