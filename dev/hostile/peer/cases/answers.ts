// A hello answered by what was not asked for: versions, suites, keys, IDs, extensions, HelloRetryRequest.
import type { PeerCase, Script } from "../case.js"
import {
    all,
    type Condition,
    conditions,
    type Effect,
    is13,
    isFull,
    makeCase,
    resumptions,
    those12,
    those13,
} from "../make-case.js"

const { full12, full13, psk, id, ticket } = conditions
const hex4 = (value: number) => `0x${value.toString(16).padStart(4, "0")}`

function doing(condition: Condition, group: string, what: string, effect: Effect, script: Script): PeerCase {
    return makeCase(condition, { group, what, effect, script })
}

// ---- Versions -------------------------------------------------------------------------------------

const versions: [number, number][] = [
    [0, 0],
    [2, 0],
    [3, 0],
    [3, 1],
    [3, 2],
    [3, 4],
    [3, 5],
    [3, 255],
    [4, 0],
    [127, 28],
    [254, 253],
]
const both = { psk: { ...psk, title: "TLS 1.3 by PSK, 1.2 allowed", versions: "both" } } as const
const eitherInFull = { ...full13, title: "in full, either version", versions: "both" } as const
const sentinels = { "of TLS 1.1": "444f574e47524400", "of TLS 1.2": "444f574e47524401" }

const versionCases = [
    ...all.flatMap((condition) =>
        versions.map((version) =>
            doing(condition, "another version", `its hello is of version ${version.join(".")}`, "breaks", {
                server_hello: { version },
            }),
        ),
    ),
    ...those13.flatMap((condition) =>
        [...versions.filter(([major, minor]) => major !== 3 || minor !== 4), [], [3], [3, 4, 3, 4], [2, 3, 4]].map(
            (selected) =>
                doing(condition, "another version", `it selects version ${selected.join(".") || "none"}`, "breaks", {
                    server_hello: { selected },
                }),
        ),
    ),
    ...those13.map((condition) =>
        doing(condition, "another version", "it selects no version", "breaks", { server_hello: { without: [43] } }),
    ),
    ...[full13, psk].map((condition) =>
        doing(condition, "another version", "it answers in TLS 1.2", "breaks", { speaks: "1.2" }),
    ),
    ...[full12, id, ticket].map((condition) =>
        doing(condition, "another version", "it answers in TLS 1.3", "breaks", { speaks: "1.3" }),
    ),
    doing(both.psk, "another version", "it has unlearned TLS 1.3", "refused", { speaks: "1.2", resume: "refuse" }),
    doing(eitherInFull, "another version", "it has TLS 1.2 alone", "harmless", { speaks: "1.2" }),
    ...Object.entries(sentinels).flatMap(([name, sentinel]) => [
        doing(eitherInFull, "another version", `it speaks TLS 1.2 with the marker ${name}`, "breaks", {
            ...{ speaks: "1.2", server_hello: { sentinel } },
        }),
        doing(both.psk, "another version", `it speaks TLS 1.2 with the marker ${name}`, "breaks", {
            ...{ speaks: "1.2", resume: "refuse", server_hello: { sentinel } },
        }),
    ]),
    doing(both.psk, "another version", "it claims to resume the PSK in TLS 1.2", "breaks", {
        speaks: "1.2",
        resume: "pretend",
    }),
]

// ---- Suites ---------------------------------------------------------------------------------------

/** Not offered: none, CBC, RSA key exchange, CCM, anonymous, export, a signalling value. */
const unoffered = [
    0x0000, 0x0005, 0x000a, 0x002f, 0x0035, 0x009c, 0x009e, 0x00ff, 0x1304, 0x1305, 0xc009, 0xc013, 0xc018, 0x5600,
    0xffff,
]

