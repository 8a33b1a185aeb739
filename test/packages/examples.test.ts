// The examples in C, of README and of the public headers, compiled as they stand there: beside what they take for granted, and
// nothing else. Those in TypeScript are test/interop/package.test.ts's.
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"

/** What surrounds each example. */
const surroundings: Record<string, { before: string; after: string; of: string[] }> = {
    "README.md": {
        of: ["core"],
        after: "return outcome; }",
        before: `#include "warmhello/warmhello.h"
            typedef struct line { wh_connect connect; } line;
            void perform(line *l, const wh_step *step, const char *host, const char *port);
            wh_outcome example(line l, wh_client *client, const char *host, const char *port);
            wh_outcome example(line l, wh_client *client, const char *host, const char *port) {`,
    },
    "connect.h": {
        of: ["core"],
        after: "return wrote + got; }",
        before: `#include "warmhello/connect.h"
            bool look_up(const char *host);
            void open_tcp(unsigned tcp);
            void shut_tcp(unsigned tcp);
            void close_tcp(unsigned tcp);
            void wait_tcp(uint64_t us);
            size_t send_tcp(unsigned tcp, const uint8_t *bytes, size_t size);
            int example(wh_connect connect, wh_client client, const char *host);
            int example(wh_connect connect, wh_client client, const char *host) {
                const uint8_t request[4] = {0};
                uint8_t answer[100];
                int wrote = 0;
                int got = 0;`,
    },
    "port_esp32.h": {
        of: ["core", "provision", "port/esp32"],
        after: "return sent + got; }",
        before: `#include <string.h>
            #include "warmhello/port_esp32.h"
            int example(wh_device_config config, const char *text);
            int example(wh_device_config config, const char *text) {
                char answer[100];
                int sent = 0;
                int got = 0;`,
    },
    "wake.h": {
        of: ["core", "wake"],
        after: "return size; }",
        before: `#include "warmhello/connect.h"
            #include "warmhello/wake.h"
            int example(wh_connect connect, uint32_t number, uint64_t slept_ms, uint32_t now_us);
            int example(wh_connect connect, uint32_t number, uint64_t slept_ms, uint32_t now_us) {
                wh_wake wake;
                char line[1024];
                int size = 0;`,
    },
}

const parts = ["core", "service", "wake", "provision", "port/host", "port/esp32"]

/** Every example, by the file that it is in. */
function examples(): [file: string, code: string][] {
    const inReadme = [...readFileSync(checkoutPath("README.md"), "utf8").matchAll(/^```c\n([\s\S]*?)^```$/gm)]
    const headers = parts.flatMap((part) => {
        const folder = checkoutPath(join("firmware", part, "include/warmhello"))
        const names = readdirSync(folder).filter((name) => name.endsWith(".h"))
        return names.map((name) => [name, readFileSync(join(folder, name), "utf8")] as const)
    })
    const inHeaders = headers.flatMap(([name, text]) =>
        [...text.matchAll(/(?:^ \* {5}.*\n)+/gm)].map(([lines]): [string, string] => [
            name,
            lines.replaceAll(/^ \*/gm, ""),
        ]),
    )
    return [...inReadme.map(([, code = ""]): [string, string] => ["README.md", code]), ...inHeaders]
}

test("there are some to be compiled", () => {
    expect([...new Set(examples().map(([file]) => file))].sort()).toEqual(Object.keys(surroundings).sort())
})

test.each(examples())("that of %s compiles", (file, code) => {
    const { before, after, of } = surroundings[file] ?? { before: "", after: "", of: parts }
    const program = `${before}\n${code}\n${after}`
    const includes = of.map((part) => `-I${checkoutPath(join("firmware", part, "include"))}`)
    const flags = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", ...includes, "-x", "c", "-"]
    const { stderr, status } = spawnSync("cc", flags, { input: program, encoding: "utf8" })
    expect(stderr).toBe("")
    expect(status).toBe(0)
})
