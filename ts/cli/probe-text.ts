// What a probe found, for people: the verdict first, what to do about it, then the figures. Fits 60 columns.
import pc from "picocolors"
import type { Advice, Setting } from "../probe/advice.js"
import type { Cost } from "../probe/cost.js"
import { retryText } from "../probe/groups.js"
import type { AgeReport, Figures, ProbeReport, VersionReport } from "../probe/report.js"
import type { Verdict } from "../probe/verdict.js"
import { energy, figure, percent, spread, time } from "../run/units.js"
import type { DeviceReport } from "./probe-device.js"
import { tableText } from "./table.js"

/** Whole words in lines of at most so many columns, all but the first moved in. What the text begins with stays. */
export function wrapped(text: string, columns: number, indent = ""): string[] {
    const [start = ""] = /^ */.exec(text) ?? []
    const lines: string[] = []
    let line = ""
    for (const word of text.slice(start.length).split(" ")) {
        const margin = lines.length === 0 ? start : indent
        const longer = line === "" ? `${margin}${word}` : `${line} ${word}`
        if (line !== "" && longer.length > columns) {
            lines.push(line)
            line = `${indent}${word}`
        } else line = longer
    }
    return [...lines, line]
}

const verdictColours = {
    resumes: pc.green,
    sometimes: pc.yellow,
    "does-not-resume": pc.red,
    "could-not-tell": pc.yellow,
} as const

const nameOf = ({ protocol, kind }: Pick<VersionReport, "protocol" | "kind">): string =>
    `${protocol.replace("TLS", "")} ${kind}`

/** The lines to paste are not broken, as far as the terminal has room. */
export function settingLines({ server, set, where, standard }: Setting, columns: number): string[] {
    return [
        ...wrapped(`  ${server} (${where}; default: ${standard}):`, columns, "    "),
        ...set.split("\n").flatMap((line) => wrapped(`    ${line}`, columns, "      ")),
    ]
}

function adviceLines({ text, settings }: Advice, columns: number): string[] {
    return [...wrapped(`- ${text}`, columns, "  "), ...settings.flatMap((one) => settingLines(one, columns))]
}

const cells: Record<AgeReport["outcome"], string> = {
    resumed: "resumed",
    full: "full",
    broken: "broken",
    "not-offered": "expired",
    failed: "failed",
    "no-session": "-",
}

/** One row for each age, a column for each way. */
function curveLines({ ages, versions, addresses }: ProbeReport): string[] {
    const spoken = versions.filter((one) => one.spoken && one.sessionsPerHandshake > 0)
    const isOfFront = (age: AgeReport): boolean => {
        const way = `${age.protocol} ${age.kind}`
        const front = addresses.find(({ error, lacks }) => error === null && lacks.every((lack) => lack !== way))
        return age.from === front?.address && age.to === front.address
    }
    const curve = ages.filter((age) => age.purpose === "once" && isOfFront(age))
    const times = [...new Set(curve.map(({ nominalMs }) => nominalMs))].toSorted((a, b) => a - b)
    if (spoken.length === 0 || times.length === 0) return []
    const cell = (version: VersionReport, nominalMs: number): string => {
        const all = curve.filter((age) => age.nominalMs === nominalMs && nameOf(age) === nameOf(version))
        const [one] = all
        const resumed = all.filter(({ outcome }) => outcome === "resumed").length
        if (all.length > 1) return `${resumed} of ${all.length}`
        if (one === undefined) return ""
        // It says nothing of its row's age.
        const isLate = one.outcome === "full" && one.lateMs > 0
        return `${cells[one.outcome]}${isLate ? ` at ${time(one.actualMs ?? 0)}` : ""}`
    }
    const rows = times.map((nominalMs) => [
        nominalMs === 0 ? "at once" : time(nominalMs),
        ...spoken.map((version) => cell(version, nominalMs)),
    ])
    return ["", tableText({ head: ["age", ...spoken.map(nameOf)], rows })]
}

function lifetimeText({ lifetime }: VersionReport): string {
    const { advertisedMs, atLeastMs, belowMs } = lifetime
    const most = belowMs === null ? "" : `, less than ${time(belowMs)}`
    const none = belowMs === null ? "not tried yet" : "none resumed"
    const seen = atLeastMs === null ? none : `at least ${time(atLeastMs)}${most}`
    const word = advertisedMs === null ? "no lifetime promised" : `lifetime ${time(advertisedMs)} promised`
    return `${word}, ${seen}`
}

const yes = (is: boolean | null, words: [string, string]): string[] => (is === null ? [] : [is ? words[0] : words[1]])

/** As a flag has it. */
const flagOf = (durationMs: number): string => time(durationMs).replace(" ", "")

/** As far beyond a lifetime as a probe of a sleep goes beyond the sleep. */
const BEYOND = 1.25

