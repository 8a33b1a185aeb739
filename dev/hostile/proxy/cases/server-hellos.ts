// The server's hello is changed on its way, or another one stands before it or in its place.
import type { ProxyCase } from "../case.js"
import { type Condition, conditions, is13 } from "../flows.js"
import { changed, type Extension, extensionTypes as ext, type ServerHello, u16, withServerHello } from "../hello.js"
import { makeCase } from "../make-case.js"
import { record, types } from "../records.js"
import type { Act } from "../spoil.js"

const EMPTY = Buffer.alloc(0)
/** SHA-256 of "HelloRetryRequest" (RFC 8446 4.1.3). */
const RETRY = Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex")
/** The last bytes of a random whose server could do better. */
const downgrade = (random: Buffer, last: number): Buffer =>
    Buffer.concat([random.subarray(0, 24), Buffer.from("DOWNGRD"), Buffer.from([last])])

const [P256, P384, X25519, NO_GROUP] = [23, 24, 29, 0x7777]

interface Change {
    what: string
    in?: "1.2" | "1.3"
    /** With these sessions only. */
    has?: Condition["holds"][]
    change: (hello: ServerHello) => Partial<ServerHello>
}

const replaced =
    (type: number, make: (body: Buffer) => Buffer) =>
    (hello: ServerHello): { extensions: Extension[] } => ({
        extensions: (hello.extensions ?? []).map((one) => (one.type === type ? { type, body: make(one.body) } : one)),
    })
const without = (type: number) => (hello: ServerHello) => changed(hello, [type])
const added = (type: number, body: Buffer) => (hello: ServerHello) => changed(hello, [type], { type, body })

