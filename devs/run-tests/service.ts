// The service as an app sees it, on a board that has connected to nothing yet.
import { delay } from "@devicescript/core"
import { fetch } from "@devicescript/net"
import { standby } from "@devicescript/runtime"
import { expect, runTests, test } from "@devicescript/test"
import { compactOutcome, tlsSession } from "../src/index"
import { until } from "./until"

const tls = tlsSession()

async function visit() {
    const response = await fetch("https://warmhello.test/readings", { method: "POST", body: "21 C" })
    await response.close()
}

/** Goes on when the service tells that a session is stored: the connection closes after the app is done with it. */
async function visitUntilStored() {
    let stored: string = null
    const end = tls.onSessionStored(async (tiers) => {
        stored = tiers
    })
    await visit()
    await until(() => stored !== null)
    end()
    return stored
}

async function rangeErrorOf(call: () => Promise<void>): Promise<boolean> {
    try {
        await call()
        return false
    } catch (error) {
        return error instanceof RangeError
    }
}

test("before any connect, the outcome is pending and nothing is stored", async () => {
    const outcome = await tls.outcome()
    expect(outcome.number).toBe(0)
    expect(outcome.result).toBe("pending")
    const session = await tls.storedSession()
    expect(session.stored).toBe(null)
    expect(session.expiresInS).toBe(0)
    expect(await compactOutcome({ firmware: 1 })).toBe(undefined)
})

test("the first fetch makes a full handshake, the second resumes, and both are counted", async () => {
    expect(await visitUntilStored()).toBe("rtc")
    const full = await tls.outcome()
    expect(full.result).toBe("full")
    expect(full.reason).toBe("none")
    expect(full.protocol).toBe("TLS1.3")
    expect(full.group.length > 0).toBe(true)
    expect(full.handshakeUs > 0).toBe(true)
    expect(await visitUntilStored()).toBe("rtc")
    const resumed = await tls.outcome()
    expect(resumed.number).toBe(2)
    expect(resumed.result).toBe("resumed")
    expect(resumed.kind).toBe("psk")
    expect(resumed.sessionLifetimeS > 0).toBe(true)
    expect(resumed.handshakeRxBytes < full.handshakeRxBytes).toBe(true)
    const counts = await tls.counts()
    expect(counts.full).toBe(1)
    expect(counts.resumed).toBe(1)
})

test("what is sent along is the last connect, with what the app knows behind it", async () => {
    const bytes = (await tls.compact()).toString("hex")
    const withMore = async (firmware: number, energyMj: number) =>
        (await compactOutcome({ firmware, energyMj })).toString("hex")
    expect(bytes.slice(0, 4)).toBe("8701")
    expect(await withMore(0, 0)).toBe(bytes)
    expect(await withMore(23, 0)).toBe(`88${bytes.slice(2)}17`)
    expect(await withMore(24, 255)).toBe(`89${bytes.slice(2)}181818ff`)
    expect(await withMore(0, 256.9)).toBe(`89${bytes.slice(2)}00190100`)
    expect(await withMore(65535, 1e9)).toBe(`89${bytes.slice(2)}19ffff19ffff`)
})

test("a session that is stored is told, with its remaining life", async () => {
    const session = await tls.storedSession()
    expect(session.stored).toBe("rtc")
    expect(session.expiresInS > 3600).toBe(true)
})

test("events and observables follow a connect, until they are ended", async () => {
    let resumed = 0
    const results: string[] = []
    const endResumed = tls.onResumed(async () => {
        resumed++
    })
    const observed = tls.outcomeChanges().subscribe(async ({ result }) => {
        results.push(result)
    })
    await visitUntilStored()
    expect(resumed).toBe(1)
    expect(results.length > 0 && results[0] === "resumed").toBe(true)
    endResumed()
    observed.unsubscribe()
    const seen = results.length
    await visitUntilStored()
    expect(resumed).toBe(1)
    expect(results.length).toBe(seen)
})

test("turning resumption off and on counts for the next connect", async () => {
    await tls.setEnabled(false)
    expect(await tls.enabled()).toBe(false)
    await visitUntilStored()
    const off = await tls.outcome()
    expect(off.reason).toBe("disabled")
    await tls.setEnabled(true)
    await visitUntilStored()
    const on = await tls.outcome()
    expect(on.result).toBe("resumed")
})

test("a session older than the given age is not offered", async () => {
    await tls.setMaxAgeS(1)
    await delay(1200)
    await visitUntilStored()
    const outcome = await tls.outcome()
    expect(outcome.reason).toBe("authenticated-too-long-ago")
    await tls.setMaxAgeS(0)
})

test("settings are read back as they were set", async () => {
    await tls.setPinnedPeer({ host: "warmhello.test", port: 8883 })
    const peer = await tls.pinnedPeer()
    expect(peer.host).toBe("warmhello.test")
    expect(peer.port).toBe(8883)
    await tls.setPinnedPeer({ host: "", port: 0 })
    await tls.setMinProtocol("TLS1.2")
    expect(await tls.minProtocol()).toBe("TLS1.2")
    await tls.setTicketWaitMs(100)
    expect(await tls.ticketWaitMs()).toBe(100)
    expect(await tls.earlyData()).toBe(null)
    await tls.setEarlyData("given")
    expect(await tls.earlyData()).toBe("given")
    await tls.setEarlyData(null)
})

test("what no register can hold is refused before it is sent", async () => {
    expect(await rangeErrorOf(async () => await tls.setMaxAgeS(-1))).toBe(true)
    expect(await rangeErrorOf(async () => await tls.setTicketWaitMs(4294967296))).toBe(true)
    let host = "0123456789"
    while (host.length < 235) host += host
    expect(await rangeErrorOf(async () => await tls.setPinnedPeer({ host, port: 1 }))).toBe(true)
})

test("forgetting right after a connect, while its ticket may be under way, leaves nothing", async () => {
    let lost = false
    const end = tls.onSessionLost(async () => {
        lost = true
    })
    await visit()
    await tls.forget()
    expect(await until(() => lost)).toBe(true)
    end()
    await visitUntilStored()
    const outcome = await tls.outcome()
    expect(outcome.result).toBe("full")
    expect(outcome.reason).toBe("none")
})

test("counts can be set to 0", async () => {
    await tls.resetCounts()
    const counts = await tls.counts()
    expect(counts.full + counts.resumed + counts.failed).toBe(0)
})

test("a TCP connection without TLS is none of the service's business", async () => {
    let failed = false
    try {
        await fetch("http://127.0.0.1:1/")
    } catch {
        failed = true
    }
    expect(failed).toBe(true)
    const counts = await tls.counts()
    expect(counts.failed).toBe(0)
})

await runTests()
await standby(1000)
