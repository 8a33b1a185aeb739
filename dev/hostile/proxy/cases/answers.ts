// Something else answers: another protocol, noise, messages out of place, or what an earlier connection was answered.
import type { ErrorCode } from "../../../../ts/base/errors.js"
import type { ProxyCase } from "../case.js"
import { conditions, handshakeOf } from "../flows.js"
import { type Effect, makeCase } from "../make-case.js"
import { alert, message, record, types } from "../records.js"
import type { Act } from "../spoil.js"

/** Noise, the same in each run. */
function noise(size: number): Buffer {
    let state = 0x2545f491
    return Buffer.from(
        Array.from({ length: size }, () => {
            state ^= state << 13
            state ^= state >>> 17
            state ^= state << 5
            return state & 255
        }),
    )
}

const zeros = (size: number): Buffer => Buffer.alloc(size)

const answers: readonly { what: string; bytes: Buffer; error?: ErrorCode; asksAgain?: boolean }[] = [
    { what: "nothing", bytes: zeros(0) },
    { what: "one zero", bytes: zeros(1) },
    {
        what: "a page of HTTP",
        error: "not-tls",
        bytes: Buffer.from("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
    },
    {
        what: "a redirection by a captive portal",
        error: "not-tls",
        bytes: Buffer.from("HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/login\r\n\r\n"),
    },
    { what: "HTTP/2 settings", bytes: Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]) },
    { what: "an SSH banner", error: "not-tls", bytes: Buffer.from("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n") },
    { what: "an SMTP banner", error: "not-tls", bytes: Buffer.from("220 mail.example.com ESMTP\r\n") },
    { what: "an MQTT CONNACK", error: "not-tls", bytes: Buffer.from([0x20, 2, 0, 0]) },
    { what: "a SOCKS refusal", bytes: Buffer.from([5, 255]) },
    { what: "the hello of SSL 2", bytes: Buffer.from([0x80, 0x0b, 4, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0]) },
    { what: "1000 zeros", error: "not-tls", bytes: zeros(1000) },
    { what: "1000 bytes of noise", error: "not-tls", bytes: Buffer.concat([Buffer.from([0xaa]), noise(999)]) },
    { what: "100000 bytes of noise", bytes: noise(100_000) },
    { what: "noise in a handshake record", bytes: record(types.handshake, noise(200)) },
    { what: "noise in a full handshake record", bytes: record(types.handshake, noise(16384)) },
    { what: "data in clear", error: "not-tls", bytes: record(types.data, noise(100)) },
    { what: "a change of cipher spec", bytes: record(types.changeCipherSpec, Buffer.from([1])) },
    { what: "a change of cipher spec to 2", bytes: record(types.changeCipherSpec, Buffer.from([2])) },
    { what: "a handshake record of one byte", bytes: record(types.handshake, Buffer.from([2])) },
    { what: "close_notify", error: "closed", bytes: alert(1, 0) },
    { what: "handshake_failure", asksAgain: true, bytes: alert(2, 40) },
    { what: "internal_error", error: "alert", bytes: alert(2, 80) },
    ...[0, 1, 2, 3, 4, 5, 6, 8, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23, 24, 25, 67, 99, 254].flatMap((type) => [
        { what: `an empty handshake message of type ${type}`, bytes: message(type, zeros(0)) },
        { what: `a handshake message of type ${type} with 64 bytes of noise`, bytes: message(type, noise(64)) },
    ]),
    { what: "a server hello cut short", error: "protocol", bytes: message(2, Buffer.from([3, 3, 1, 2])) },
    {
        what: "a certificate that says that it has 16 MB",
        bytes: record(types.handshake, Buffer.from([11, 255, 255, 255, 255, 255, 252])),
    },
]

const first = { direction: "toClient", at: 0 } as const

const answerCases: ProxyCase[] = conditions.flatMap((condition) =>
    answers.flatMap(({ what, bytes, error, asksAgain }) =>
        (["first", "each"] as const).flatMap((on) => {
            if (on === "each" && condition.holds === "none") return []
            const ends: readonly Act[] = on === "each" ? ["silence"] : ["fin", "silence"]
            return ends.map((end) =>
                makeCase(condition, {
                    ...{ group: "something else answers", effect: "breaks", on },
                    // The device says another hello, with all of its suites.
                    ...(asksAgain === true && on === "first" && { expect: "opens-full" }),
                    ...(error !== undefined && { errors: [error] }),
                    what: `the answer is ${what}, and ${end === "fin" ? "the end" : "silence"}`,
                    spoils: [{ ...first, acts: () => [bytes, end] }],
                }),
            )
        }),
    ),
)

