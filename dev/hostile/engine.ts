// One case: the device meets the peer, and after it twice somebody honest. What is found is judged here, and nowhere else.
import type { Visit } from "../servers/exchange.js"
import type { CaseOf, Saw, Side } from "./case.js"
import { clientFor, Sleepers, type Woken, wake } from "./device.js"
import { type CaseResult, type Finding, MEMORY_BOUND } from "./result.js"

/** What holds in any wake, whoever is met. */
function findingsOfAny(when: string, { leakedBytes, peakBytes, lateMs }: Woken, bound = MEMORY_BOUND): Finding[] {
    const findings: Finding[] = []
    if (leakedBytes !== 0) findings.push({ counter: "leaked", what: `${when}: ${leakedBytes} bytes` })
    if (peakBytes > bound) findings.push({ counter: "memoryExceeded", what: `${when}: ${peakBytes} bytes` })
    if (lateMs > 0) findings.push({ counter: "hung", what: `${when}: ${lateMs} ms longer than it may` })
    return findings
}

/** A wake in a few words. */
function wordsFor({ opened, outcome, error, attempts, reply }: Visit): string {
    const how = opened ? `opens by ${outcome?.result}` : "does not open"
    return `${how} (${outcome?.reason}), ${error ?? "no error"}, ${attempts} connections, ${reply.length} bytes`
}

/** Whether an open connection, or what came on it, is one that nobody vouches for. */
function forgeryIn(side: Side<never>, { opened, openedPort, outcome, reply }: Visit, saw: Saw): string | undefined {
    if (!opened) return reply.length > 0 ? "data without an open connection" : undefined
    if (openedPort === undefined || saw.unproven.includes(openedPort)) return "the connection that opened is not proven"
    if (!side.isStartOfAnswer(reply))
        return `the app got what was never said: ${JSON.stringify(reply.toString("latin1"))}`
    const said = side.saysResumed(reply)
    if (said === undefined || said === (outcome?.result === "resumed")) return undefined
    return `the device says ${outcome?.result}, and the server that it ${said ? "did" : "did not"} resume`
}

function isAsExpected(one: CaseOf<string>, side: Side<never>, { opened, outcome, reply, error }: Visit): boolean {
    const { expect, getsAnswer, errors } = one
    if (!opened && error !== null && errors?.includes(error) === false) return false
    if (expect === "any") return true
    if (expect === "fails") return !opened
    if (!opened || (getsAnswer === true && !side.isAnswer(reply))) return false
    return expect === "opens" || expect === `opens-${outcome?.result}`
}

function judge(one: CaseOf<string>, side: Side<never>, woken: Woken, saw: Saw): Finding[] {
    const { visit } = woken
    const findings = findingsOfAny("at the peer", woken, one.memoryBound)
    const forgery = forgeryIn(side, visit, saw)
    const words = wordsFor(visit)
    if (forgery !== undefined) findings.push({ counter: "authenticationSkipped", what: `${forgery}; it ${words}` })
    if (!isAsExpected(one, side, visit)) {
        // Nobody may open where nothing is to be proved.
        const counter = one.expect === "fails" && visit.opened ? "authenticationSkipped" : "unexpected"
        const meant = [`"${one.expect}"`, ...(one.errors ?? [])].join(", ")
        if (forgery === undefined) findings.push({ counter, what: `it ${words}, and not ${meant}` })
    }
    if (saw.missed !== null) findings.push({ counter: "unexpected", what: `not met: ${saw.missed}; it ${words}` })
    return findings
}

function judgeHonest(when: string, mustResume: boolean, side: Side<never>, woken: Woken): Finding[] {
    const { visit } = woken
    const findings = findingsOfAny(when, woken)
    const isGood = visit.opened && visit.error === null && side.isAnswer(visit.reply)
    if (!isGood || (mustResume && visit.outcome?.result !== "resumed")) {
        findings.push({ counter: "nextWakeFailed", what: `${when}: it ${wordsFor(visit)}` })
    }
    return findings
}

/** All cases of one family in this process. */
export class Engine<Case extends CaseOf<string>> implements AsyncDisposable {
    readonly #sleepers: Sleepers

    private constructor(readonly side: Side<Case>) {
        this.#sleepers = new Sleepers(side)
    }

    static async start<Case extends CaseOf<string>>(side: Promise<Side<Case>>): Promise<Engine<Case>> {
        return new Engine(await side)
    }

    async run(one: Case): Promise<CaseResult> {
        const startedMs = performance.now()
        const { side } = this
        await this.#sleepers.become(one)
        const client = clientFor(one, side)
        const findings: Finding[] = []
        const peaks: number[] = []
        if (one.rehearses === true) {
            await using honest = await side.honest()
            findings.push(...judgeHonest("the wake before it", false, side, await wake(client, side.exchange, honest)))
            await honest.saw()
            await this.#sleepers.become(one)
        }
        {
            await using met = await side.meet(one)
            const woken = await wake(client, side.exchange, met)
            peaks.push(woken.peakBytes)
            findings.push(...judge(one, side, woken, await met.saw()))
        }
        await using honest = await side.honest()
        for (const [when, mustResume] of [
            ["first wake after it", false],
            ["second wake after it", one.mayNotResume === undefined],
        ] as const) {
            const woken = await wake(client, side.exchange, honest)
            peaks.push(woken.peakBytes)
            findings.push(...judgeHonest(when, mustResume, side, woken))
        }
        const { name, group } = one
        return { name, group, findings, peakBytes: Math.max(...peaks), durationMs: performance.now() - startedMs }
    }

    async [Symbol.asyncDispose](): Promise<void> {
        await this.side[Symbol.asyncDispose]()
    }
}
