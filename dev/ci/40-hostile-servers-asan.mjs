// @ts-check
// Hostile servers, under AddressSanitizer. Leaks are looked for in each test by counting wolfSSL's memory; Node itself
// frees little at its end.
import { join } from "node:path"
import { outputOf, root, vitest } from "../setup/shell.mjs"

export default () =>
    vitest(["test/hostile"], {
        LD_PRELOAD: outputOf(["gcc", "-print-file-name=libasan.so"]).trim(),
        ASAN_OPTIONS: "detect_leaks=0",
        WARMHELLO_LIBRARY: join(root, "build/asan/libwarmhello.so"),
    })
