// The device's hello is changed on its way: what it offers is taken away, and what it does not offer is added. The server
// answers a hello that the device has not sent, so no such connection may open.
import type { ProxyCase } from "../case.js"
import { type Condition, conditions } from "../flows.js"
import { type ClientHello, changed, type Extension, extensionTypes as ext, u16, withClientHello } from "../hello.js"
import { makeCase } from "../make-case.js"

const EMPTY = Buffer.alloc(0)

interface Change {
    what: string
    /** For those that have what it changes. */
    when?: (condition: Pick<Condition, "holds" | "versions">) => boolean
    change: (hello: ClientHello) => Partial<ClientHello>
}

const in12 = ({ versions }: Pick<Condition, "versions">) => versions !== "1.3"
const in13 = ({ versions }: Pick<Condition, "versions">) => versions !== "1.2"
const both = ({ versions }: Pick<Condition, "versions">) => versions === "both"
const without =
    (...types: number[]) =>
    (hello: ClientHello) =>
        changed(hello, types)
const replaced =
    (type: number, make: (body: Buffer) => Buffer) =>
    (hello: ClientHello): { extensions: Extension[] } => ({
        extensions: (hello.extensions ?? []).map((one) => (one.type === type ? { type, body: make(one.body) } : one)),
    })
const added =
    (type: number, body: Buffer) =>
    (hello: ClientHello): { extensions: Extension[] } => ({ extensions: [{ type, body }, ...(hello.extensions ?? [])] })
const bitOf = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes)
    const index = at < 0 ? copy.length + at : at
    copy.writeUInt8(copy.readUInt8(index) ^ 1, index)
    return copy
}

/** Where the age stands in a PSK extension with one identity: before its binders' list. */
const AGE_FROM_IDENTITY_END = -4

