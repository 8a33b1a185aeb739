// Who cannot prove that it is the server: wrong Finished, wrong signatures, other certificates, resumption without the
// secret, and handshakes that leave the proof out. None of these may open.
import type { Edit, Message, PeerCase, Script } from "../case.js"
import { all, type Condition, conditions, inFull, is13, makeCase, resumptions } from "../make-case.js"

const { full12, full13, psk, id, ticket } = conditions

const finished = {
    zero: "zeros",
    random: "random bytes",
    client: "the client's",
    "first-bit": "another first bit",
    "last-bit": "another last bit",
    short: "one byte less",
    long: "one byte more",
    empty: "nothing",
    one: "its first byte",
    half: "its first half",
    "12": "twelve bytes",
}

const onFirstAndEach = (condition: Condition, group: string, what: string, script: Script): PeerCase[] =>
    (["first", "each"] as const)
        .filter((on) => on === "first" || condition.holds !== "none")
        .map((on) => makeCase(condition, { group, what, effect: "breaks", script, on }))

const wrongFinished = all.flatMap((condition) =>
    Object.entries(finished).flatMap(([how, what]) =>
        onFirstAndEach(condition, "a wrong Finished", `a Finished of ${what}`, { finished: how }),
    ),
)

const pretended = resumptions.flatMap((condition) => {
    const group = "it resumes without the secret"
    const ofAll: [string, Script][] = [
        ["it takes the session, and does not know it", {}],
        ["it takes the session with a random Finished", { finished: "random" }],
        ["it takes the session with an empty Finished", { finished: "empty" }],
        ["it takes the session and shows its certificate", { certificate_anyway: true }],
    ]
    const of12: [string, Script][] = [
        ["it takes the session with a Finished in clear", { plain_finished: true }],
        ["it takes the session and gives a ticket", { tickets12: true }],
    ]
    const of13: [string, Script][] = [
        ["it takes the session without a key exchange", { share: "none" }],
        ["it takes the second session", { index: 1 }],
        ["it takes the session under another suite of the same hash", { cipher: 0x1303 }],
        ["it takes the session under a suite of another hash", { cipher: 0x1302 }],
    ]
    const pretend = ([what, script]: [string, Script]) => [what, { ...script, resume: "pretend" }] as [string, Script]
    // In TLS 1.3 there is nothing to take on a second connection, which goes in full.
    return is13(condition)
        ? [...ofAll, ...of13]
              .map(pretend)
              .map(([what, script]) => makeCase(condition, { group, what, effect: "breaks", script }))
        : [...ofAll, ...of12].map(pretend).flatMap(([what, script]) => onFirstAndEach(condition, group, what, script))
})

/** With the right secret, and a Finished that is not sealed. */
const inClear = [full12, id, ticket].flatMap((condition) =>
    onFirstAndEach(condition, "a wrong Finished", "a right Finished in clear", { plain_finished: true }),
)

const strangers = ["wrong name", "wrong CA", "expired", "not yet valid", "a client's"]
const identities = strangers.flatMap((identity) => [
    ...inFull.map((condition) =>
        makeCase(condition, {
            ...{ group: "another certificate", what: `a certificate: ${identity}`, effect: "breaks" },
            script: { identity },
        }),
    ),
    ...resumptions.map((condition) =>
        makeCase(condition, {
            ...{ group: "another certificate", what: `after the session was refused, a certificate: ${identity}` },
            ...{ effect: "verdict", script: { identity, resume: "refuse" } },
        }),
    ),
])

const signers = ["another key", "wrong CA", "wrong name"]
const schemes = [
    0x0000, 0x0101, 0x0201, 0x0203, 0x0401, 0x0501, 0x0503, 0x0601, 0x0603, 0x0804, 0x0807, 0x0809, 0xfefe, 0xffff,
]
const hex4 = (value: number) => `0x${value.toString(16).padStart(4, "0")}`

const refusing = (condition: Condition, script: Script): Script =>
    condition.holds === "none" ? script : { ...script, resume: "refuse" }

