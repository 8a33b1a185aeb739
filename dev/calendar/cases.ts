// What is tried on each day.
import { readdirSync, readFileSync } from "node:fs"
import { basename } from "node:path"
import { checkoutPath } from "../../ts/base/paths.js"
import { authorityFor, type Place, Unexpected } from "./place.js"

export interface Case {
    name: string
    /** It makes its world by the machine's clock, which must then be right. */
    needsTheDay?: boolean
    /** Throws Unexpected. */
    run: (place: Place) => Promise<void>
}

function expect(holds: boolean, otherwise: string): void {
    if (!holds) throw new Unexpected(otherwise)
}

// ---- Connections -------------------------------------------------------------------------------------

/** One session, also over losses of power: no wake may fail, and every second one at least resumes. */
async function simulate(place: Place): Promise<void> {
    const flash = place.file("flash.bin")
    const args = ["simulate", "--cycles", "6", "--flash", flash, "--power-loss-every", "2", "--json", "-"]
    const { wakes } = JSON.parse(await place.warmhello(args))
    const results: string[] = wakes.map(({ result }: { result: string }) => result)
    const resumed = results.filter((result) => result === "resumed").length
    expect(!results.includes("failed") && resumed >= 3, `wakes were ${results.join(", ")}`)
    const { records } = JSON.parse(await place.warmhello(["inspect", flash, "--json", "-"]))
    expect(records.length > 0, "flash holds no record")
}

function connectTo(place: Place, port: number, code: number): Promise<string> {
    const ca = place.file("ca.pem", place.authority.certificate)
    const server = ["--server", `localhost:${port}`, "--ca", ca]
    return place.warmhello(["simulate", ...server, "--cycles", "2", "--json", "-"], code)
}

async function ownServer(place: Place): Promise<void> {
    using server = await place.serve(-30, 60)
    const { wakes } = JSON.parse(await connectTo(place, server.port, 0))
    expect(wakes[1]?.result === "resumed", `the second wake was ${wakes[1]?.result}`)
}

/** Without the time a certificate from the future passes, but one that had ended when warmhello was built does not. */
async function wrongDates(place: Place): Promise<void> {
    using ended = await place.serve(-90, -1)
    await connectTo(place, ended.port, 5)
    using ahead = await place.serve(1, 90)
    await connectTo(place, ahead.port, place.knowsTheDay ? 5 : 0)
}

/** The core without Node: the example in C connects twice. */
async function exampleInC(place: Place): Promise<void> {
    using server = await place.serve(-30, 60)
    const ca = place.file("ca.pem", place.authority.certificate)
    const { code, stdout, stderr } = await place.run([
        checkoutPath("build/host/resume"),
        ...["localhost", String(server.port), ca],
    ])
    expect(code === 0 && /resumed/.test(stdout), `it ended with ${code}: ${stdout}${stderr}`)
}

// ---- Files ---------------------------------------------------------------------------------------------

/** Codes of what `provision` finds about a CA that is valid for these days. */
async function foundIn(place: Place, fromDays: number, toDays: number): Promise<string[]> {
    const authority = await authorityFor(place.day, fromDays, toDays)
    place.file("server-ca.pem", authority.certificate)
    const wifi = { ssid: "workshop", password: "correct horse battery" }
    const file = place.file("device.json", JSON.stringify({ wifi, server: { host: "localhost", ca: "server-ca.pem" } }))
    const { code, stdout, stderr } = await place.run(place.commandFor(["provision", file, "--json", "-"]))
    expect(stdout !== "", stderr)
    const found = JSON.parse(stdout)
    expect(found.ok === (code === 0), `it is ${found.ok ? "good" : "not good"}, and ended with ${code}`)
    return [...found.errors, ...found.warnings].map(({ code: word }: { code: string }) => word)
}

