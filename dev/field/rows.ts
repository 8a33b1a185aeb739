// The rows of the field matrix: what a server, or the network on the way to it, does to a device. Each is a script for
// ten wakes, the same for a device that never offers a session.
import type { ClientOptions } from "../../ts/core/client.js"
import type { BuiltinServer, ServerConfig } from "../../ts/sim/builtin-server.js"
import { type Decision, HelloProxy, type Treatment } from "../network/hello-proxy.js"
import { type Column, type Device, devices, speaksOnly } from "./columns.js"
import type { House, OpensslOptions } from "./house.js"

export const WAKES = 10
/** From this wake on, where something changes "in the middle". */
const MIDDLE = 6

/** A server, and the way to it, for ten wakes of one device. */
export interface Site extends Disposable {
    port: number
    /** PEM of the CA that signed the server's certificate. */
    ca: Buffer
    /** The device's own, if the server wants to see one. */
    identity?: ClientOptions["identity"]
    /** What happens between the sleep and wake `n`, the first being 1. */
    beforeWake?(n: number): void | Promise<void>
    /** Where the device's connects go in this wake instead of to 127.0.0.1 and the port. */
    elsewhere?(n: number): { host: string; port: number } | undefined
    /** The built-in server, if it is that. */
    server?: BuiltinServer
    /** Nothing more comes on the connection from this port, and nothing says so. */
    isMute?(clientPort: number): boolean
}

export interface Row {
    /** For a table. */
    name: string
    /** What it does, a sentence for the page. */
    what: string
    /** How many wakes resume at least; undefined for a server that is not healthy. */
    resumes?(column: Column): number
    /** A device that allows TLS 1.3 speaks it in the end. */
    endsIn13?: true
    /** It lets devices wait until their time is up: worth starting early. */
    isSlow?: true
    /** No wake of these can succeed. */
    isLost?(n: number): boolean
    /** How long the device sleeps, in seconds; ten minutes unless told. */
    sleepS?: number
    /** Why it does not concern this device; undefined if it does. */
    excludes?(device: Device): string | undefined
    start(house: House, device: Device): Promise<Site>
}

type Script = Pick<Site, "beforeWake" | "elsewhere">

const noDispose = { [Symbol.dispose]: (): void => {} }

/** The built-in server with these settings. */
async function builtin(
    house: House,
    device: Device,
    settings: Partial<ServerConfig>,
    script: Script = {},
): Promise<Site> {
    await house.restart(device, settings)
    const identity = devices[device].hasCertificate ? { identity: house.identity } : {}
    const { server } = house
    return { server, port: server.port, ca: server.ca, ...identity, ...script, ...noDispose }
}

const settings =
    (changed: Partial<ServerConfig>): Row["start"] =>
    (house, device) =>
        builtin(house, device, changed)

/** The server's settings change in the middle; it starts anew with them. */
const changes =
    (first: Partial<ServerConfig>, then: Partial<ServerConfig>): Row["start"] =>
    (house, device) =>
        builtin(house, device, first, {
            beforeWake: async (n) => {
                if (n === MIDDLE) await house.restart(device, then)
            },
        })

/** Between the device and a healthy server stands somebody who decides by wake and ClientHello. */
const proxied =
    (decide: (n: number) => Decision): Row["start"] =>
    async (house, device) => {
        const site = await builtin(house, device, {})
        const proxy = await HelloProxy.start(site.port)
        return {
            ...site,
            port: proxy.port,
            isMute: (clientPort) => proxy.isMute(clientPort),
            beforeWake: (n) => {
                proxy.decide = decide(n)
            },
            [Symbol.dispose]: () => proxy[Symbol.dispose](),
        }
    }

const eachResumption = (treatment: Treatment): Row["start"] =>
    proxied(() => (offersSession) => (offersSession ? treatment : "pass"))

/** In each wake of so many the network is not there. */
const LOST_EVERY = 4
const EACH_LOST = "In each fourth wake"
const isLost = (n: number): boolean => n % LOST_EVERY === 0

const whenLost = (treatment: Treatment): Row["start"] => proxied((n) => () => (isLost(n) ? treatment : "pass"))

const elsewhereWhenLost =
    (host: string, port: number): Row["start"] =>
    (house, device) =>
        builtin(house, device, {}, { elsewhere: (n) => (isLost(n) ? { host, port } : undefined) })

const openssl =
    (options: OpensslOptions): Row["start"] =>
    async (house, device) => {
        const server = await house.startOpenssl(device, options)
        return {
            port: server.port,
            ca: Buffer.from(house.serverAuthority.certificate),
            ...(devices[device].hasCertificate && { identity: house.identity }),
            [Symbol.dispose]: () => server[Symbol.dispose](),
        }
    }

const allButTheFirst = (): number => WAKES - 1

const only13 = (device: Device): boolean => speaksOnly(device, "1.3")
const only12 = (device: Device): boolean => speaksOnly(device, "1.2")

const renewsNothing = (device: Device): string | undefined =>
    only12(device) ? "in TLS 1.2 a session serves many times and none is renewed: as the first row" : undefined

