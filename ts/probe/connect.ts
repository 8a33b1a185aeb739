// One connect: TCP, a handshake with or without a session, a word, and what there was to be seen of it.
import { once } from "node:events"
import net from "node:net"
import tls from "node:tls"
import { coreError, WarmhelloError } from "../base/errors.js"
import type { Credentials } from "./credentials.js"
import { failure, isAlert } from "./failures.js"
import { messageTypes, readCertificates } from "./messages.js"
import type { HttpProxy } from "./proxy.js"
import { decryptedMessages } from "./secrets.js"
import { readSession, type Session } from "./session.js"
import { type Answer, talk } from "./talk.js"
import { type Target, targetText } from "./target.js"
import { openTcp } from "./tcp.js"
import { protocolOf, tlsOptionsFor, type Variant, type Way } from "./ways.js"
import { Wire } from "./wire.js"

export interface Request {
    target: Target
    address: string
    way: Way
    variant?: Variant
    /** The only group offered; a device's without. */
    group?: string
    /** As Node's TLS gave it. */
    session?: Buffer | undefined
    /** What the server is, where it tells only on being asked. */
    isAsked?: boolean
    credentials: Credentials
    proxy: HttpProxy | undefined
    timeoutMs: number
    signal: AbortSignal
}

export interface Handshake {
    /** When it was over, in milliseconds since 1970. */
    at: number
    way: Way
    address: string
    wasOffered: boolean
    resumed: boolean
    cipher: string
    group: string | undefined
    hasRetry: boolean
    extendedMasterSecret: boolean
    /** By psk_ke: without a new key exchange. */
    withoutKeyExchange: boolean
    asksForCertificate: boolean
    /** Types of those in the ServerHello, in order. */
    helloExtensions: number[]
    tcpMs: number
    tlsMs: number
    bytesTx: number
    bytesRx: number
    flights: number
    /** The sessions that it brought, by TLS 1.3 one a ticket. */
    sessions: Session[]
    /** DER, as they were sent; none when resumed. */
    certificates: Buffer[]
    answer: Answer
}

export type Connect = (request: Request) => Promise<Handshake>

interface Secured {
    socket: tls.TLSSocket
    wire: Wire
    tlsMs: number
    at: number
    sessions: Buffer[]
    keyLog: string[]
    /** What came after the handshake. */
    late: Error[]
}

function secureOptions({ target, way, variant, group, session, credentials }: Request): tls.ConnectionOptions {
    const { ca, certificate, key, alpn } = credentials
    return {
        ...tlsOptionsFor(way, variant ?? "plain", group === undefined ? undefined : [group]),
        host: target.serverName,
        ...(net.isIP(target.serverName) === 0 && { servername: target.serverName }),
        ...(ca !== undefined && { ca }),
        ...(certificate !== undefined && { cert: certificate }),
        ...(key !== undefined && { key }),
        ...(alpn.length > 0 && { ALPNProtocols: [...alpn] }),
        ...(session !== undefined && { session }),
        // It is looked at once the handshake is over, so that there is more to say of a server that is not trusted.
        rejectUnauthorized: false,
    }
}

async function secure(request: Request, tcp: net.Socket): Promise<Secured> {
    const wire = new Wire(tcp)
    const deadline = AbortSignal.any([request.signal, AbortSignal.timeout(request.timeoutMs)])
    const beganAt = performance.now()
    const socket = tls.connect({ ...secureOptions(request), socket: wire })
    const [sessions, keyLog]: [Buffer[], string[]] = [[], []]
    socket.on("session", (bytes) => sessions.push(bytes))
    socket.on("keylog", (line: Buffer) => keyLog.push(line.toString("latin1")))
    const late: Error[] = []
    socket.on("error", (error) => late.push(error)) // those of the handshake itself are waited for below
    try {
        const up = once(socket, "secureConnect", { signal: deadline })
        const ended = once(socket, "close", { signal: deadline }).then(() => {
            throw coreError("closed")
        })
        ended.catch(() => {})
        await Promise.race([up, ended])
        const tlsMs = performance.now() - beganAt
        wire.handshakeIsOver() // Node writes the last message before it lets anybody wait on
        return { ...{ socket, wire, tlsMs, sessions, keyLog, late }, at: Date.now() }
    } catch (error) {
        socket.destroy()
        request.signal.throwIfAborted()
        const where = placeOf(request)
        if (deadline.aborted) throw coreError("connect-timeout", `${where}: `)
        if ((error as { code?: string }).code === "closed") throw coreError("closed", `${where}: `)
        throw failure(error, where)
    }
}