const signatures = all.flatMap((condition) => [
    ...signers.map((signer) =>
        makeCase(condition, {
            ...{ group: "a wrong signature", what: `signed by the key of: ${signer}`, effect: "breaks" },
            script: refusing(condition, { signer }),
        }),
    ),
    ...schemes.map((scheme) =>
        makeCase(condition, {
            ...{ group: "a wrong signature", what: `the scheme is said to be ${hex4(scheme)}`, effect: "breaks" },
            script: refusing(condition, { scheme }),
        }),
    ),
    ...["TLS 1.3, client CertificateVerify", "TLS 1.3, server CertificateVerify ", ""]
        .filter(() => is13(condition))
        .map((context) =>
            makeCase(condition, {
                ...{ group: "a wrong signature", what: `signed in the context "${context}"`, effect: "breaks" },
                script: refusing(condition, { context }),
            }),
        ),
])

const without = (...messages: Message[]): Edit[] => messages.map((at) => ({ at, omit: true }))

const proof12: Message[][] = [
    ["Certificate"],
    ["ServerKeyExchange"],
    ["Certificate", "ServerKeyExchange"],
    ["Certificate", "ServerKeyExchange", "ServerHelloDone"],
]
const proof13: Message[][] = [["Certificate"], ["CertificateVerify"], ["Certificate", "CertificateVerify"]]

const leftOut = all.flatMap((condition) => {
    const group = "the proof is left out"
    const due = (is13(condition) ? proof13 : proof12).map((messages) => ({
        what: `no ${messages.join(", no ")}`,
        script: { edits: without(...messages) },
    }))
    const empty = is13(condition) ? "00000000" : "000000"
    const others: { what: string; script: Script }[] = [
        { what: "no certificate in its Certificate", script: { edits: [{ at: "Certificate", body: empty }] } },
    ]
    const early: { what: string; script: Script }[] = [
        {
            what: "Finished with known keys right after its hello",
            script: { skip_client: true, edits: without(...(proof12[3] ?? [])) },
        },
        { what: "Finished with known keys before the client's", script: { skip_client: true } },
        {
            what: "Finished in clear right after its hello",
            script: { skip_client: true, plain_finished: true, edits: without(...(proof12[3] ?? [])) },
        },
        {
            what: "the client's Finished is not waited for, and ours is in clear",
            script: { skip_client: true, plain_finished: true },
        },
    ]
    return [...due, ...others, ...(is13(condition) ? [] : early)].flatMap(({ what, script }) =>
        onFirstAndEach(condition, group, what, refusing(condition, script)),
    )
})

/** A session that nobody has offered. */
const unoffered = [
    ...[0, 1, 65_535].flatMap((index) => [
        makeCase(full13, {
            ...{
                group: "a session that was not offered",
                what: `PSK ${index} is taken, and nothing proved`,
                effect: "breaks",
            },
            script: { index, edits: without("Certificate", "CertificateVerify") },
        }),
        makeCase(full13, {
            ...{
                group: "a session that was not offered",
                what: `PSK ${index} is taken, and all is proved`,
                effect: "breaks",
            },
            script: { index },
        }),
    ]),
    ...[{}, { plain_finished: true }, { tickets12: true }, { server_hello: { session_id: "random" } } as const].map(
        (script, i) =>
            makeCase(full12, {
                ...{
                    group: "a session that was not offered",
                    what: `a session is resumed that was not offered (${i + 1})`,
                },
                ...{ effect: "breaks", script: { ...script, resume: "pretend" } },
            }),
    ),
    makeCase(psk, {
        ...{
            group: "a session that was not offered",
            what: "the session is refused and nothing proved",
            effect: "breaks",
        },
        script: { resume: "refuse", edits: without("Certificate", "CertificateVerify") },
    }),
]

export const proofCases: readonly PeerCase[] = [
    ...wrongFinished,
    ...inClear,
    ...pretended,
    ...identities,
    ...signatures,
    ...leftOut,
    ...unoffered,
]
