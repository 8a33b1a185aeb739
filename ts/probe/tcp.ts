// A TCP connection to an address, directly or through a proxy.
import { once } from "node:events"
import net from "node:net"
import { coreError, WarmhelloError } from "../base/errors.js"
import { failure } from "./failures.js"
import type { HttpProxy } from "./proxy.js"
import { targetText } from "./target.js"

export interface TcpTarget {
    address: string
    port: number
    proxy: HttpProxy | undefined
    timeoutMs: number
    signal: AbortSignal
}

export interface Tcp {
    socket: net.Socket
    /** Until it was open: about one round trip. */
    openMs: number
}

interface Place {
    host: string
    port: number
    /** For people. */
    where: string
}

async function open({ host, port, where }: Place, { timeoutMs, signal }: TcpTarget): Promise<Tcp> {
    const socket = new net.Socket()
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const beganAt = performance.now()
    socket.setNoDelay(true)
    try {
        socket.connect({ host, port })
        await once(socket, "connect", { signal: deadline })
        return { socket, openMs: performance.now() - beganAt }
    } catch (error) {
        socket.destroy()
        signal.throwIfAborted()
        if (deadline.aborted) throw coreError("connect-timeout", `${where}: `)
        throw failure(error, where)
    }
}

const LONGEST_ANSWER = 16384

/** Reads up to the empty line that ends the proxy's answer. */
async function answerOf(socket: net.Socket, signal: AbortSignal): Promise<string> {
    let text = ""
    for (;;) {
        const chunk: Buffer | null = socket.read()
        if (chunk === null) {
            if (socket.readableEnded || socket.destroyed || text.length > LONGEST_ANSWER) return text
            await Promise.race((["readable", "end", "close"] as const).map((name) => once(socket, name, { signal })))
            continue
        }
        text += chunk.toString("latin1")
        const end = text.indexOf("\r\n\r\n")
        if (end < 0) continue
        const rest = text.slice(end + 4)
        if (rest !== "") socket.unshift(Buffer.from(rest, "latin1"))
        return text
    }
}

async function throughProxy(proxy: HttpProxy, target: TcpTarget): Promise<Tcp> {
    const tcp = await open({ ...proxy, where: `the proxy ${proxy.text}` }, target)
    const { socket } = tcp
    const where = targetText({ host: target.address, port: target.port })
    const authorization = proxy.authorization === "" ? "" : `Proxy-Authorization: ${proxy.authorization}\r\n`
    socket.write(`CONNECT ${where} HTTP/1.1\r\nHost: ${where}\r\n${authorization}\r\n`)
    const beganAt = performance.now()
    const deadline = AbortSignal.any([target.signal, AbortSignal.timeout(target.timeoutMs)])
    const answer = await answerOf(socket, deadline).catch(() => "")
    target.signal.throwIfAborted()
    if (/^HTTP\/1\.[01] 2/.test(answer)) return { socket, openMs: performance.now() - beganAt }
    socket.destroy()
    const said = answer === "" ? "nothing" : answer.split("\r\n")[0]
    throw new WarmhelloError("proxy-refused", `the proxy ${proxy.text} does not connect to ${where}: it says ${said}`)
}

export function openTcp(target: TcpTarget): Promise<Tcp> {
    const { address: host, port, proxy } = target
    return proxy === undefined
        ? open({ host, port, where: targetText({ host, port }) }, target)
        : throughProxy(proxy, target)
}
