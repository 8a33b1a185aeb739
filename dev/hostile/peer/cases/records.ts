// Records between messages, and what comes after the handshake: key updates, requests, floods, padding, slow drips.
import type { Act, Message, PeerCase, Script } from "../case.js"
import { all, type Condition, type Effect, is13, makeCase, those13 } from "../make-case.js"

function doing(condition: Condition, group: string, what: string, effect: Effect, script: Script): PeerCase {
    return makeCase(condition, { group, what, effect, script })
}

const [ALERT, HANDSHAKE, DATA] = [21, 22, 23]

// ---- Between the messages of a handshake ------------------------------------------------------------------

interface Between {
    what: string
    acts: Act[]
    of12: Effect
    of13: Effect
}

const between: Between[] = [
    { what: "a change_cipher_spec", acts: [{ ccs: "01" }], of12: "breaks", of13: "any" },
    { what: "a change_cipher_spec of two bytes", acts: [{ ccs: "0101" }], of12: "breaks", of13: "breaks" },
    { what: "a change_cipher_spec of another value", acts: [{ ccs: "02" }], of12: "breaks", of13: "breaks" },
    { what: "an empty change_cipher_spec", acts: [{ ccs: "" }], of12: "breaks", of13: "breaks" },
    { what: "10,000 change_cipher_specs", acts: [{ ccs: "01", times: 10_000 }], of12: "breaks", of13: "any" },
    { what: "application data", acts: [{ data: 10 }], of12: "breaks", of13: "breaks" },
    { what: "empty application data", acts: [{ empty: DATA }], of12: "breaks", of13: "breaks" },
    { what: "application data in clear", acts: [{ plain: DATA, size: 10 }], of12: "breaks", of13: "breaks" },
    { what: "an empty handshake record", acts: [{ empty: HANDSHAKE }], of12: "any", of13: "breaks" },
    {
        what: "10,000 empty handshake records",
        acts: [{ empty: HANDSHAKE, times: 10_000 }],
        of12: "breaks",
        of13: "breaks",
    },
    { what: "an empty alert record", acts: [{ empty: ALERT }], of12: "breaks", of13: "breaks" },
    { what: "an alert of one byte", acts: [{ sealed: ALERT, hex: "01" }], of12: "breaks", of13: "breaks" },
    { what: "an alert of three bytes", acts: [{ sealed: ALERT, hex: "020028" }], of12: "breaks", of13: "breaks" },
    { what: "10,000 warnings", acts: [{ alert: [1, 90], times: 10_000 }], of12: "breaks", of13: "breaks" },
    { what: "a record of heartbeat", acts: [{ sealed: 24, hex: "010000" }], of12: "breaks", of13: "breaks" },
    { what: "a record of an unknown type", acts: [{ sealed: 99, size: 3 }], of12: "breaks", of13: "breaks" },
    { what: "a record of type 0", acts: [{ plain: 0, size: 3 }], of12: "breaks", of13: "breaks" },
    { what: "a record that is no ciphertext", acts: [{ do: "garble" }], of12: "breaks", of13: "breaks" },
    { what: "a record of 65,535 bytes", acts: [{ plain: HANDSHAKE, size: 65_535 }], of12: "breaks", of13: "breaks" },
    { what: "a record of 18,433 bytes", acts: [{ plain: HANDSHAKE, size: 18_433 }], of12: "breaks", of13: "breaks" },
    {
        what: "a record of SSL 2",
        acts: [{ plain: HANDSHAKE, size: 16, version: [2, 0] }],
        of12: "breaks",
        of13: "breaks",
    },
    { what: "a HelloRequest", acts: [{ message: 0 }], of12: "any", of13: "breaks" },
    { what: "a ClientHello", acts: [{ message: 1, body: `000026${"03".repeat(38)}` }], of12: "breaks", of13: "breaks" },
    { what: "an EndOfEarlyData", acts: [{ message: 5 }], of12: "breaks", of13: "breaks" },
    { what: "a KeyUpdate", acts: [{ message: 24, body: "00000100" }], of12: "breaks", of13: "breaks" },
    {
        what: "a ClientKeyExchange",
        acts: [{ message: 16, body: `000021${"20"}${"09".repeat(32)}` }],
        of12: "breaks",
        of13: "breaks",
    },
    { what: "a HelloVerifyRequest", acts: [{ message: 3, body: "000003feff00" }], of12: "any", of13: "breaks" },
    { what: "a CertificateStatus", acts: [{ message: 22, body: "00000401000000" }], of12: "breaks", of13: "breaks" },
    {
        what: "a message_hash",
        acts: [{ message: 254, body: `000020${"00".repeat(32)}` }],
        of12: "breaks",
        of13: "breaks",
    },
    { what: "a next_protocol", acts: [{ message: 67, body: "0000020000" }], of12: "breaks", of13: "breaks" },
    {
        what: "a CompressedCertificate",
        acts: [{ message: 25, body: "00000a00010000ff00000200ff" }],
        of12: "breaks",
        of13: "breaks",
    },
]

