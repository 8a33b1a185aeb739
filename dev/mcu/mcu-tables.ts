// The figures of `npm run bench:mcu` as tables: the same for the terminal and for docs/PERFORMANCE-TABLES.md.
import type { Table } from "../../ts/cli/table.js"
import type { TitledTable } from "../docs/table.js"
import { components, coreTotals } from "./image.js"
import { type FunctionCost, handshakeParts } from "./instruction-profile.js"
import type { McuCase, McuFigures } from "./mcu-handshakes.js"

const million = (value: number): string => (value / 1e6).toFixed(2)
const thousand = (value: number): string => (value / 1000).toFixed(0)

/** A full handshake of TLS 1.2 is the same with an ID and with a ticket. */
const isRow = ({ name, result }: Pick<McuCase, "name" | "result">) => !(name === "tls12-id" && result === "full")
const rowsOf = (cases: McuCase[]) => cases.filter((one) => isRow(one) && one.stack === "warmhello").sort(inOrder)

/** By handshake, then full before resumed, then by build. */
function inOrder(one: McuCase, other: McuCase): number {
    const key = ({ name, result, build }: McuCase) => `${name} ${result} ${build}`
    return key(one) < key(other) ? -1 : 1
}

const figureTitles = [
    ...["result", "build", "M instructions", "once TCP is up", "after it", "client"],
    ...["heap B", "stack B", "sent B", "received B", "flights"],
]

const onceUp = (one: McuCase): number => one.instructions - one.preparedInstructions

const figuresOf = (one: McuCase): string[] => [
    ...[one.instructions, onceUp(one), one.afterInstructions, one.clientInstructions].map(million),
    ...[one.heapPeakBytes, one.stackPeakBytes, one.bytesTx, one.bytesRx, one.flights].map(String),
]

function costTable({ cases }: McuFigures): Table {
    return {
        head: ["handshake", ...figureTitles],
        rows: rowsOf(cases).map((one) => [one.title, one.result, one.build, ...figuresOf(one)]),
    }
}

/** Every handshake that another stack can have as well, stack by stack. */
function peerTable({ cases }: McuFigures): Table {
    const own = cases.filter(({ stack }) => stack === "warmhello").sort(inOrder)
    const rows = own.flatMap(({ name, result, build }) => {
        const same = cases.filter((one) => one.name === name && one.result === result && one.build === build)
        return same.length > 1 ? same : []
    })
    return {
        head: ["handshake", "stack", ...figureTitles, "flash B"],
        rows: rows.map((one) => [
            ...[one.title, one.stack, one.result, one.build, ...figuresOf(one), String(one.flashBytes)],
        ]),
    }
}

/** Each profile with the title of its case. */
function titledProfiles({ profiles, cases }: McuFigures) {
    return profiles
        .filter(isRow)
        .map((one) => ({ ...one, title: cases.find(({ name }) => name === one.name)?.title ?? one.name }))
}

function partTable(report: McuFigures): Table {
    return {
        head: ["handshake", "result", "build", ...handshakeParts],
        rows: titledProfiles(report).map(({ title, build, result, profile }) => [
            ...[title, result, build],
            ...handshakeParts.map((part) => thousand(profile.phases[part])),
        ]),
    }
}

/** The functions of each profile that take a fiftieth or more by themselves. */
function functionTable(report: McuFigures): Table {
    return {
        head: ["handshake", "result", "build", "functions, their own instructions in % of the handshake's"],
        rows: titledProfiles(report).map(({ title, build, result, profile }) => {
            const percent = (own: number) => (100 * own) / profile.total
            const functions = profile.functions
                .filter(({ own }) => percent(own) >= 2)
                .map(({ name, own }) => `\`${name}\` ${percent(own).toFixed(1)}`)
            return [title, result, build, functions.join(", ")]
        }),
    }
}

/** What a protocol is made of, and the functions that do one of each. */
const operations = [
    ["SHA-256 blocks", /^Transform_Sha256$/],
    ["SHA-512 blocks", /^_Transform_Sha512$/],
    ["AES blocks", /^AesEncrypt(_preFetchOpt|_C)?$/],
    ["ChaCha20 blocks", /^wc_Chacha_wordtobyte$/],
    ["X25519", /^curve25519$/],
    ["P-256 verifications", /^sp_ecc_verify_256$/],
    ["P-384 verifications", /^sp_ecc_verify_384$/],
    ["RSA operations", /^wc_RsaFunction_ex$/],
] as const satisfies [string, RegExp][]

