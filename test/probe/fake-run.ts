// A probe over hours that take no time, of a server of a few lines.
import { inOrder } from "#warmhello/probe/ages.js"
import { type Probed, type ProbeOptions, probe } from "#warmhello/probe/probe.js"
import { type ProbeReport, reportOf } from "#warmhello/probe/report.js"
import { readTarget } from "#warmhello/probe/target.js"
import { ways } from "#warmhello/probe/ways.js"
import { FakeClock, FakeServer, type Rules } from "./fake-server.js"
import { costChoice } from "./support.js"

export const MINUTE_MS = 60_000
export const START = Date.UTC(2030, 0, 1)
export const minutes = (...values: number[]) => inOrder(values.map((value) => value * MINUTE_MS))

interface Ran extends Probed {
    server: FakeServer
    clock: FakeClock
    report: ProbeReport
}

interface Run {
    rules: Rules
    addresses?: string[]
    options?: Partial<ProbeOptions>
    clock?: FakeClock
    server?: FakeServer
}

export async function run({ rules, addresses = ["192.0.2.1"], options, ...given }: Run): Promise<Ran> {
    const clock = given.clock ?? new FakeClock(START)
    const server = given.server ?? new FakeServer(clock, rules)
    const probed = await probe({
        ...{ target: readTarget("example.com"), proxy: undefined, ways, runs: 3, timeoutMs: 1000, clock },
        credentials: { ca: undefined, certificate: undefined, key: undefined, alpn: [] },
        ...{ sleepMs: 10 * MINUTE_MS, agesMs: minutes(1, 5, 10, 30) },
        ...{ waits: false, keep: () => {}, onEvent: () => {}, signal: new AbortController().signal },
        lookup: () => Promise.resolve(addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))),
        connect: server.connect,
        ...options,
    })
    const { record, complete, isWaitSpared } = probed
    const reportOptions = {
        complete,
        isWaitSpared,
        ca: undefined,
        hasCertificate: false,
        cost: costChoice,
        toolVersion: "0",
        now: clock.now(),
    }
    const report = reportOf(record, reportOptions)
    return { ...probed, server, clock, report }
}
