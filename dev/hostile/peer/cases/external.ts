// Who claims the device's external pre-shared key and has not got it. In TLS 1.3 an honest server looks at the binder
// first; this one does not. The device goes on with a second connection, without the key.
import type { PeerCase, Script } from "../case.js"

const group = "it takes the external key, and does not know it"

const case13 = ([what, script]: [string, Script]): PeerCase => ({
    ...{ family: "peer", name: `TLS 1.3 by an external key, scripted: ${what}`, group },
    ...{ holds: "none", psk: true, versions: "1.3", expect: "opens-full", getsAnswer: true },
    script: { ...script, resume: "pretend" },
})

const of13: [string, Script][] = [
    ["it takes the key, and does not know it", {}],
    ["it takes the key with a random Finished", { finished: "random" }],
    ["it takes the key and shows its certificate", { certificate_anyway: true }],
    ["it takes the key without a key exchange", { share: "none" }],
    ["it takes a second key", { index: 1 }],
    ["it takes the key under another suite of the same hash", { cipher: 0x1303 }],
    ["it takes the key under a suite of another hash", { cipher: 0x1302 }],
]

const CHACHA20 = { offered: 0xccac, withoutExchange: 0xccab, ofRecords: 0xcca9 }

const case12 = ([what, script]: [string, Script], on: "first" | "each"): PeerCase => ({
    ...{ family: "peer", name: `TLS 1.2 by an external key, scripted: ${what}${on === "each" ? ", each time" : ""}` },
    ...{ group, holds: "none", psk: true, versions: "1.2", expect: on === "each" ? "fails" : "opens-full" },
    getsAnswer: on === "first",
    script: {
        ...{ cipher: CHACHA20.ofRecords, server_hello: { cipher: CHACHA20.offered }, external: "random", ...script },
        ...(on === "each" ? { times: 99 } : {}),
    },
})

const of12: [string, Script][] = [
    ["it takes the key, and does not know it", {}],
    ["it takes the key with a secret of zeros", { external: "zero" }],
    ["it takes the key and shows its certificate", { certificate_anyway: true }],
    ["it takes the key with a Finished in clear", { plain_finished: true }],
    ["it takes the key with an empty Finished", { finished: "empty" }],
    ["it takes the key without a key exchange", { server_hello: { cipher: CHACHA20.withoutExchange } }],
]

export const externalCases: readonly PeerCase[] = [
    ...of13.map(case13),
    ...of12.flatMap((one) => (["first", "each"] as const).map((on) => case12(one, on))),
]
