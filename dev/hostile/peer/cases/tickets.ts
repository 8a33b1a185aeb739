// Tickets of all sizes, lifetimes and numbers, at all times.
import type { PeerCase, Script } from "../case.js"
import { type Condition, conditions, type Effect, makeCase, those13 } from "../make-case.js"

const group = "tickets"
const { full12, ticket } = conditions

/** Those that are given in the handshake of TLS 1.2: in a resumption by ticket only if the peer says so. */
const given12: [Condition, Script][] = [
    [full12, {}],
    [ticket, { tickets12: true }],
]

/** The limits of what is kept (2 KB in all), of records and of what wolfSSL takes, and one on either side. */
const sizes = [
    ...[1, 2, 15, 16, 17, 64, 128, 255, 256, 257, 500, 512, 1000, 1023, 1024, 1025, 1400, 1500, 1600, 1700, 1750, 1800],
    ...[1850, 1900, 1950, 2000, 2047, 2048, 2049, 2500, 3000, 4000, 4095, 4096, 4097, 8192, 16_300, 16_383, 16_384],
    ...[16_385, 20_000, 30_000, 32_700],
]
const [bearable12, hugeSizes] = [
    [32_767, 32_768, 32_769],
    [33_000, 40_000, 50_000, 65_000],
]
const lifetimes = [
    0,
    1,
    59,
    3600,
    86_400,
    604_799,
    604_800,
    604_801,
    2_592_000,
    315_360_000,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32 - 1,
]
const nonces = [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 253, 254, 255]
const ageAdds = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1]
const counts = [0, 2, 3, 4, 10, 100, 300, 600]
const earlyData = [0, 1, 16_384, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]

const seconds = (lifetime: number) => `${lifetime.toLocaleString("en")} s`
const bytes = (size: number) => `${size.toLocaleString("en")} bytes`

/** A ticket of 64 KB is held twice while it is read: in the message, and in the session. */
function boundFor(tickets: Script["tickets"] & object): { memoryBound?: number } {
    return tickets.some(({ size = 0 }) => size > 30_000) ? { memoryBound: 192 * 1024 } : {}
}

function of13(what: string, tickets: Script["tickets"] & object, effect: Effect = "harmless"): PeerCase[] {
    const bound = boundFor(tickets)
    return those13.map((condition) => makeCase(condition, { group, what, effect, script: { tickets }, ...bound }))
}

function of12(what: string, tickets: Script["tickets"] & object, effect: Effect = "harmless"): PeerCase[] {
    return given12.map(([condition, script]) =>
        makeCase(condition, { group, what, effect, script: { ...script, tickets }, ...boundFor(tickets) }),
    )
}

const plain = [
    ...sizes.flatMap((size) => [
        ...of13(`a ticket of ${bytes(size)}`, [{ size }]),
        ...of12(`a ticket of ${bytes(size)}`, [{ size }]),
    ]),
    ...[...bearable12, ...hugeSizes, 65_535].flatMap((size) => of13(`a ticket of ${bytes(size)}`, [{ size }])),
    ...bearable12.flatMap((size) => of12(`a ticket of ${bytes(size)}`, [{ size }])),
    // docs/DESIGN.md, known limits.
    ...hugeSizes.flatMap((size) => of12(`a ticket of ${bytes(size)}`, [{ size }], "breaks")),
    ...lifetimes.flatMap((lifetime) => [
        ...of13(`a ticket for ${seconds(lifetime)}`, [{ lifetime }]),
        ...of12(`a ticket for ${seconds(lifetime)}`, [{ lifetime }]),
    ]),
    ...nonces.flatMap((nonce) => of13(`a nonce of ${bytes(nonce)}`, [{ nonce }])),
    ...of13(
        "a ticket for each length of nonce",
        Array.from({ length: 256 }, (_, nonce) => ({ nonce })),
    ),
    ...ageAdds.flatMap((age_add) => of13(`ticket_age_add ${age_add}`, [{ age_add }])),
    ...counts.flatMap((times) => of13(`${times} tickets`, [{ times }])),
    ...of13("4 tickets of 16 KB", [{ times: 4, size: 16_300 }]),
    ...of13("3 tickets of 64 KB", [{ times: 3, size: 65_000 }]),
    ...of13("a good ticket between one without lifetime and a huge one", [{ lifetime: 0 }, {}, { size: 65_000 }]),
    ...of13("a huge ticket, one without lifetime, and a good one", [{ size: 65_000 }, { lifetime: 0 }, {}]),
    ...of13("a good ticket before one without lifetime", [{}, { lifetime: 0 }]),
    ...of13("a good ticket before one of another lifetime", [{}, { lifetime: 604_801 }]),
]