function chainText({ chain }: VersionReport, sleepMs: number): string[] {
    if (chain === null || chain.hops === 0) return []
    const over = `chain of ${chain.hops} over ${time(chain.forMs)}`
    if (chain.brokeAtMs !== null) return [`${over}, broken after ${time(chain.brokeAtMs)}`]
    if (chain.outlivesFirst) return [`${over}, beyond its first session's end`]
    if (chain.firstEndsMs === null) return [`${over}, its first session's end not reached`]
    const flags = `--sleep ${flagOf(sleepMs)} --ages ${flagOf(BEYOND * chain.firstEndsMs)}`
    return [`${over}; to see whether it goes on after ${time(chain.firstEndsMs)}: ${flags}`]
}

function figuresText(name: string, figures: Figures | null): string[] {
    if (figures === null) return []
    const { handshakes, bytesTx, bytesRx, flights, tlsMs } = figures
    const range = tlsMs.least === tlsMs.most ? "" : ` (${figure(tlsMs.least)} to ${figure(tlsMs.most)})`
    return [
        `${name}: ${Math.round(bytesTx.median)} + ${Math.round(bytesRx.median)} B, ${Math.round(flights.median)} flights, ${figure(tlsMs.median)} ms${range}, ${handshakes} ${handshakes === 1 ? "run" : "runs"}`,
    ]
}

/** Null where nothing was resumed. */
const renewsOf = ({ chain }: VersionReport): boolean | null =>
    chain === null || chain.hops === 0 ? null : chain.renews

function versionLines(version: VersionReport, sleepMs: number, columns: number): string[] {
    const title = pc.bold(`TLS ${nameOf(version)}${version.isDevices ? " (a device's way)" : ""}`)
    if (!version.spoken) return [title, ...wrapped(`  not spoken: ${version.why}`, columns, "  ")]
    const size = version.ticketBytes > 0 ? `, ${version.ticketBytes} B` : ""
    const facts = [
        `${version.sessionsPerHandshake} ${version.sessionsPerHandshake === 1 ? "session" : "sessions"} a handshake${size}`,
        lifetimeText(version),
        ...chainText(version, sleepMs),
        ...yes(renewsOf(version), ["renewed by each resumption", "not renewed by a resumption"]),
        ...yes(version.singleUse, ["taken once", "taken again"]),
        ...(version.protocol === "TLS1.2"
            ? yes(version.extendedMasterSecret, ["extended master secret", "no extended master secret"])
            : []),
        ...(version.protocol === "TLS1.3" ? yes(version.pskKe, ["psk_ke and psk_dhe_ke", "psk_dhe_ke"]) : []),
        `${version.cipher}${version.group === null ? "" : `, ${version.group}`}`,
        ...(version.asksForCertificate ? ["asks for a client certificate"] : []),
    ]
    return [
        title,
        ...wrapped(`  ${facts.join("; ")}`, columns, "  "),
        ...[...figuresText("full", version.full), ...figuresText("resumed", version.resumed)].flatMap((line) =>
            wrapped(`  ${line}`, columns, "    "),
        ),
    ]
}

function addressLines({ addresses }: ProbeReport, columns: number): string[] {
    return addresses.flatMap(({ address, error, lacks, own, fromFirst }) => {
        if (error !== null) return wrapped(`${address}: ${error}`, columns, "  ")
        const without = lacks.map((way) => way.replace("TLS", "TLS ")).join(", ")
        if (lacks.length > 0)
            return wrapped(`${address}: does not speak ${without}, as another address does`, columns, "  ")
        if (own.offered === 0) return [`${address}: none of its own sessions tried yet`]
        const others =
            fromFirst.offered === 0 ? "" : `, of the first address ${fromFirst.resumed} of ${fromFirst.offered}`
        return wrapped(
            `${address}: of its own sessions ${own.resumed} of ${own.offered} resumed${others}`,
            columns,
            "  ",
        )
    })
}

/** The groups, the HelloRetryRequest and early data, and what each means for a device. */
function exchangeLines({ groups, versions }: ProbeReport, columns: number): string[] {
    const own = versions.find(({ isDevices }) => isDevices)
    const [first] = groups
    if (own === undefined || first === undefined) return []
    const told = groups.map(({ group, taken }) => `${group} ${taken ? "yes" : "no"}`).join(", ")
    const none = own.protocol === "TLS1.2" ? "TLS 1.2 has none" : `it takes ${first.group}, which a device offers first`
    const retry = own.helloRetryRequest ? `yes: ${retryText(own.retryCost)}` : `none, as ${none}`
    const early = own.maxEarlyData > 0 ? `up to ${own.maxEarlyData} B` : "none"
    const most = own.protocol === "TLS1.2" ? "none, as TLS 1.2 has none" : early
    return [
        `Groups of a device: ${told}.`,
        `HelloRetryRequest: ${retry}.`,
        `Early data: ${most}; a device sends none, as they can be replayed.`,
    ].flatMap((line) => wrapped(line, columns, "  "))
}