/** A CCS where one is expected anyway, or no message before the server has said hello. */
const spoken = ({ messages }: Condition): readonly Message[] => messages.filter((at) => at !== "CCS")

const betweenCases = all.flatMap((condition) =>
    spoken(condition).flatMap((at) =>
        between.map(({ what, acts, of12, of13 }) =>
            doing(condition, "something between", `${what} before ${at}`, is13(condition) ? of13 : of12, {
                edits: [{ at, before: acts }],
            }),
        ),
    ),
)

// ---- After the handshake --------------------------------------------------------------------------------------

const later: [what: string, Act[], of12: Effect, of13: Effect][] = [
    ["a HelloRequest", [{ message: 0 }], "late", "late"],
    ["1,000 HelloRequests", [{ message: 0, times: 1000 }], "late", "late"],
    ["a HelloRequest with a body", [{ message: 0, body: "00000100" }], "late", "late"],
    ["a ServerHello", [{ message: 2, body: `000026${"03".repeat(38)}` }], "late", "late"],
    ["a Certificate", [{ message: 11, body: "00000400000000" }], "late", "late"],
    ["a CertificateVerify", [{ message: 15, body: "00000404030000" }], "late", "late"],
    ["a Finished", [{ message: 20, body: `000020${"00".repeat(32)}` }], "late", "late"],
    [
        "a CertificateRequest after the handshake",
        [{ message: 13, body: "00000d0100000a000d00060004040308040" + "4" }],
        "late",
        "late",
    ],
    ["a message of an unknown type", [{ message: 99 }], "late", "late"],
    ["a message of 16 MB that never comes", [{ message: 4, body: "ffffff00" }], "late", "late"],
    ["half a message", [{ message: 4, body: "000040" }], "late", "late"],
    ["a KeyUpdate without keys", [{ message: 24, body: "00000100" }], "late", "late"],
    ["a KeyUpdate of another value", [{ message: 24, body: "00000102" }], "late", "late"],
    ["a KeyUpdate of no bytes", [{ message: 24, body: "000000" }], "late", "late"],
    ["a KeyUpdate of two bytes", [{ message: 24, body: "0000020000" }], "late", "late"],
    ["a change_cipher_spec", [{ ccs: "01" }], "late", "late"],
    ["1,000 change_cipher_specs", [{ ccs: "01", times: 1000 }], "late", "late"],
    ["application data in clear", [{ plain: DATA, size: 10 }], "late", "late"],
    ["a record that is no ciphertext", [{ do: "garble" }], "late", "late"],
    ["an empty handshake record", [{ empty: HANDSHAKE }], "late", "late"],
    ["an empty alert", [{ empty: ALERT }], "late", "late"],
    ["1,000 warnings", [{ alert: [1, 90], times: 1000 }], "late", "late"],
    ["empty application data", [{ empty: DATA }], "harmless", "harmless"],
    ["20 records of empty application data", [{ empty: DATA, times: 20 }], "harmless", "harmless"],
    ["20,000 records of empty application data", [{ empty: DATA, times: 20_000 }], "late", "late"],
    ["an empty record of 16 KB of padding", [{ pad: 16_383 }, { empty: DATA }], "harmless", "harmless"],
    ["200 empty records of 16 KB of padding", [{ pad: 16_383 }, { empty: DATA, times: 200 }], "late", "late"],
]

const laterCases = all.flatMap((condition) =>
    later.flatMap(([what, acts, of12, of13]) => {
        const effect = is13(condition) ? of13 : of12
        return (["Answer", "CloseNotify"] as const).map((at) =>
            doing(condition, "after the handshake", `${what} before ${at}`, effect, { edits: [{ at, before: acts }] }),
        )
    }),
)

const updates: [what: string, Act[], Effect][] = [
    ["a KeyUpdate", [{ keyUpdate: 0 }], "harmless"],
    ["a KeyUpdate that asks for one", [{ keyUpdate: 1 }], "harmless"],
    ["10 KeyUpdates that ask for one", [{ keyUpdate: 1, times: 10 }], "harmless"],
    ["1,000 KeyUpdates", [{ keyUpdate: 0, times: 1000 }], "late"],
    ["1,000 KeyUpdates that ask for one", [{ keyUpdate: 1, times: 1000 }], "late"],
    ["a KeyUpdate that asks for what there is not", [{ keyUpdate: 2 }], "late"],
    ["a KeyUpdate that asks for 255", [{ keyUpdate: 255 }], "late"],
]