const changes: readonly Change[] = [
    { what: "its random is another one", change: ({ random }) => ({ random: Buffer.alloc(random.length, 7) }) },
    { what: "its version is TLS 1.1's", change: () => ({ version: 0x0302 }) },
    { what: "its version is TLS 1.0's", change: () => ({ version: 0x0301 }) },
    { what: "its version is SSL 3.0's", change: () => ({ version: 0x0300 }) },
    { what: "its version is 255.255", change: () => ({ version: 0xffff }) },
    { what: "it has a session ID of 32 bytes that nobody knows", change: () => ({ sessionId: Buffer.alloc(32, 9) }) },
    { what: "it has a session ID of 255 bytes", change: () => ({ sessionId: Buffer.alloc(255, 9) }) },
    {
        what: "its session ID is gone",
        when: ({ holds }) => holds === "id",
        change: () => ({ sessionId: EMPTY }),
    },
    { what: "only the last of its cipher suites is left", change: ({ ciphers }) => ({ ciphers: ciphers.slice(-1) }) },
    {
        what: "only the first of its cipher suites is left",
        when: ({ holds }) => holds !== "none",
        change: ({ ciphers }) => ({ ciphers: ciphers.slice(0, 1) }),
    },
    {
        what: "its cipher suites stand the other way round",
        change: ({ ciphers }) => ({ ciphers: ciphers.toReversed() }),
    },
    { what: "it has no cipher suite", change: () => ({ ciphers: [] }) },
    { what: "its only cipher suite is one without encryption", change: () => ({ ciphers: [0x003b, 0xc006] }) },
    { what: "its only cipher suite is for export", change: () => ({ ciphers: [0x0003, 0x0008, 0x0017] }) },
    { what: "its only cipher suites are without forward secrecy", change: () => ({ ciphers: [0x009c, 0x002f] }) },
    { what: "it says that it has fallen back", change: ({ ciphers }) => ({ ciphers: [...ciphers, 0x5600] }) },
    { what: "it has a cipher suite of GREASE", change: ({ ciphers }) => ({ ciphers: [0x0a0a, ...ciphers] }) },
    { what: "it offers compression", change: () => ({ compressions: Buffer.from([1, 0]) }) },
    { what: "it offers no compression method at all", change: () => ({ compressions: EMPTY }) },
    { what: "its extensions are gone", change: () => ({ extensions: undefined }) },
    { what: "its list of extensions is empty", change: () => ({ extensions: [] }) },
    { what: "its extended master secret is gone", when: in12, change: without(ext.extendedMasterSecret) },
    {
        what: "its ticket is gone",
        when: ({ holds }) => holds === "ticket" || holds === "none",
        change: without(ext.sessionTicket),
    },
    {
        what: "its ticket is empty",
        when: ({ holds }) => holds === "ticket",
        change: replaced(ext.sessionTicket, () => EMPTY),
    },
    {
        what: "a bit of its ticket's start is flipped",
        when: ({ holds }) => holds === "ticket",
        change: replaced(ext.sessionTicket, (body) => bitOf(body, 0)),
    },
    {
        what: "a bit of its ticket's end is flipped",
        when: ({ holds }) => holds === "ticket",
        change: replaced(ext.sessionTicket, (body) => bitOf(body, -1)),
    },
    {
        what: "its ticket is cut in half",
        when: ({ holds }) => holds === "ticket",
        change: replaced(ext.sessionTicket, (body) => body.subarray(0, body.length / 2)),
    },
    {
        what: "a bit of its session ID is flipped",
        when: ({ holds }) => holds === "id",
        change: ({ sessionId }) => ({ sessionId: bitOf(sessionId, 0) }),
    },
    {
        what: "its session ID is cut in half",
        when: ({ holds }) => holds === "id",
        change: ({ sessionId }) => ({ sessionId: sessionId.subarray(0, 16) }),
    },
    { what: "its PSK is gone", when: ({ holds }) => holds === "psk", change: without(ext.preSharedKey) },
    {
        what: "a bit of its PSK's name is flipped",
        when: ({ holds }) => holds === "psk",
        change: replaced(ext.preSharedKey, (body) => bitOf(body, 8)),
    },
    {
        what: "a bit of its binder is flipped",
        when: ({ holds }) => holds === "psk",
        change: replaced(ext.preSharedKey, (body) => bitOf(body, -1)),
    },
    {
        what: "the age of its PSK is another one",
        when: ({ holds }) => holds === "psk",
        change: replaced(ext.preSharedKey, (body) => bitOf(body, 2 + body.readUInt16BE(0) + AGE_FROM_IDENTITY_END)),
    },
    {
        what: "its key exchange modes are gone",
        when: ({ holds }) => holds === "psk",
        change: without(ext.pskKeyExchangeModes),
    },
    {
        what: "its only key exchange mode is psk_ke",
        when: ({ holds }) => holds === "psk",
        change: replaced(ext.pskKeyExchangeModes, () => Buffer.from([1, 0])),
    },
    { what: "it announces early data", when: ({ holds }) => holds === "psk", change: added(ext.earlyData, EMPTY) },
    { what: "its supported versions are gone", when: in13, change: without(ext.supportedVersions) },
    {
        what: "of its versions only TLS 1.2 is left",
        when: in13,
        change: replaced(ext.supportedVersions, () => Buffer.from([2, 3, 3])),
    },
    {
        what: "it speaks TLS 1.3 too",
        when: ({ versions }) => versions === "1.2",
        change: added(ext.supportedVersions, Buffer.from([4, 3, 4, 3, 3])),
    },
    { what: "its key share is gone", when: in13, change: without(ext.keyShare) },
    { what: "its key share is another one", when: in13, change: replaced(ext.keyShare, (body) => bitOf(body, -2)) },
    { what: "its groups are gone", change: without(ext.supportedGroups) },
    {
        what: "its only group is another one",
        change: replaced(ext.supportedGroups, () => Buffer.concat([u16(2), u16(24)])),
    },
    { what: "its signature algorithms are gone", change: without(ext.signatureAlgorithms) },
    {
        what: "its only signature algorithm is SHA-1's",
        change: replaced(ext.signatureAlgorithms, () => Buffer.concat([u16(2), u16(0x0201)])),
    },
    { what: "its server name is gone", change: without(ext.serverName) },
    {
        what: "its server name is another one",
        change: replaced(ext.serverName, (body) =>
            Buffer.from(body.toString("latin1").replace("localhost", "elsewhere"), "latin1"),
        ),
    },
    { what: "it asks for HTTP/2", change: added(ext.alpn, Buffer.concat([u16(3), Buffer.from("\x02h2")])) },
    { what: "it has an extension of GREASE", change: added(0x1a1a, EMPTY) },
    { what: "it has an extension of 30000 bytes", when: in12, change: added(0x7777, Buffer.alloc(14000)) },
    {
        what: "it says that it renegotiates",
        change: added(ext.renegotiationInfo, Buffer.concat([Buffer.from([12]), Buffer.alloc(12, 1)])),
    },
]

/** A device that speaks both versions is what can be brought down to the lower one. */
const downgradable: Pick<Condition, "title" | "holds" | "versions">[] = [
    { title: "TLS 1.2 and 1.3 without a session", holds: "none", versions: "both" },
    { title: "TLS 1.2 and 1.3 with a PSK", holds: "psk", versions: "both" },
]
const brings12 = /version|key share|extensions are gone|list of extensions is empty|fallen back/

const isInEach = (when: Change["when"]): boolean => when?.({ holds: "none", versions: "both" }) ?? true

export const clientHelloCases: ProxyCase[] = [...conditions, ...downgradable].flatMap((condition) =>
    changes
        .filter(({ when, what }) => (when?.(condition) ?? true) && (!both(condition) || brings12.test(what)))
        .flatMap(({ what, when, change }) =>
            (["first", "each"] as const)
                // What only a session brings into a hello is in the first one alone.
                .filter((on) => on === "first" || (condition.holds !== "none" && isInEach(when)))
                .map((on) =>
                    makeCase(condition, {
                        ...{ group: "the device's hello is changed", what: `of the device's hello ${what}`, on },
                        effect: "breaks",
                        // A server that finds no suite in it is asked again, with all of them.
                        ...(condition.holds === "none" && { expect: "any" }),
                        spoils: [
                            {
                                ...{ direction: "toServer", at: 0 },
                                acts: ([bytes]) => (bytes ? [withClientHello(bytes, change)] : []),
                            },
                        ],
                    }),
                ),
        ),
)