/** How often each operation was done, and what one took, in the size build. */
function operationTable(report: McuFigures): Table {
    const cell = (functions: FunctionCost[], pattern: RegExp) => {
        const found = functions.filter(({ name }) => pattern.test(name))
        const calls = found.reduce((sum, one) => sum + one.calls, 0)
        const cost = found.reduce((sum, one) => sum + one.withCallees, 0)
        return calls === 0 ? "0" : `${calls} × ${Math.round(cost / calls)}`
    }
    return {
        head: ["handshake", "result", ...operations.map(([operation]) => operation)],
        rows: titledProfiles(report)
            .filter(({ build }) => build === "size")
            .map(({ title, result, profile }) => [
                ...[title, result],
                ...operations.map(([, pattern]) => cell(profile.functions, pattern)),
            ]),
    }
}

function imageTable({ images }: McuFigures): Table {
    return {
        head: ["stack", "build", ...components, "all, in bytes"],
        rows: images.map(({ stack, build, size }) => [
            ...[stack, build],
            ...components.map((component) => String(size.byComponent[component])),
            String(size.flashBytes),
        ]),
    }
}

const sizeBuilds = ({ images }: McuFigures) =>
    images.filter(({ stack, build }) => stack === "warmhello" && build === "size").map(({ size }) => size)

function coreTable(report: McuFigures): Table {
    return {
        head: ["file", "part", "code and constants", "RAM"],
        rows: sizeBuilds(report).flatMap(({ core }) =>
            core.map(({ file, keepsSessions, flashBytes, ramBytes }) => [
                ...[file, keepsSessions ? "keeps sessions" : "client and words"],
                ...[flashBytes, ramBytes].map(String),
            ]),
        ),
    }
}

const x25519 = { name: "tls13-x25519", build: "size" } as const
const ticket12 = { ...x25519, name: "tls12-ticket" } as const
const aims = [
    { what: "TLS 1.2 resumed, size build", ...ticket12, most: 650e3, field: "instructions" },
    { what: "the same, speed build", ...ticket12, build: "speed", most: 600e3, field: "instructions" },
    { what: "TLS 1.3 X25519 resumed, size build", ...x25519, most: 5.2e6, field: "instructions" },
    { what: "the same, speed build", ...x25519, build: "speed", most: 3.9e6, field: "instructions" },
    { what: "peak heap resumed, in bytes", ...x25519, most: 8192, field: "heapPeakBytes" },
    { what: "peak heap of a full handshake", ...x25519, most: 16384, field: "heapPeakBytes", full: true },
    { what: "flash, size build", ...x25519, most: 200 * 1024, field: "flashBytes" },
] as const

/** Of the code and constants of the core, and of its variables. */
const CORE_BYTES = 12 * 1024
const CORE_RAM_BYTES = 1024

function aimTable(report: McuFigures): Table {
    const row = (what: string, most: number, measured: number) => [
        ...[what, measured <= most ? "yes" : "no", String(most), String(measured)],
    ]
    const ofCore = sizeBuilds(report)
        .map(coreTotals)
        .flatMap(({ keepsSessions, all, ram }) => [
            row("what keeps sessions, size build", CORE_BYTES, keepsSessions),
            row("the whole core, words and JSON included", CORE_BYTES, all),
            row("static RAM of the core", CORE_RAM_BYTES, ram),
        ])
    const ofHandshakes = aims.map((aim) => {
        const result = "full" in aim ? "full" : "resumed"
        const found = rowsOf(report.cases).find(
            (one) => one.name === aim.name && one.build === aim.build && one.result === result,
        )
        return row(aim.what, aim.most, found?.[aim.field] ?? Number.NaN)
    })
    return { head: ["aim", "reached", "at most", "measured"], rows: [...ofHandshakes, ...ofCore] }
}

export const mcuTables = (report: McuFigures): TitledTable[] => [
    ["Aims", aimTable(report)],
    ["What a handshake costs", costTable(report)],
    ["Phases, in thousand instructions", partTable(report)],
    ["Operations in the size build: how many, and the instructions of one", operationTable(report)],
    ["Functions", functionTable(report)],
    ["Beside other TLS stacks", peerTable(report)],
    ["The image, in bytes", imageTable(report)],
    ["The core in the image, size build, in bytes", coreTable(report)],
]