const suiteCases = [
    ...all.flatMap((condition) =>
        [...unoffered, ...(is13(condition) ? [0xc02b, 0xcca9] : [0x1301, 0x1303])].map((cipher) =>
            doing(condition, "another cipher suite", `its hello has suite ${hex4(cipher)}`, "breaks", {
                server_hello: { cipher },
            }),
        ),
    ),
    doing(full13, "another cipher suite", "all in suite 0x1303", "harmless", { cipher: 0x1303 }),
    doing(full12, "another cipher suite", "all in suite 0xcca9", "harmless", { cipher: 0xcca9 }),
    // Offered only to a server that has refused all others.
    doing(full13, "another cipher suite", "all in suite 0x1302", "breaks", { cipher: 0x1302 }),
    doing(full12, "another cipher suite", "all in suite 0xc02c", "breaks", { cipher: 0xc02c }),
    // Legal for the same hash (RFC 8446 4.2.11), and a known limit of wolfSSL's: docs/DESIGN.md.
    doing(psk, "another cipher suite", "it resumes in another suite of the same hash", "breaks", { cipher: 0x1303 }),
    doing(psk, "another cipher suite", "it resumes in a suite of another hash", "breaks", { cipher: 0x1302 }),
    ...[0x1302, 0x1303].map((cipher) =>
        doing(psk, "another cipher suite", `it refuses the session and goes on in ${hex4(cipher)}`, "refused", {
            ...{ resume: "refuse", cipher },
        }),
    ),
    ...[id, ticket].flatMap((condition) =>
        [0xc02c, 0xc02f, 0xcca9].map((cipher) =>
            doing(condition, "another cipher suite", `it resumes in suite ${hex4(cipher)}`, "breaks", { cipher }),
        ),
    ),
    ...all.flatMap((condition) =>
        [1, 64, 255].map((compression) =>
            doing(condition, "another cipher suite", `compression ${compression}`, "breaks", {
                server_hello: { compression },
            }),
        ),
    ),
]

// ---- Keys and PSKs ----------------------------------------------------------------------------------

const shares = ["other-group", "p384", "unknown", "ffdhe", "short", "long", "empty", "zero", "one", "huge"] as const

const keyCases = [
    ...those13.flatMap((condition) => [
        ...shares.map((share) =>
            doing(condition, "another key share", `its key share is: ${share}`, "breaks", { share }),
        ),
        doing(condition, "another key share", "it has no key share", "breaks", { share: "none" }),
    ]),
    ...(["short", "long", "empty", "zero", "one"] as const).map((share) =>
        doing(full12, "another key share", `its point is: ${share}`, "breaks", { share }),
    ),
    ...[0, 1, 14, 22, 24, 25, 30, 256, 0xfe0d, 0xffff].map((group) =>
        doing(full12, "another key share", `its curve is ${group}`, "breaks", { group }),
    ),
    ...[0, 1, 2, 4, 255].map((curve_type) =>
        doing(full12, "another key share", `its curve is of type ${curve_type}`, "breaks", { curve_type }),
    ),
    ...[1, 2, 3, 255, 256, 65_535].map((index) =>
        doing(psk, "another PSK", `it takes PSK ${index}`, "breaks", { index }),
    ),
]

// ---- Session IDs, and whether the secret is an extended one -------------------------------------------

const ids = ["empty", "short", "long", "flipped", "another", "random", "16", "1"] as const

/** In TLS 1.2 a new session's ID is the server's to choose, and what follows says that a ticket was taken (RFC 5077 3.4). */
function idEffect(condition: Condition): Effect {
    if (condition.holds === "ticket") return "harmless"
    return isFull(condition) && !is13(condition) ? "any" : "breaks"
}

const idCases = [
    ...all.flatMap((condition) =>
        ids
            .filter((session_id) => session_id !== "short" || condition.holds === "id" || condition.holds === "ticket")
            .filter((session_id) => session_id !== "empty" || !is13(condition))
            .map((session_id) =>
                doing(condition, "another session ID", `the ID it sends back is: ${session_id}`, idEffect(condition), {
                    server_hello: { session_id },
                }),
            ),
    ),
    ...[id, ticket].flatMap((condition) =>
        ids.map((session_id) =>
            doing(condition, "another session ID", `it refuses the session with an ID that is: ${session_id}`, "any", {
                ...{ resume: "refuse", server_hello: { session_id } },
            }),
        ),
    ),
    ...[id, ticket].map((condition) =>
        doing(condition, "extended master secret", "it is dropped in the resumption", "breaks", { extended: false }),
    ),
    doing(full12, "extended master secret", "it is not there", "harmless", { extended: false }),
    ...those12.map((condition) =>
        doing(condition, "renegotiation_info", "renegotiation_info is not there", "breaks", {
            server_hello: { without: [0xff01] },
        }),
    ),
    ...those12.flatMap((condition) =>
        ["", "0101", "01", "0100", `0c${"ab".repeat(12)}`, `ff${"00".repeat(255)}`].map((hex) =>
            doing(
                condition,
                "renegotiation_info",
                `it is ${hex.slice(0, 8) || "empty"} in ${hex.length / 2} bytes`,
                "breaks",
                {
                    server_hello: { without: [0xff01], with: [[0xff01, hex]] },
                },
            ),
        ),
    ),
]

