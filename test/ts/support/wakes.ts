// Wakes made up for tests of what is printed about them.
import type { Wake } from "#warmhello/sim/simulation.js"

/** A full first wake over TLS 1.3, but for what is given. */
export function madeUpWake(given: Partial<Wake> = {}): Wake {
    return {
        n: 1,
        result: "full",
        reason: "none",
        protocol: "TLS1.3",
        kind: null,
        cipher: "TLS_AES_256_GCM_SHA384",
        group: "x25519",
        handshakeMs: 8,
        connectMs: 9,
        bytesTx: 275,
        bytesRx: 751,
        flights: 3,
        totalTx: 400,
        totalRx: 900,
        truncatedAfterBytes: null,
        backoffS: 0,
        ticketWait: null,
        ticketWaitMs: 0,
        learned: null,
        earlyData: null,
        serverSaysResumed: false,
        error: null,
        connects: 1,
        attempts: 1,
        powerLost: false,
        sleptMs: 0,
        sessionAgeS: null,
        ageIsReal: false,
        stored: "rtc",
        wallMs: 30,
        bootMs: 10,
        ...given,
    }
}

export function resumedWake(n: number, given: Partial<Wake> = {}): Wake {
    return madeUpWake({
        n,
        result: "resumed",
        reason: "accepted",
        kind: "psk",
        bytesTx: 402,
        bytesRx: 241,
        serverSaysResumed: true,
        sessionAgeS: 600,
        ...given,
    })
}
