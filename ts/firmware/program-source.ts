// An app as a C source that defines wh_app_program (firmware/port/esp32/include/warmhello/program.h). The same
// bytecode gives the same source: no path, no time in it.
import { createHash } from "node:crypto"
import { WarmhelloError } from "../base/errors.js"

export interface ProgramParts {
    /** The app's file, without its folder. */
    name: string
    board: string
    bytecode: Uint8Array
}

/** "DevS\n", with which bytecode begins. */
const MAGIC = Buffer.from("DevS\n")
/** The runtime writes programs to flash in pieces of this many bytes. */
const PIECE = 32
const BYTES_A_LINE = 16

function checkBytecode(bytecode: Uint8Array, name: string): void {
    if (bytecode.length > 0 && bytecode.length % PIECE === 0 && MAGIC.equals(bytecode.subarray(0, MAGIC.length))) return
    throw new WarmhelloError("not-a-program", `${name} is not bytecode of DeviceScript`)
}

/** Bytes as the inside of an initializer, some to a line. */
function initializer(bytes: Uint8Array, indent: string): string {
    const lines: string[] = []
    for (let at = 0; at < bytes.length; at += BYTES_A_LINE) {
        const line = Array.from(
            bytes.subarray(at, at + BYTES_A_LINE),
            (byte) => `0x${byte.toString(16).padStart(2, "0")},`,
        )
        lines.push(indent + line.join(" "))
    }
    return lines.join("\n")
}

/** Text that may stand in a C string and in a comment. */
function plain(text: string): string {
    return text.replace(/[^\w.@+ -]/g, "_")
}

export function programSource({ name, board, bytecode }: ProgramParts): string {
    checkBytecode(bytecode, name)
    const hash = createHash("sha256").update(bytecode).digest()
    return `/* The app ${plain(name)} for ${plain(board)}, emitted by \`warmhello build\`; do not edit. */
/* clang-format off */
#include "warmhello/program.h"

#include "services.h"

/* Bytecode of DeviceScript, SHA-256 ${hash.toString("hex")}. */
static const uint8_t image[${bytecode.length}] __attribute__((aligned(8))) = {
${initializer(bytecode, "    ")}
};

const wh_program wh_app_program = {
    .name = "${plain(name)}",
    .board = "${plain(board)}",
    .image = image,
    .size = sizeof image,
    .sha256 = {
${initializer(hash, "        ")}
    },
};
`
}

/** The constants of the services that the app's project defines, as DeviceScript's compiler wrote them. */
export function servicesHeader(constants: string): string {
    return `/* The services that the app's project defines, emitted by \`warmhello build\`; do not edit. */
/* clang-format off */
#ifndef WARMHELLO_APP_SERVICES_H
#define WARMHELLO_APP_SERVICES_H

#include <stdint.h>

${constants.trimEnd()}

#endif
`
}