// ---- Extensions -------------------------------------------------------------------------------------

const types = [
    0, 1, 5, 10, 11, 13, 14, 15, 16, 18, 20, 21, 22, 23, 24, 27, 28, 34, 35, 41, 42, 43, 44, 45, 47, 48, 49, 50, 51, 57,
    0x0a0a, 0x3374, 0xfe0d, 0xff01, 0xffff,
]

/** What wolfSSL passes over though nobody asked for it, in TLS 1.3; in TLS 1.2 that is most. */
const passedOver13 = [1, 11, 23, 0xff01]
const offered12 = [10, 13, 16, 23, 35, 43]

function extensionEffect(condition: Condition, type: number): Effect {
    if (is13(condition)) return passedOver13.includes(type) ? "any" : "breaks"
    return offered12.includes(type) ? "breaks" : "any"
}

const extensionCases = all.flatMap((condition) => [
    ...types.flatMap((type) => [
        doing(condition, "an extension in its hello", `extension ${type}, empty`, extensionEffect(condition, type), {
            server_hello: { with: [[type, ""]] },
        }),
        doing(
            condition,
            "an extension in its hello",
            `extension ${type} of 300 bytes`,
            extensionEffect(condition, type),
            {
                server_hello: { with: [[type, 300]] },
            },
        ),
    ]),
    doing(condition, "an extension in its hello", "an unknown one of 60,000 bytes", "breaks", {
        server_hello: { with: [[0x1234, 60_000]] },
    }),
    doing(condition, "an extension in its hello", "none at all", is13(condition) ? "breaks" : "any", {
        server_hello: { no_extensions: true },
    }),
])

const parameters: [what: string, Script["parameters"] & object, Effect][] = [
    ["the server's name is known", [[0, ""]], "harmless"],
    ["the server's name is given back", [[0, "000c00000968656c6c6f2e636f6d"]], "breaks"],
    ["ALPN that was not offered", [[16, "0003026832"]], "breaks"],
    ["ALPN of nothing", [[16, "0000"]], "breaks"],
    ["ALPN with two protocols", [[16, "000602683202683" + "3"]], "breaks"],
    ["max_fragment_length that was not offered", [[1, "01"]], "any"],
    ["record_size_limit that was not offered", [[28, "0040"]], "breaks"],
    ["record_size_limit of nothing", [[28, "0000"]], "breaks"],
    ["early_data that was not offered", [[42, ""]], "breaks"],
    ["supported_groups", [[10, "0004001d0017"]], "harmless"],
    ["supported_groups of 30,000", [[10, `ea60${"abcd".repeat(30_000)}`]], "breaks"],
    ["supported_groups of an odd length", [[10, "0003001d00"]], "breaks"],
    [
        "one extension twice",
        [
            [0, ""],
            [0, ""],
        ],
        "breaks",
    ],
]

const parameterCases = those13.flatMap((condition) => [
    ...parameters.map(([what, given, effect]) =>
        doing(condition, "EncryptedExtensions", what, effect, { parameters: given }),
    ),
    ...types.map((type) =>
        doing(condition, "EncryptedExtensions", `extension ${type} of 4 bytes`, extensionEffect(condition, type), {
            parameters: [[type, 4]],
        }),
    ),
])

// ---- HelloRetryRequest --------------------------------------------------------------------------------

const P256 = 23
const X25519 = 29

