// @ts-check
// All checks of .ci/run, after set-up with --ci: the tests, the longer checks, and a closing line
// with the counts of both.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { outputOf, root, run } from "./shell.mjs"

const FUZZ_SECONDS = 60
const results = join(root, "build/test-results.json")

/** @param {string} target */
function fuzz(target) {
    const corpus = `build/fuzz/corpus/${target}`
    mkdirSync(join(root, corpus), { recursive: true })
    return run([
        ...[`build/fuzz/fuzz/${target}`, `-max_total_time=${FUZZ_SECONDS}`, "-max_len=4096", "-print_final_stats=1"],
        ...["-verbosity=0", `-artifact_prefix=build/fuzz/${target}-`, corpus, `test/fuzz/seeds/${target}`],
    ])
}

/** Leaks are looked for in each test by counting wolfSSL's memory; Node itself frees little at its end. */
function hostileUnderSanitizer() {
    const sanitizer = outputOf(["gcc", "-print-file-name=libasan.so"]).trim()
    return run(["node_modules/.bin/vitest", "run", "--config", "test/vitest.config.ts", "test/hostile"], {
        LD_PRELOAD: sanitizer,
        ASAN_OPTIONS: "detect_leaks=0",
        WARMHELLO_LIBRARY: join(root, "build/asan/libwarmhello.so"),
    })
}

/** Whose tasks are threads here: what two of them do to the same memory is seen. */
function esp32UnderThreadSanitizer() {
    const files = [
        "test/esp32/faults",
        "test/esp32/fast-wake",
        "test/esp32/service",
        "test/esp32/time",
        "test/esp32/deadline",
    ]
    return run(["node_modules/.bin/vitest", "run", "--config", "test/vitest.config.ts", ...files], {
        WARMHELLO_ESP32_BOARD: join(root, "build/tsan/esp32/esp32_board"),
    })
}

/**
 * All that Node runs of ours has run on the Node that npm brings. On the oldest one that package.json allows runs what meets
 * Node itself: commands, servers and clients, files, meters; not what is C, a browser's, or another program's.
 */
function onOldestNode() {
    const folder = join(root, "build/oldest-node/node_modules", `node-${process.platform}-${process.arch}`, "bin")
    const files = ["test/ts/", "test/interop/", "test/measure/", "test/energy/", "test/report/html", "test/vectors/"]
    return run(
        [join(folder, "node"), "node_modules/vitest/vitest.mjs", "run", "--config", "test/vitest.config.ts", ...files],
        { PATH: `${folder}:${process.env.PATH}` },
    )
}

const seed = () => String(Math.floor(Math.random() * 2 ** 31))

/** @type {[string, () => boolean][]} */
const checks = [
    ["npm start, the main job", () => run(["npm", "start", "--silent"])],
    ["the product on other days", () => run(["npm", "run", "--silent", "calendar"])],
    ["the TypeScript side on the oldest Node", onOldestNode],
    ["hostile servers, under AddressSanitizer", hostileUnderSanitizer],
    ["the ESP32 port, under ThreadSanitizer", esp32UnderThreadSanitizer],
    [
        "each guard is missed by its test when it is taken out",
        () => run([process.execPath, "build/dev/guards/main.js"]),
    ],
    ["power cuts", () => run(["build/powercuts/powercuts/powercuts"])],
    [
        "a million steps of the store against a model",
        () => run(["build/powercuts/powercuts/store_model", "--steps", "1000000", "--seed", seed()]),
    ],
    ["2500 wakes under random faults", () => run(["npm", "run", "--silent", "soak", "--", "--cycles", "2500"])],
    ["lint", () => run(["npm", "run", "--silent", "lint"])],
    ...[
        "fuzz_record",
        "fuzz_journal",
        "fuzz_wire",
        "fuzz_handshake",
        "fuzz_connect",
        "fuzz_ca",
        "fuzz_pem",
        "fuzz_service",
        "fuzz_provision",
    ].map((target) => /** @type {[string, () => boolean]} */ ([`${target}, ${FUZZ_SECONDS} s`, () => fuzz(target)])),
]

rmSync(results, { force: true })
const testsOk = run(["npm", "test", "--silent"])
let { passed, failed } = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : { passed: 0, failed: 1 }
if (!testsOk && failed === 0) failed = 1

for (const [name, check] of checks) {
    process.stdout.write(`\n== ${name}\n`)
    const ok = check()
    process.stdout.write(`${ok ? "ok  " : "FAIL"} ${name}\n`)
    if (ok) passed++
    else failed++
}
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