const malformed = [
    ...of13("a ticket of no bytes", [{ size: 0 }], "late"),
    ...of13("a ticket without extensions field", [{ no_extensions: true }], "late"),
    ...[1, 2, 100, 65_535].flatMap((more) =>
        of13(`extensions that say to be ${bytes(more)}`, [{ extensions_length: more }], "late"),
    ),
    ...[0, 1, 31, 33, 1000, 65_535].flatMap((size) =>
        of13(`a ticket of 32 bytes that says to have ${size}`, [{ ticket_length: size }], "late"),
    ),
    ...[0, 1, 159, 161, 1000, 65_535].flatMap((size) =>
        of12(`a ticket of 160 bytes that says to have ${size}`, [{ ticket_length: size }], "any"),
    ),
    ...of12("a ticket of no bytes", [{ size: 0 }], "any"),
    ...[0, 2, 10, 100].flatMap((times) => of12(`${times} tickets`, [{ times }], "any")),
]

const extended = [
    ...earlyData.flatMap((early) => of13(`early_data of ${bytes(early)}`, [{ early }])),
    ...["", "00", "000000", "0000000000"].flatMap((hex) =>
        of13(`early_data with a size in ${hex.length / 2} bytes`, [{ extensions: [[42, hex]] }], "late"),
    ),
    ...of13(
        "early_data twice",
        [
            {
                extensions: [
                    [42, "00004000"],
                    [42, "00004000"],
                ],
            },
        ],
        "late",
    ),
    ...[0x0a0a, 0x1234, 0xfafa, 0xffff].flatMap((type) =>
        of13(`an unknown extension (${type})`, [{ extensions: [[type, "00"]] }]),
    ),
    ...of13(
        "an unknown extension twice",
        [
            {
                extensions: [
                    [0x1234, ""],
                    [0x1234, ""],
                ],
            },
        ],
        "late",
    ),
    ...of13("a hundred unknown extensions", [
        { extensions: Array.from({ length: 100 }, (_, i) => [0x3000 + i, "00"]) },
    ]),
    ...[1000, 16_000, 60_000].flatMap((size) =>
        of13(`an unknown extension of ${bytes(size)}`, [{ extensions: [[0x1234, size]] }], "late"),
    ),
    ...[0, 10, 13, 16, 41, 43, 44, 45, 51].flatMap((type) =>
        of13(`an extension of another message (${type})`, [{ extensions: [[type, "0000"]] }], "late"),
    ),
]

/** Lifetime, age_add, a nonce of one byte, a ticket of 16, no extensions. */
const ticket13 = `00001e${"00001c20"}${"00000001"}0100${"0010"}${"ab".repeat(16)}0000`
const ticket12 = `000016${"00001c20"}${"0010"}${"ab".repeat(16)}`

const untimely = [
    ...those13.map((condition) =>
        makeCase(condition, {
            group,
            what: "a ticket before Finished",
            effect: "breaks",
            script: { tickets_early: true },
        }),
    ),
    ...those13.flatMap((condition) =>
        (["EncryptedExtensions", "Answer", "CloseNotify"] as const).map((at) =>
            makeCase(condition, {
                ...{
                    group,
                    what: `a ticket before ${at}`,
                    effect: at === "EncryptedExtensions" ? "breaks" : "harmless",
                },
                script: { edits: [{ at, before: [{ message: 4, body: ticket13 }] }] },
            }),
        ),
    ),
    ...those13.map((condition) =>
        makeCase(condition, {
            ...{ group, what: "a ticket after close_notify", effect: "harmless" },
            script: { edits: [{ at: "CloseNotify", after: [{ message: 4, body: ticket13 }] }] },
        }),
    ),
    ...those13.map((condition) =>
        makeCase(condition, {
            ...{ group, what: "tickets, answer and end in one segment", effect: "harmless" },
            script: {
                tickets: [{ times: 4 }],
                edits: [
                    { at: "NewSessionTicket", before: [{ do: "hold" }] },
                    { at: "CloseNotify", after: [{ do: "release" }] },
                ],
            },
        }),
    ),
    ...(["Certificate", "ServerHelloDone", "Finished", "Answer", "CloseNotify"] as const).map((at) =>
        makeCase(full12, {
            ...{
                group,
                what: `one more ticket before ${at}`,
                effect: at === "Answer" || at === "CloseNotify" ? "late" : "any",
            },
            script: { edits: [{ at, before: [{ message: 4, body: ticket12 }] }] },
        }),
    ),
    makeCase(full12, {
        group,
        what: "a ticket that was not announced",
        effect: "any",
        script: { no_ticket_extension: true },
    }),
    makeCase(ticket, {
        ...{ group, what: "a new ticket that was not announced", effect: "any" },
        script: { no_ticket_extension: true, tickets12: true },
    }),
]

export const ticketCases: readonly PeerCase[] = [...plain, ...malformed, ...extended, ...untimely]
