import { configDefaults, defineConfig } from "vitest/config"
import { suitesToSkip } from "./support/needs.js"

const skipped = suitesToSkip(process.argv.filter((word) => /^test\/(?!vitest)/.test(word)))

export default defineConfig({
    test: {
        dir: "test",
        exclude: [...configDefaults.exclude, ...skipped.map((path) => path.replace("test/", "**/"))],
        passWithNoTests: skipped.length > 0,
        // The native library has one device for TypeScript, so each file gets a process.
        pool: "forks",
        // Not even where CI asks for colours: tests read what is printed.
        env: { NO_COLOR: "1" },
        maxWorkers: 2,
        // A whole simulation with a server takes under a second here; a slow machine gets its time.
        testTimeout: 60_000,
        hookTimeout: 60_000,
    },
})