async function provision(place: Place): Promise<void> {
    const good = await foundIn(place, -1, 3650)
    const soon = await foundIn(place, -300, 20)
    const ended = await foundIn(place, -3650, -1)
    const ahead = await foundIn(place, 1, 3650)
    // Of a clock that shows a day before the build only that is told: it cannot tell what is too early.
    const always = place.knowsTheDay ? [] : ["clock-wrong"]
    const found = [good, soon, ended, ahead].map((words) => words.toSorted().join(" "))
    const wanted = [[], ["ca-expires-soon"], ["ca-expired"], place.knowsTheDay ? ["ca-not-yet-valid"] : []].map(
        (words) => [...words, ...always].toSorted().join(" "),
    )
    expect(found.join("; ") === wanted.join("; "), `found ${found.join("; ")}, not ${wanted.join("; ")}`)
}

async function report(place: Place): Promise<void> {
    const [run, page] = [place.file("run.json"), place.file("page.html")]
    await place.warmhello(["estimate", "--board", "esp32c3_bare", "--sleep", "10m", "--out", run])
    await place.warmhello(["report", run, "--out", page])
    const day = new Date(place.day.clockMs).toISOString().slice(0, 10)
    expect(readFileSync(page, "utf8").includes(day), `the page does not name ${day}`)
}

// ---- C -------------------------------------------------------------------------------------------------

/** Minutes of what has no clock in it: each allocation fails once, flash wears out. */
const withoutDates = new Set(["test_allocation", "test_wear"])

async function cTests(place: Place): Promise<void> {
    const programs = readdirSync(checkoutPath("build/asan/tests"))
        .filter((name) => /^test_\w+$/.test(name) && !withoutDates.has(name))
        .map((name) => checkoutPath(`build/asan/tests/${name}`))
    expect(programs.length > 20, "the C tests are not built: npm run setup -- --tests")
    for (const program of programs) {
        const { code, stdout, stderr } = await place.run([program])
        expect(code === 0, `${basename(program)} ended with ${code}: ${`${stdout}${stderr}`.slice(-2000)}`)
    }
}

/** A board on the desk with a clock of its own, which keeps sessions of a real server for weeks. */
async function lifeOfFlash(place: Place): Promise<void> {
    const { code, stdout, stderr } = await place.run([checkoutPath("build/bench/bench/flash_life"), "check"])
    expect(code === 0, `${stdout}${stderr}`)
}

/** The day of the build, as CMake writes it into the port, on that day. */
async function builtThatDay(place: Place): Promise<void> {
    const port = checkoutPath("firmware/port/host")
    const builtS = Math.floor(place.day.clockMs / 1000)
    const { code, stderr } = await place.run([
        ...[
            "cc",
            "-std=gnu11",
            "-fsyntax-only",
            "-Wall",
            "-Wextra",
            "-Wconversion",
            "-Werror",
            `-DWH_BUILT_S=${builtS}`,
        ],
        ...[`-I${port}/include`, `-I${checkoutPath("firmware/core/include")}`, `${port}/src/port_host.c`],
    ])
    expect(code === 0, stderr)
}

export const cases: readonly Case[] = [
    { name: "npm start, the main job", run: async (place) => void (await place.warmhello(["start", "--cycles", "3"])) },
    { name: "simulate: flash, losses of power", run: simulate },
    { name: "simulate: a server of one's own", run: ownServer },
    { name: "simulate: a certificate that has ended, and one from the future", run: wrongDates },
    { name: "soak: 30 wakes", run: async (place) => void (await place.workshop(["soak", "--cycles", "30"])) },
    { name: "provision: a good CA, and one that ends soon, has ended, has not begun", run: provision },
    { name: "estimate and report", run: report },
    { name: "the example in C", run: exampleInC },
    { name: "the C tests", needsTheDay: true, run: cTests },
    { name: "the life of flash", needsTheDay: true, run: lifeOfFlash },
    { name: "a build on that day", run: builtThatDay },
]