const changes: readonly Change[] = [
    { what: "its random is another one", change: () => ({ random: Buffer.alloc(32, 3) }) },
    {
        what: "its random tells of a downgrade to TLS 1.2",
        in: "1.3",
        change: ({ random }) => ({ random: downgrade(random, 1) }),
    },
    { what: "its random tells of a downgrade to TLS 1.1", change: ({ random }) => ({ random: downgrade(random, 0) }) },
    ...[0x0300, 0x0301, 0x0302, 0x0304, 0x0305, 0, 0xffff].map((version) => ({
        what: `its version is ${version >> 8}.${version & 255}`,
        change: () => ({ version }),
    })),
    { what: "its session ID is gone", has: ["id", "psk"], change: () => ({ sessionId: EMPTY }) },
    { what: "it has a session ID that nobody sent", change: () => ({ sessionId: Buffer.alloc(32, 5) }) },
    { what: "its session ID is of 33 bytes", change: () => ({ sessionId: Buffer.alloc(33, 5) }) },
    { what: "its session ID is of 255 bytes", change: () => ({ sessionId: Buffer.alloc(255, 5) }) },
    ...[
        0x0000, 0x0005, 0x000a, 0x002f, 0x003b, 0x009c, 0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xc02f, 0xc030,
        0xcca8, 0xcca9, 0xffff,
    ].map((cipher) => ({
        what: `its cipher suite is 0x${cipher.toString(16).padStart(4, "0")}`,
        change: (hello: ServerHello) => ({ cipher: hello.cipher === cipher ? 0x1304 : cipher }),
    })),
    { what: "it chooses compression", change: () => ({ compression: 1 }) },
    { what: "its extensions are gone", change: () => ({ extensions: undefined }) },
    { what: "its list of extensions is empty", change: () => ({ extensions: [] }) },
    {
        what: "its extensions come twice",
        change: ({ extensions = [] }) => ({ extensions: [...extensions, ...extensions] }),
    },
    { what: "it has an extension that nobody asked for", change: added(0x7777, EMPTY) },
    { what: "it has an extension of 16000 bytes", change: added(0x7777, Buffer.alloc(16000)) },
    { what: "it chooses HTTP/2", change: added(ext.alpn, Buffer.concat([u16(3), Buffer.from("\x02h2")])) },
    { what: "it accepts early data", change: added(ext.earlyData, EMPTY) },
    { what: "its extended master secret is gone", in: "1.2", change: without(ext.extendedMasterSecret) },
    {
        what: "its ticket is announced, or not, against what comes",
        in: "1.2",
        change: (hello) =>
            (hello.extensions ?? []).some(({ type }) => type === ext.sessionTicket)
                ? without(ext.sessionTicket)(hello)
                : added(ext.sessionTicket, EMPTY)(hello),
    },
    { what: "its renegotiation info is gone", in: "1.2", change: without(ext.renegotiationInfo) },
    {
        what: "its renegotiation info is of a renegotiation",
        in: "1.2",
        change: added(ext.renegotiationInfo, Buffer.concat([Buffer.from([24]), Buffer.alloc(24)])),
    },
    { what: "it speaks TLS 1.3", in: "1.2", change: added(ext.supportedVersions, u16(0x0304)) },
    { what: "its supported version is gone", in: "1.3", change: without(ext.supportedVersions) },
    ...[0x0300, 0x0301, 0x0302, 0x0303, 0x0305, 0x7f1c].map((version) => ({
        ...{ what: `its supported version is ${version >> 8}.${version & 255}`, in: "1.3" as const },
        change: replaced(ext.supportedVersions, () => u16(version)),
    })),
    { what: "its key share is gone", in: "1.3", change: without(ext.keyShare) },
    {
        what: "its key share is zero",
        in: "1.3",
        change: replaced(ext.keyShare, (body) => Buffer.concat([body.subarray(0, 4), Buffer.alloc(body.length - 4)])),
    },
    {
        what: "its key share is one",
        in: "1.3",
        change: replaced(ext.keyShare, (body) =>
            Buffer.concat([body.subarray(0, 4), Buffer.alloc(body.length - 4, 1)]),
        ),
    },
    {
        what: "its key share has no bytes",
        in: "1.3",
        change: replaced(ext.keyShare, (body) => Buffer.concat([body.subarray(0, 2), u16(0)])),
    },
    {
        what: "its key share is one byte short",
        in: "1.3",
        change: replaced(ext.keyShare, (body) =>
            Buffer.concat([body.subarray(0, 2), u16(body.length - 5), body.subarray(5)]),
        ),
    },
    {
        what: "its key share says that it is longer",
        in: "1.3",
        change: replaced(ext.keyShare, (body) => Buffer.concat([body.subarray(0, 2), u16(0xffff), body.subarray(4)])),
    },
    ...[P256, P384, NO_GROUP].map((group) => ({
        ...{ what: `its key share is of group ${group}`, in: "1.3" as const },
        change: replaced(ext.keyShare, (body) => Buffer.concat([u16(group), body.subarray(2)])),
    })),
    ...[0, 1, 255, 65535].map((index) => ({
        what: `it chooses PSK ${index}`,
        ...{ in: "1.3" as const, change: (hello: ServerHello) => changedPsk(hello, index) },
    })),
    { what: "its PSK is refused", has: ["psk"], change: without(ext.preSharedKey) },
]

/** In the place of the one that it has chosen, or the other way round. */
function changedPsk(hello: ServerHello, index: number): { extensions: Extension[] } {
    const chosen = (hello.extensions ?? []).find(({ type }) => type === ext.preSharedKey)
    const other = chosen?.body.readUInt16BE(0) === index ? index + 2 : index
    return changed(hello, [ext.preSharedKey], { type: ext.preSharedKey, body: u16(other) })
}

const changedCases: ProxyCase[] = conditions.flatMap((condition) =>
    changes
        .filter(
            ({ in: only, has }) =>
                (only ?? condition.versions) === condition.versions && (has?.includes(condition.holds) ?? true),
        )
        .map(({ what, change }) =>
            makeCase(condition, {
                ...{ group: "the server's hello is changed", what: `of the server's hello ${what}`, effect: "breaks" },
                spoils: [
                    {
                        ...{ direction: "toClient", at: 0 },
                        acts: ([bytes]) => (bytes ? [withServerHello(bytes, change)] : []),
                    },
                ],
            }),
        ),
)

// ---- HelloRetryRequest -----------------------------------------------------------------------------------

