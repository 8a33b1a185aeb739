// The figures of `npm run bench:mcu` as tables: the same for the terminal and for docs/PERFORMANCE.md.
import { type BenchTable, markdownTable } from "../bench/report.js"
import type { McuCase, McuReport } from "./bench.js"
import { mcuBuilds } from "./bench.js"
import { components } from "./image.js"
import { phases } from "./profile.js"

const million = (value: number): string => (value / 1e6).toFixed(2)
const thousand = (value: number): string => (value / 1000).toFixed(0)

/** TLS 1.2 in full is the same with an ID and with a ticket. */
const rowsOf = (cases: McuCase[]) => cases.filter(({ name, result }) => !(name === "tls12-id" && result === "full"))

export function costTable({ cases }: McuReport): BenchTable {
    return {
        head: [
            ...["handshake", "result", "build", "M instructions", "after it", "client"],
            ...["heap B", "stack B", "sent B", "received B", "flights"],
        ],
        rows: rowsOf(cases).map((one) => [
            ...[one.title, one.result, one.build],
            ...[one.instructions, one.afterInstructions, one.clientInstructions].map(million),
            ...[one.heapPeakBytes, one.stackPeakBytes, one.bytesTx, one.bytesRx, one.flights].map(String),
        ]),
    }
}

export function phaseTable({ profiles, cases }: McuReport): BenchTable {
    return {
        head: ["handshake", "result", "build", ...phases],
        rows: profiles.flatMap(({ name, build, result, profile }) => {
            if (name === "tls12-id" && result === "full") return []
            const title = cases.find((one) => one.name === name)?.title ?? name
            return [[title, result, build, ...phases.map((phase) => thousand(profile.phases[phase]))]]
        }),
    }
}

/** The functions of a profile that take a hundredth or more. */
export function functionTable({ profiles }: McuReport, name: string, build: string, result: string): BenchTable {
    const found = profiles.find((one) => one.name === name && one.build === build && one.result === result)?.profile
    const total = found?.total ?? 1
    return {
        head: ["function", "instructions", "share"],
        rows: (found?.functions ?? [])
            .filter(({ own }) => own >= total / 100)
            .map((one) => [`\`${one.name}\``, String(one.own), `${((100 * one.own) / total).toFixed(1)} %`]),
    }
}

export function imageTable({ images }: McuReport): BenchTable {
    return {
        head: ["build", ...components, "all, in bytes"],
        rows: mcuBuilds.map((build) => [
            build,
            ...components.map((component) => String(images[build].byComponent[component])),
            String(images[build].flashBytes),
        ]),
    }
}

const aims = [
    { what: "TLS 1.2 resumed, size build", name: "tls12-ticket", build: "size", most: 1.0e6, field: "instructions" },
    {
        what: "TLS 1.3 X25519 resumed, size build",
        name: "tls13-x25519",
        build: "size",
        most: 6e6,
        field: "instructions",
    },
    { what: "the same, speed build", name: "tls13-x25519", build: "speed", most: 5e6, field: "instructions" },
    { what: "peak heap resumed, in bytes", name: "tls13-x25519", build: "size", most: 8192, field: "heapPeakBytes" },
    { what: "peak heap in full", name: "tls13-x25519", build: "size", most: 16384, field: "heapPeakBytes", full: true },
    { what: "flash, size build", name: "tls13-x25519", build: "size", most: 200 * 1024, field: "flashBytes" },
] as const

export function aimTable({ cases }: McuReport): BenchTable {
    return {
        head: ["aim", "reached", "at most", "measured"],
        rows: aims.map((aim) => {
            const result = "full" in aim ? "full" : "resumed"
            const found = cases.find((one) => one.name === aim.name && one.build === aim.build && one.result === result)
            const measured = found?.[aim.field] ?? Number.NaN
            return [aim.what, measured <= aim.most ? "yes" : "no", String(aim.most), String(measured)]
        }),
    }
}

export function mcuMarkdown(report: McuReport): string {
    const section = (title: string, table: BenchTable) => `### ${title}\n\n${markdownTable(table)}`
    return [
        section("Aims", aimTable(report)),
        section("What a handshake costs", costTable(report)),
        section("Phases, in thousand instructions", phaseTable(report)),
        section(
            "Functions: TLS 1.2 resumed by a ticket, size build",
            functionTable(report, "tls12-ticket", "size", "resumed"),
        ),
        section(
            "Functions: TLS 1.3 resumed, X25519, size build",
            functionTable(report, "tls13-x25519", "size", "resumed"),
        ),
        section(
            "Functions: TLS 1.3 in full, X25519, size build",
            functionTable(report, "tls13-x25519", "size", "full"),
        ),
        section("The image, in bytes", imageTable(report)),
    ].join("\n\n")
}