function certificateLines({ certificates }: ProbeReport, columns: number): string[] {
    if (certificates === null) return []
    const { certificates: sent, bytes, key, endsAt } = certificates
    const ends = endsAt === null ? "" : `, ends ${endsAt.slice(0, 10)}`
    return wrapped(`Certificates: ${sent.length}, ${bytes} B, ${key}${ends}.`, columns, "  ")
}

const days = (value: number): string => `${Math.round(value)}`

/** Those that people say a share in. */
const DENOMINATORS = Array.from({ length: 20 }, (_, n) => n + 2)

/** "2 of 3 wakes", or in per cent where there is no small number to say it with. */
function shareText(share: number): string {
    if (share > 0.99) return "nearly all wakes"
    const of = DENOMINATORS.find((one) => Math.abs(share * one - Math.round(share * one)) < 1e-6)
    return of === undefined ? `${percent(share)} of wakes` : `${Math.round(share * of)} of ${of} wakes`
}

function costLines({ cost, sleepMs, verdict }: ProbeReport, columns: number): string[] {
    if (cost === null) return []
    const wake = `A wake of ${cost.board} takes ${spread(cost.fullUj, energy)}`
    const asleep = `Asleep for ${time(sleepMs)} between wakes, a cell (${cost.cell}, regulator ${cost.regulator})`
    const lines = cost.resumedShare > 0 ? resumingLines(cost, verdict) : undefined
    return [
        `${wake}${lines === undefined ? "" : `; ${lines.wake}`}.`,
        `${asleep} ${lines?.asleep ?? `lasts ${spread(cost.fullDays, days)} days`}. An estimate.`,
    ].flatMap((line) => wrapped(line, columns, "  "))
}

function resumingLines(cost: Cost, { wakes }: Verdict): { wake: string; asleep: string } {
    const [takes, lasts] = wakes === null ? ["would take", "would last"] : ["takes", "lasts"]
    const least = wakes !== null && wakes.inARow.least < wakes.inARow.most ? "at least " : ""
    const share = `${least}${shareText(cost.resumedShare)} resume${cost.isShareMeasured ? "" : "d"}`
    return {
        wake: `resumed it ${takes} ${spread(cost.resumedUj, energy)}`,
        asleep: `${lasts} ${spread(cost.resumingDays, days)} days ${cost.isShareMeasured ? "as" : "if"} ${share}; without resuming ${spread(cost.fullDays, days)}`,
    }
}

/** What the wait would show all the same. */
function sparedText({ versions }: ProbeReport): string {
    const others = versions.filter((one) => one.spoken && !one.isDevices && one.sessionsPerHandshake > 0)
    const names = others.map((one) => `TLS ${nameOf(one)}`).join(" or ")
    const tells = names === "" ? "the curve of all ages" : `whether ${names} would, and the curve of all ages`
    return `So there was no need to wait. --wait does, and shows ${tells}.`
}

export function reportLines(report: ProbeReport, columns: number): string[] {
    const { verdict, advice, complete, isWaitSpared } = report
    const colour = verdictColours[verdict.answer]
    return [
        "",
        ...wrapped(verdict.text, columns, "  ").map((line) => pc.bold(colour(line))),
        ...(complete ? [] : [pc.yellow("Interrupted: this is what is known.")]),
        ...(isWaitSpared ? wrapped(sparedText(report), columns, "  ") : []),
        ...advice.flatMap((one) => adviceLines(one, columns)),
        ...curveLines(report),
        "",
        ...addressLines(report, columns),
        ...report.versions.flatMap((version) => versionLines(version, report.sleepMs, columns)),
        ...exchangeLines(report, columns),
        ...certificateLines(report, columns),
        ...costLines(report, columns),
    ]
}

/** What a board's own TLS found, and where Node's saw something else. */
export function deviceLines(
    { full, atOnce, afterSleep, failure, differences }: DeviceReport,
    columns: number,
): string[] {
    const told = [
        `full ${full.bytesTx} + ${full.bytesRx} B`,
        ...(atOnce === null ? [] : [`at once ${atOnce.result}, ${atOnce.bytesTx} + ${atOnce.bytesRx} B`]),
        ...(afterSleep === null ? [] : [`after the sleep ${afterSleep.result} (${afterSleep.reason})`]),
        ...(failure === null ? [] : [`then failed: ${failure}`]),
    ]
    return [
        ...wrapped(`As a device (${full.protocol}, ${full.cipher}): ${told.join("; ")}.`, columns, "  "),
        ...differences.flatMap(({ what, device, node }) =>
            wrapped(`  differs: ${what}: device ${device}, Node ${node}`, columns, "    "),
        ),
    ]
}