export const rows: readonly Row[] = [
    {
        name: "healthy, renews",
        what: "A healthy server. In TLS 1.3 it gives new tickets on each resumption.",
        resumes: allButTheFirst,
        start: settings({}),
    },
    {
        name: "OpenSSL, 2 tickets",
        what: "`openssl s_server` as it is: two tickets after a full handshake of TLS 1.3, one after each resumption.",
        resumes: allButTheFirst,
        start: openssl({}),
    },
    {
        name: "OpenSSL, 1 ticket",
        what: "The same with one ticket after a full handshake.",
        // Its only ticket is in RTC RAM until the device has lost its power once: flash would wear for each.
        resumes: ({ powerLossEvery }) => (powerLossEvery > 1 ? WAKES - 2 : WAKES - 1),
        excludes: renewsNothing,
        start: openssl({ arguments: ["-num_tickets", "1"] }),
    },
    {
        name: "never renews (Node)",
        what: "Node, which gives two tickets after a full handshake of TLS 1.3 and none after a resumption.",
        excludes: renewsNothing,
        start: settings({ stateful: false }),
    },
    {
        name: "single use",
        what: "It keeps its sessions itself and forgets each that was resumed.",
        start: settings({ stateful: true, singleUse: true }),
    },
    {
        name: "gives no session",
        what: "It has neither tickets nor a cache.",
        start: openssl({ arguments: ["-num_tickets", "0", "-no_ticket", "-no_cache"] }),
    },
    {
        name: "other keys at each wake",
        what: "A pool of servers that do not share keys: each wake meets another one.",
        start: (house, device) => builtin(house, device, {}, { beforeWake: () => house.restart(device) }),
    },
    {
        name: "restarts once",
        what: "In the middle the server starts anew and has forgotten all sessions.",
        start: changes({}, {}),
    },
    {
        name: "certificate renewed",
        what: "In the middle the server goes on with another certificate.",
        resumes: allButTheFirst,
        start: (house, device) =>
            builtin(
                house,
                device,
                {},
                {
                    beforeWake: async (n) => {
                        if (n === MIDDLE) await house.server.renewCertificate()
                    },
                },
            ),
    },
    {
        name: "forgets after 5 min",
        what: "It keeps sessions for five minutes, and says so. The device sleeps for two.",
        sleepS: 120,
        start: settings({ sessionLifetimeS: 300 }),
    },
    {
        name: "lifetime hint 0",
        what:
            "It says 0 for a ticket's lifetime: in TLS 1.3 such a ticket is not to be kept, in TLS 1.2 nothing is said " +
            "and the ticket is good.",
        start: (house, device) =>
            // For a ticket that holds the session, OpenSSL does not accept a lifetime of 0 itself.
            openssl({ arguments: device === "1.2" ? [] : ["-no_ticket"], overlay: "lifetime 0" })(house, device),
    },
    {
        name: "ticket too long",
        what: "Its tickets hold the device's certificate, which is so long that no device could keep them.",
        excludes: (device) => (device === "1.2 ID" ? "a session ID is never too long" : undefined),
        start: async (house, device) => ({
            ...(await builtin(house, device, { stateful: false, clientCa: house.deviceAuthority.certificate })),
            identity: house.longIdentity,
        }),
    },
    {
        name: "learns TLS 1.3",
        what: "Until the middle it speaks TLS 1.2 only, then 1.3 as well.",
        endsIn13: true,
        excludes: (device) => (only13(device) ? "there is no connect before it learns" : undefined),
        start: changes({ maxVersion: "TLSv1.2" }, {}),
    },
    {
        name: "forgets TLS 1.3",
        what: "From the middle on it speaks TLS 1.2 only.",
        excludes: (device) => (only13(device) ? "there is no connect after it forgets" : undefined),
        start: changes({}, { maxVersion: "TLSv1.2" }),
    },
    {
        name: "no session id context",
        what:
            "OpenSSL 3.0 that asks for client certificates and has set no session id context, as several brokers: it " +
            "answers each ticket with an alert, and keeps no sessions with an ID.",
        start: openssl({ asks: true, overlay: "no session id context" }),
    },
    {
        name: "insists on P-384",
        what: "The only group that it accepts is P-384.",
        resumes: allButTheFirst,
        start: settings({ groups: "P-384" }),
    },
    {
        name: "no ext. master secret",
        what: "TLS 1.2 as it was before RFC 7627, and no 1.3.",
        excludes: (device) => (only13(device) ? "in TLS 1.3 there is no such thing" : undefined),
        start: settings({ maxVersion: "TLSv1.2", extendedMasterSecret: false }),
    },
    {
        name: "resumption: alert",
        what: "It, or a box on the way, answers each offer of a session with an alert.",
        start: eachResumption("alert"),
    },
    { name: "resumption: FIN", what: "It answers each offer by closing.", start: eachResumption("fin") },
    { name: "resumption: RST", what: "It answers each offer with a reset.", start: eachResumption("rst") },
    {
        name: "resumption: silence",
        what: "It answers each offer with silence.",
        isSlow: true,
        start: eachResumption("silence"),
    },
    {
        name: "resumption: stalls",
        what: "It answers each offer with a ServerHello and then silence.",
        isSlow: true,
        start: eachResumption("stall"),
    },
    {
        name: "network dies",
        what: `${EACH_LOST} the network dies after the ServerHello of each connection, without a word.`,
        isSlow: true,
        isLost,
        start: whenLost("stall"),
    },
    {
        name: "network breaks",
        what: `${EACH_LOST} each connection is reset in the middle of the ServerHello.`,
        isLost,
        start: whenLost("break"),
    },
    {
        name: "no network",
        what: `${EACH_LOST} no way leads to the server.`,
        isLost,
        start: elsewhereWhenLost("255.255.255.255", 9), // no address for TCP: the system refuses it at once
    },
    {
        name: "server down",
        what: `${EACH_LOST} nothing listens on the server's port.`,
        isLost,
        start: elsewhereWhenLost("127.0.0.1", 1),
    },
]