const updateCases = those13.flatMap((condition) =>
    updates.flatMap(([what, acts, effect]) =>
        (["Answer", "CloseNotify"] as const).map((at) =>
            doing(condition, "key updates", `${what} before ${at}`, effect, { edits: [{ at, before: acts }] }),
        ),
    ),
)

// ---- Sizes and pace ------------------------------------------------------------------------------------------------

const paces = all.flatMap((condition) => [
    ...[1, 2, 3, 5, 7, 64].map((drip) =>
        doing(condition, "sizes and pace", `all that it sends comes in writes of ${drip} bytes`, "harmless", { drip }),
    ),
    ...[0, 1, 16_000, 16_384, 16_385, 40_000].map((answer) =>
        doing(condition, "sizes and pace", `an answer of ${answer.toLocaleString("en")} bytes`, "harmless", { answer }),
    ),
    ...[1, 2, 16, 100].map((split) =>
        doing(condition, "sizes and pace", `its answer comes in records of ${split} bytes`, "harmless", {
            edits: [{ at: "Answer", split }],
        }),
    ),
    doing(condition, "sizes and pace", "close_notify, and then the answer", "late", {
        edits: [{ at: "Answer", before: [{ do: "close" }] }],
    }),
    doing(condition, "sizes and pace", "data after close_notify", "harmless", {
        edits: [{ at: "CloseNotify", after: [{ data: 1000 }] }],
    }),
    doing(condition, "sizes and pace", "noise after close_notify", "harmless", {
        edits: [{ at: "CloseNotify", after: [{ do: "garble" }, { plain: 99, size: 1000 }] }],
    }),
    doing(condition, "sizes and pace", "no close_notify, but the end", "late", {
        edits: [{ at: "CloseNotify", before: [{ do: "fin" }] }],
    }),
])

const paddings = those13.flatMap((condition) => [
    ...[1, 255, 256, 4096, 16_384].map((pad) =>
        doing(condition, "sizes and pace", `the handshake is padded by ${pad} bytes in each record`, "harmless", {
            edits: [{ at: "EncryptedExtensions", before: [{ pad }] }],
        }),
    ),
    doing(condition, "sizes and pace", "the answer is padded to the most", "harmless", {
        edits: [{ at: "Answer", before: [{ pad: 16_384 }] }],
    }),
    doing(condition, "sizes and pace", "empty data before the client's Finished", "any", {
        before_client_finished: [{ empty: DATA }],
    }),
    doing(condition, "sizes and pace", "no change_cipher_spec", "harmless", { no_ccs: true }),
])

interface Uninvited {
    act: Act
    /** Before the peer has heard the ClientHello, and right after it. A reset may come before TCP is up for the device. */
    effects: [atOnce: Effect, afterHello: Effect]
}

const uninvited: Uninvited[] = [
    { act: { plain: ALERT, hex: "0228" }, effects: ["retried", "retried"] },
    { act: { plain: ALERT, hex: "0100" }, effects: ["breaks", "breaks"] },
    { act: { plain: HANDSHAKE, hex: "00000000" }, effects: ["any", "any"] },
    { act: { plain: HANDSHAKE, size: 0 }, effects: ["any", "any"] },
    { act: { ccs: "01" }, effects: ["any", "any"] },
    { act: { plain: DATA, size: 100 }, effects: ["breaks", "breaks"] },
    { act: { plain: HANDSHAKE, hex: "02", length: 65_535 }, effects: ["breaks", "breaks"] },
    { act: { do: "fin" }, effects: ["breaks", "breaks"] },
    { act: { do: "rst" }, effects: ["any", "breaks"] },
    { act: { do: "stall" }, effects: ["breaks", "breaks"] },
]
const uninvitedCases = all.flatMap((condition) =>
    uninvited.flatMap(({ act, effects }) => {
        const word = JSON.stringify(act)
        return [
            doing(condition, "before its hello", `at once: ${word}`, effects[0], { at_once: [act] }),
            doing(condition, "before its hello", `after the client's: ${word}`, effects[1], { after_hello: [act] }),
        ]
    }),
)

export const recordCases: readonly PeerCase[] = [
    ...betweenCases,
    ...laterCases,
    ...updateCases,
    ...paces,
    ...paddings,
    ...uninvitedCases,
]