interface Retry {
    what: string
    extensions: Extension[]
}

const version13: Extension = { type: ext.supportedVersions, body: u16(0x0304) }
const group = (id: number): Extension => ({ type: ext.keyShare, body: u16(id) })
const cookie = (size: number): Extension => ({
    type: ext.cookie,
    body: Buffer.concat([u16(size), Buffer.alloc(size, 0xc0)]),
})

const retries: readonly Retry[] = [
    { what: "asks for P-256", extensions: [version13, group(P256)] },
    { what: "asks for P-384", extensions: [version13, group(P384)] },
    { what: "asks for the group that was sent", extensions: [version13, group(X25519)] },
    { what: "asks for a group that nobody has", extensions: [version13, group(NO_GROUP)] },
    { what: "asks for nothing", extensions: [version13] },
    { what: "has no version", extensions: [group(P256)] },
    { what: "is of TLS 1.2", extensions: [{ type: ext.supportedVersions, body: u16(0x0303) }, group(P256)] },
    { what: "has an empty cookie", extensions: [version13, cookie(0)] },
    { what: "has a cookie of 1 byte", extensions: [version13, cookie(1)] },
    { what: "has a cookie of 255 bytes, and asks for P-256", extensions: [version13, group(P256), cookie(255)] },
    { what: "has a cookie of 16000 bytes", extensions: [version13, cookie(16000)] },
    {
        what: "has a cookie that says that it is longer",
        extensions: [version13, { type: ext.cookie, body: u16(0xffff, 1) }],
    },
    { what: "has a PSK", extensions: [version13, group(P256), { type: ext.preSharedKey, body: u16(0) }] },
    {
        what: "has an extension that nobody asked for",
        extensions: [version13, group(P256), { type: 0x7777, body: EMPTY }],
    },
]

const retry = (own: Buffer, { extensions }: Retry): Buffer =>
    withServerHello(own, () => ({ random: RETRY, extensions }))

const ways: readonly { how: string; acts: (own: Buffer, request: Buffer) => Iterable<Act> }[] = [
    { how: "before the server's hello", acts: (own, request) => [request, "read", own] },
    { how: "twice before the server's hello", acts: (own, request) => [request, "read", request, "read", own] },
    {
        how: "without end",
        *acts(_, request) {
            for (;;) {
                yield request
                yield { waitMs: 1000 }
            }
        },
    },
    { how: "and then silence", acts: (_, request) => [request, "silence"] },
]

const retryCases: ProxyCase[] = conditions.flatMap((condition) =>
    retries.flatMap((one) =>
        ways
            // TLS 1.2 has no such request: there, one way of all is enough.
            .filter((_, index) => is13(condition) || index === 0)
            .map(({ how, acts }) =>
                makeCase(condition, {
                    ...{ group: "a hello retry request is made up", effect: "breaks" },
                    what: `a hello retry request ${one.what}, ${how}`,
                    spoils: [
                        {
                            ...{ direction: "toClient", at: 0 },
                            acts: ([own]) => (own ? acts(own, retry(own, one)) : []),
                        },
                    ],
                }),
            ),
    ),
)

// ---- Lengths within it -----------------------------------------------------------------------------------

/** The hello's own length is wrong by so much, in the message's header or in that of its record too. */
const cutCases: ProxyCase[] = conditions.flatMap((condition) =>
    [-1, -20, 1, 20].map((by) =>
        makeCase(condition, {
            ...{ group: "the server's hello is changed", effect: "breaks" },
            what: `of the server's hello the length is ${by > 0 ? `${by} too large` : `${-by} too small`}`,
            spoils: [
                {
                    ...{ direction: "toClient", at: 0 },
                    acts: ([own]) => {
                        if (own === undefined) return []
                        const body = Buffer.from(own.subarray(5))
                        body.writeUIntBE(body.readUIntBE(1, 3) + by, 1, 3)
                        return [record(types.handshake, body)]
                    },
                },
            ],
        }),
    ),
)

export const serverHelloCases: ProxyCase[] = [...changedCases, ...retryCases, ...cutCases]
