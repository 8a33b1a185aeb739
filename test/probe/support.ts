// Probes of servers on this machine, at a faster pace than of somebody else's.
import { inOrder } from "#warmhello/probe/ages.js"
import { Pace, realClock } from "#warmhello/probe/clock.js"
import { type ProbeOptions, probe } from "#warmhello/probe/probe.js"
import { type ProbeReport, reportOf, type VersionReport } from "#warmhello/probe/report.js"
import { type Language, readTarget } from "#warmhello/probe/target.js"
import { type Way, ways } from "#warmhello/probe/ways.js"

/** What stands for a sleep here, and two ages beside it; servers that forget do so between the second and the third. */
export const SLEEP_MS = 5000
export const FORGETS_S = 2
const YOUNG_MS = 800

export const costChoice = { board: "esp32c3_bare", cell: "18650", regulator: "ldo" }

export interface Asked {
    server: string
    ca?: Buffer | undefined
    language?: Language
    options?: Partial<ProbeOptions>
}

/** All ways of a server, at three ages. */
export async function ask({ server, ca, language, options }: Asked): Promise<ProbeReport> {
    const { record, complete, isWaitSpared } = await probe({
        target: readTarget(server, language),
        credentials: { ca, certificate: undefined, key: undefined, alpn: [] },
        proxy: undefined,
        ways,
        sleepMs: SLEEP_MS,
        agesMs: inOrder([YOUNG_MS, SLEEP_MS]),
        runs: 2,
        timeoutMs: 5000,
        signal: new AbortController().signal,
        waits: false,
        keep: () => {},
        onEvent: () => {},
        pace: new Pace(realClock, 10),
        ...options,
    })
    return reportOf(record, {
        ...{ complete, isWaitSpared, ca, cost: costChoice, toolVersion: "0.0.0", now: Date.now() },
        hasCertificate: options?.credentials?.certificate !== undefined,
    })
}

export function versionIn(report: ProbeReport, way: Way): VersionReport {
    const found = report.versions.find(({ protocol, kind }) => `${protocol} ${kind}` === way)
    if (found === undefined) throw new Error(`the report has no ${way}`)
    return found
}

/** What came of a session that was redeemed once at each age. */
export const outcomesOf = ({ ages }: ProbeReport, way: Way): string[] =>
    ages
        .filter(
            ({ purpose, protocol, kind, from, to }) =>
                purpose === "once" && `${protocol} ${kind}` === way && from === to,
        )
        .toSorted((a, b) => a.nominalMs - b.nominalMs)
        .map(({ outcome }) => outcome)