// ---- Messages out of place -------------------------------------------------------------------------------

const misplaced: readonly { what: string; bytes: Buffer; effect12?: Effect }[] = [
    { what: "data in clear", bytes: record(types.data, Buffer.from("HTTP/1.1 200 OK\r\n\r\nresumed: r\n")) },
    { what: "a finished of zeros", bytes: message(20, zeros(12)) },
    { what: "a finished of 32 zeros", bytes: message(20, zeros(32)) },
    { what: "a ticket of noise", bytes: message(4, Buffer.concat([Buffer.from([0, 0, 1, 0, 0, 64]), noise(64)])) },
    { what: "a server hello done", bytes: message(14, zeros(0)) },
    { what: "an empty certificate", bytes: message(11, zeros(3)) },
    { what: "a certificate request", bytes: message(13, Buffer.from([1, 1, 0, 2, 4, 1, 0, 0])) },
    { what: "a key update", bytes: message(24, Buffer.from([1])) },
    { what: "encrypted extensions in clear", bytes: message(8, zeros(2)) },
    // A client of TLS 1.2 may pass it over in a handshake (RFC 5246 7.4.1.1).
    { what: "a hello request", bytes: message(0, zeros(0)), effect12: "any" },
    { what: "a client hello", bytes: message(1, noise(100)) },
    { what: "a heartbeat", bytes: record(24, zeros(19)) },
]

const misplacedCases: ProxyCase[] = conditions.flatMap((condition) =>
    condition.records
        .filter(({ direction, what }) => direction === "toClient" && what !== "goodbye")
        .flatMap((flow) =>
            misplaced.map(({ what, bytes, effect12 = "breaks" }) => {
                const effect = condition.versions === "1.2" && !flow.isSealed ? effect12 : "breaks"
                return makeCase(condition, {
                    group: "a message in clear is slipped in",
                    what: `${what} stands before the ${flow.what}`,
                    effect: flow.isLate ? "late" : effect,
                    spoils: [{ ...flow, acts: (own) => [bytes, ...own] }],
                })
            }),
        ),
)

// ---- Of an earlier connection ----------------------------------------------------------------------------

/** What the server said in the honest wake before, from its first record to before the one of this number. */
const replays = conditions.flatMap((condition) => {
    const handshake = handshakeOf(condition).filter(({ direction }) => direction === "toClient")
    const whole = condition.records.filter(({ direction }) => direction === "toClient")
    return [
        { condition, what: "its server hello", from: 0, to: 1, isAlone: false },
        { condition, what: "its server hello, and the rest is this connection's", from: 0, to: 1, isAlone: true },
        { condition, what: "its whole handshake", from: 0, to: handshake.length, isAlone: false },
        { condition, what: "all of it", from: 0, to: whole.length, isAlone: false },
        ...handshake
            .slice(1)
            .map(({ at, what }) => ({ condition, what: `its ${what}`, from: at, to: at + 1, isAlone: true })),
    ]
})

const replayCases: ProxyCase[] = replays.flatMap(({ condition, what, from, to, isAlone }) => {
    const replaced = condition.records.find(({ direction, at }) => direction === "toClient" && at === from)
    // Some say the same in each connection.
    const saysTheSame = replaced?.isSealed === false && /certificate|hello done|cipher spec/.test(replaced.what)
    if (saysTheSame) return []
    return (["first", "each"] as const)
        .filter((on) => on === "first" || (condition.holds !== "none" && !isAlone))
        .map((on) =>
            makeCase(condition, {
                ...{ group: "an earlier connection is played again", effect: "breaks", on, rehearses: true },
                what: `of an earlier connection comes ${what}`,
                spoils: [
                    {
                        ...{ direction: "toClient", at: from },
                        acts: (_, earlier) => [...earlier.slice(from, to), ...(isAlone ? [] : ["silence" as const])],
                    },
                ],
            }),
        )
})

export const answersCases: ProxyCase[] = [...answerCases, ...misplacedCases, ...replayCases]