const retries: [what: string, Script["retry"] & object, Effect][] = [
    ["for another group", [{ group: P256 }], "harmless"],
    ["for another group, with a CCS", [{ group: P256, ccs: true }], "harmless"],
    ["for another group, with a cookie", [{ group: P256, cookie: 32 }], "harmless"],
    ["for the group that it has", [{ group: X25519 }], "breaks"],
    ...[0, 1, 25, 30, 256, 0x0a0a, 0x11ec, 0xffff].map(
        (group) => [`for group ${group}`, [{ group }], "breaks"] as [string, Script["retry"] & object, Effect],
    ),
    ["for nothing", [{}], "breaks"],
    ...[1, 32, 255, 256, 1000, 4000, 15_000, 16_000, 40_000, 60_000].map(
        (cookie) =>
            [`with a cookie of ${cookie} bytes`, [{ cookie }], "any"] as [string, Script["retry"] & object, Effect],
    ),
    ["with an empty cookie", [{ cookie: 0 }], "breaks"],
    ["twice", [{ group: P256 }, { group: X25519 }], "breaks"],
    ["twice for the same group", [{ group: P256 }, { group: P256 }], "breaks"],
    ["for a cookie, then for a group", [{ cookie: 32 }, { group: P256 }], "breaks"],
    ["a thousand times", Array.from({ length: 1000 }, (_, i) => ({ group: i % 2 ? X25519 : P256 })), "breaks"],
    ["a thousand times with a cookie", Array.from({ length: 1000 }, () => ({ cookie: 64 })), "breaks"],
    ["in a suite that was not offered", [{ group: P256, cipher: 0x1304 }], "breaks"],
    ["in TLS 1.2", [{ group: P256, selected: [3, 3], without: [43] }], "breaks"],
    ["with a session ID of its own", [{ group: P256, session_id: "random" }], "breaks"],
    ["with compression", [{ group: P256, compression: 1 }], "breaks"],
    ["with an unknown extension", [{ group: P256, with: [[0x1234, "00"]] }], "breaks"],
    ["with a PSK taken", [{ group: P256, with: [[41, "0000"]] }], "breaks"],
    ["with ALPN", [{ group: P256, with: [[16, "0003026832"]] }], "breaks"],
]

const retryCases = [
    ...those13.flatMap((condition) => [
        ...retries.map(([what, retry, effect]) => doing(condition, "HelloRetryRequest", what, effect, { retry })),
        doing(condition, "HelloRetryRequest", "and then another suite", "breaks", {
            ...{ retry: [{ group: P256 }], server_hello: { cipher: 0x1303 } },
        }),
        doing(condition, "HelloRetryRequest", "in one suite, and all else in another", "breaks", {
            ...{ retry: [{ group: P256, cipher: 0x1303 }], cipher: 0x1301 },
        }),
        doing(condition, "HelloRetryRequest", "and then a key of the first group", "breaks", {
            ...{ retry: [{ group: P256 }], share: "other-group" },
        }),
        doing(condition, "HelloRetryRequest", "and then TLS 1.2", "breaks", {
            retry: [{ group: P256 }],
            speaks: "1.2",
        }),
    ]),
    ...resumptions.filter(is13).map((condition) =>
        doing(condition, "HelloRetryRequest", "and then the session is refused", "refused", {
            ...{ retry: [{ group: P256 }], resume: "refuse" },
        }),
    ),
    ...those12.map((condition) =>
        doing(condition, "HelloRetryRequest", "to a hello of TLS 1.2", "breaks", {
            speaks: "1.3",
            retry: [{ group: P256 }],
        }),
    ),
]

// ---- Certificates where none belong, and requests for one ------------------------------------------------

const certificateCases = [
    ...resumptions.map((condition) =>
        doing(condition, "more than asked for", "a certificate in a resumption", "breaks", {
            certificate_anyway: true,
        }),
    ),
    ...resumptions.map((condition) =>
        doing(condition, "more than asked for", "a request for a certificate in a resumption", "breaks", {
            request: true,
        }),
    ),
    ...[full12, full13].map((condition) =>
        doing(condition, "more than asked for", "a request for a certificate that the device has not", "harmless", {
            request: true,
        }),
    ),
]

export const answerCases: readonly PeerCase[] = [
    ...versionCases,
    ...suiteCases,
    ...keyCases,
    ...idCases,
    ...extensionCases,
    ...parameterCases,
    ...retryCases,
    ...certificateCases,
]
