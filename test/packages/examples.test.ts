// The examples in C, of the documents and of the public headers, compiled as they stand there: beside what they take for granted, and
// nothing else. Those in TypeScript are test/interop/package.test.ts's.
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"

interface Surroundings {
    before: string
    after: string
    of: string[]
    /** Beside ESP-IDF's own headers, as test/esp32 declares them. */
    isOfIdf?: boolean
}

/** What surrounds each example. */
const surroundings: Record<string, Surroundings> = {
    "README.md": {
        of: ["core", "port/bsd"],
        after: "return sent + got + lost + (resumed ? 1 : 0); }",
        before: `#include "warmhello/socket.h"
            int example(wh_client_config config);
            int example(wh_client_config config) {
                const uint8_t request[4] = {0};
                uint8_t answer[100];
                bool resumed = false;
                int sent = 0;
                int got = 0;
                int lost = 0;`,
    },
    "docs/ESP-IDF.md": {
        of: ["core", "port/esp_tls", "port/host"],
        isOfIdf: true,
        after: "} (void)config; (void)root_ca; }",
        before: `#include <stdio.h>
            #include "esp_http_client.h"
            #include "warmhello/esp_tls.h"
            #include "warmhello/esp_transport.h"
            #include "warmhello/flash_file.h"
            #include "warmhello/port_host.h"
            void example(esp_http_client_config_t config, const char *root_ca);
            void example(esp_http_client_config_t config, const char *root_ca) { {`,
    },
    "docs/FLEET.md": {
        of: ["core", "port/bsd"],
        after: "}",
        before: `#include "warmhello/socket.h"
            void publish(const char *topic, const uint8_t *bytes, size_t size);
            void example(wh_socket *socket);
            void example(wh_socket *socket) {`,
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
    "socket.h": {
        of: ["core", "port/bsd"],
        after: "return sent + got; }",
        before: `#include "warmhello/socket.h"
            int example(wh_client_config config);
            int example(wh_client_config config) {
                const uint8_t request[4] = {0};
                uint8_t answer[100];
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

const parts = ["core", "service", "wake", "provision", "port/bsd", "port/host", "port/esp32"]

/** Every example, by the file that it is in. */
function examples(): [file: string, code: string][] {
    const inDocuments = ["README.md", "docs/ESP-IDF.md", "docs/FLEET.md"].flatMap((file) =>
        [...readFileSync(checkoutPath(file), "utf8").matchAll(/^```c\n([\s\S]*?)^```$/gm)].map(
            ([, code = ""]): [string, string] => [file, code],
        ),
    )
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
    return [...inDocuments, ...inHeaders]
}

test("there are some to be compiled", () => {
    expect([...new Set(examples().map(([file]) => file))].sort()).toEqual(Object.keys(surroundings).sort())
})

test.each(examples())("that of %s compiles", (file, code) => {
    const { before, after, of, isOfIdf } = surroundings[file] ?? { before: "", after: "", of: parts }
    const program = `${before}\n${code}\n${after}`
    const includes = of.map((part) => `-I${checkoutPath(join("firmware", part, "include"))}`)
    const idf = [`-I${checkoutPath("test/esp32/declarations")}`, "-DWH_CHECK_ESP32C3", "-DWH_CHECK_ESP_IDF_5"]
    const flags = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", ...includes]
    const { stderr, status } = spawnSync("cc", [...flags, ...(isOfIdf === true ? idf : []), "-x", "c", "-"], {
        input: program,
        encoding: "utf8",
    })
    expect(stderr).toBe("")
    expect(status).toBe(0)
})