function placeOf({ target, address }: Request): string {
    const place = targetText({ host: address, port: target.port })
    return address === target.host ? place : `${targetText(target)} at ${address}`
}

/** Why the server is not to be trusted. Node puts it into a property that its types call an Error and that is mostly a
 * code. */
function checkTrust(request: Request, { socket }: Secured): void {
    const problem: unknown = socket.authorizationError
    if (problem === null || problem === undefined) return
    const code = problem instanceof Error ? (problem as NodeJS.ErrnoException).code : String(problem)
    socket.destroy()
    const where = placeOf(request)
    const error = failure({ code }, where)
    if (error.code !== "untrusted" || request.credentials.ca !== undefined) throw error
    const message = `${where}: the server's certificate is signed by none of Node's public CAs (${code})`
    throw new WarmhelloError("untrusted", message)
}

/** In TLS 1.3 a server sees the client's certificate, or that there is none, when the client is done already. */
function checkLate(request: Request, { late }: Secured): void {
    const alert = late.find(isAlert)
    if (alert !== undefined) throw failure(alert, placeOf(request))
}

/** TLS 1.3 has a session for each ticket; TLS 1.2 has the one of the connection, also when it was resumed. */
function sessionsOf(way: Way, { socket, sessions }: Secured, connection: Buffer | undefined): Session[] {
    if (protocolOf(way) === "TLS1.3") return sessions.map(readSession)
    const own = connection ?? socket.getSession()
    const session = own === undefined ? undefined : readSession(own)
    const isOfWay = session !== undefined && session.ticketBytes > 0 === (way === "TLS1.2 ticket")
    return isOfWay && session.name.length > 0 ? [session] : []
}

export const connect: Connect = async (request) => {
    const { way, address, target, proxy, timeoutMs, signal } = request
    const tcp = await openTcp({ address, port: target.port, proxy, timeoutMs, signal })
    const secured = await secure(request, tcp.socket)
    const { socket, wire, tlsMs } = secured
    checkTrust(request, secured)
    const resumed = socket.isSessionReused()
    const cipher = socket.getCipher().standardName
    const connection = socket.getSession()
    await new Promise(setImmediate) // the client's last message leaves first, in a record of its own
    // What answers TCP may be nearer than what ends TLS: a relay, a proxy, a gateway.
    const answer = await talk(socket, target, Math.max(tcp.openMs, tlsMs), request.isAsked ?? false)
    signal.throwIfAborted()
    checkLate(request, secured)
    const hello = wire.serverHello
    const messages = [...wire.messages, ...decryptedMessages(wire, secured.keyLog)]
    const certificate = messages.find(({ type }) => type === messageTypes.certificate)
    return {
        ...{ way, address, resumed, cipher, tlsMs, answer, at: secured.at },
        ...wire.handshake,
        tcpMs: tcp.openMs,
        wasOffered: request.session !== undefined && wasOffered(wire, way),
        group: hello?.group,
        hasRetry: wire.hasRetry,
        extendedMasterSecret: hello?.protocol === "TLS1.3" || (hello?.extendedMasterSecret ?? false),
        withoutKeyExchange: hello?.protocol === "TLS1.3" && hello.selectsPsk && hello.group === undefined,
        asksForCertificate: messages.some(({ type }) => type === messageTypes.certificateRequest),
        helloExtensions: hello?.extensions ?? [],
        sessions: sessionsOf(way, secured, connection),
        certificates: certificate === undefined ? [] : readCertificates(certificate.body, protocolOf(way)),
    }
}

/** OpenSSL leaves a ticket aside that is past its lifetime. */
const wasOffered = ({ clientHello }: Wire, way: Way): boolean =>
    protocolOf(way) === "TLS1.3" ? clientHello?.offersPsk === true : (clientHello?.sessionId.length ?? 0) > 0
