// @ts-check
// All hostile cases, and then what else servers do, under AddressSanitizer. Leaks are looked for by counting wolfSSL's
// memory; Node itself frees little at its end.
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { outputOf, root, run, vitest } from "../setup/shell.mjs"

const results = join(root, "build/ci/hostile.json")

export default () => {
    rmSync(results, { force: true })
    run([process.execPath, "build/dev/main.js", "hostile", "--json", results])
    const tests = vitest(["test/hostile/closing", "test/hostile/man-in-the-middle", "test/hostile/sizes"], {
        LD_PRELOAD: outputOf(["gcc", "-print-file-name=libasan.so"]).trim(),
        ASAN_OPTIONS: "detect_leaks=0",
        WARMHELLO_LIBRARY: join(root, "build/asan/libwarmhello.so"),
    })
    const { cases, failures } = existsSync(results)
        ? JSON.parse(readFileSync(results, "utf8"))
        : { cases: 1, failures: ["no results"] }
    return { passed: cases - failures.length + Number(tests), failed: failures.length + Number(!tests) }
}
