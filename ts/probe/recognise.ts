// Which server program it is, as far as it shows: by what it says of itself, by its names, and by the library whose TLS
// it has. Those marks were seen at the libraries' own servers; docs/PROBE.md has the versions.
import { X509Certificate } from "node:crypto"
import { hostedBy } from "./hosted.js"
import { deviceWay, type ProbeRecord } from "./record.js"
import { type ServerSettings, serverNamed, servers } from "./servers.js"
import type { Language } from "./target.js"

export type Recognised =
    | { kind: "hosted"; name: string; note: string }
    /** It says so itself. */
    | { kind: "server"; server: ServerSettings }
    /** Its TLS is that of these; none where they are many. */
    | { kind: "library"; name: string; servers: readonly ServerSettings[] }
    | { kind: "unknown" }

const extension = { extendedMasterSecret: 23, pointFormats: 11, renegotiation: 65281, ticket: 35 } as const
const { extendedMasterSecret: ems, pointFormats: points, renegotiation, ticket } = extension

/** In which order a ServerHello of TLS 1.2 answers the same ClientHello is a library's own. */
const libraries: readonly { name: string; order: readonly number[]; needsTicket?: true }[] = [
    { name: "OpenSSL", order: [renegotiation, points, ticket, ems] },
    { name: "Go", order: [ticket, renegotiation, ems, points] },
    // Before it had the extended master secret.
    { name: "Go", order: [ticket, renegotiation, points], needsTicket: true },
    { name: "GnuTLS", order: [points, ems, ticket, renegotiation] },
    { name: "Java", order: [ems, ticket, renegotiation] },
    { name: "Erlang", order: [renegotiation, points] },
    { name: "rustls", order: [ticket, renegotiation, ems] },
    { name: "s2n", order: [points, renegotiation, ticket, ems] },
    { name: "wolfSSL", order: [ticket, points, renegotiation, ems] },
]

const isKnownExtension = (type: number): boolean => (Object.values(extension) as number[]).includes(type)
const isSame = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join()

/** The library of that order; undefined where it is nobody's, or of several, as where no ticket is given. */
function libraryOf({ ways }: Pick<ProbeRecord, "ways">): string | undefined {
    const facts = ways.find(({ way, refusal }) => way === "TLS1.2 ticket" && refusal === null)
    if (facts === undefined) return undefined
    const seen = facts.helloExtensions.filter(isKnownExtension)
    const hasTicket = seen.includes(ticket)
    const isIt = ({ order, needsTicket }: (typeof libraries)[number]): boolean =>
        hasTicket
            ? isSame(order, seen)
            : !needsTicket &&
              isSame(
                  order.filter((one) => one !== ticket),
                  seen,
              )
    const names = new Set(libraries.filter(isIt).map(({ name }) => name))
    return names.size === 1 ? [...names][0] : undefined
}

/** What programs with OpenSSL promise where nobody has set it. */
const FIVE_MINUTES_S = 300
const OPENSSLS_OWN_S = 7200

/** Programs that are most often met with this library, of those that do not say over HTTP who they are. */
function programsOf(library: string, language: Language, promisedS: number | null): string[] {
    if (library === "Go" || library === "Java") return [library]
    if (library === "Erlang") return language === "mqtt" ? ["EMQX", "RabbitMQ"] : []
    if (library !== "OpenSSL") return []
    if (promisedS === FIVE_MINUTES_S) return ["nginx", "stunnel"]
    if (promisedS !== OPENSSLS_OWN_S) return []
    return language === "mqtt" ? ["mosquitto", "HAProxy"] : ["HAProxy", "Node"]
}

/** Names that the server's certificate is for. */
function namesIn([leaf]: ProbeRecord["certificates"]): string[] {
    if (leaf === undefined) return []
    const { subjectAltName = "" } = new X509Certificate(Buffer.from(leaf, "base64"))
    return [...subjectAltName.matchAll(/DNS:([^,\s]+)/g)].map(([, name = ""]) => name)
}

export function recognise(record: ProbeRecord): Recognised {
    const { target, software } = record
    const service = hostedBy([target.host, target.serverName, ...namesIn(record.certificates)], software)
    if (service !== undefined) return { kind: "hosted", name: service.name, note: service.note ?? "" }
    const said = software === null ? undefined : servers.find((one) => one.software.test(software))
    const library = libraryOf(record)
    // What answers may stand behind what ends TLS.
    const isBehind = library !== undefined && said !== undefined && said.library !== library
    if (said !== undefined && !isBehind) return { kind: "server", server: said }
    if (library === undefined) return { kind: "unknown" }
    const promisedS = deviceWay(record)?.sessions[0]?.lifetimeS ?? null
    const programs = programsOf(library, target.language, promisedS).flatMap((name) => serverNamed(name) ?? [])
    return { kind: "library", name: library, servers: software === null ? programs : [] }
}
