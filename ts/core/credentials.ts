// Files of certificates and keys as the core reads them, and its words for what is wrong with one
// (firmware/core/include/warmhello/check_file.h and ffi.h).

import type { CoreErrorWord } from "../base/core-codes.js"
import { coreError, WarmhelloError } from "../base/errors.js"
import { errorWord, native } from "./library.js"

export interface PemBlock {
    label: string
    /** From 1, blocks of all labels counted. */
    number: number
    isCertificate: boolean
    isKey: boolean
    /** Locked with a passphrase. */
    isLocked: boolean
    /** Of a certificate without what OpenSSL's TRUSTED CERTIFICATE has behind it. */
    der: Buffer
}

interface NativeBlock {
    label: string
    is_certificate: boolean
    is_key: boolean
    is_locked: boolean
    der_size: number | bigint
}

/** The blocks of a file that are whole. */
export function pemBlocks(file: Buffer): PemBlock[] {
    const blocks: PemBlock[] = []
    for (let number = 1; ; number++) {
        const out = [{}]
        const found: number = native().pemBlock(file, file.length, number, out)
        if (found === 0) return blocks
        if (found < 0) continue // damaged
        const { label, is_certificate, is_key, is_locked, der_size } = out[0] as NativeBlock
        const der = Buffer.alloc(Number(der_size))
        native().pemDecode(file, file.length, number, der, der.length)
        blocks.push({ label, number, isCertificate: is_certificate, isKey: is_key, isLocked: is_locked, der })
    }
}

/** wh_file_role, in its order: what a client was to take from a file. */
const roles = ["ca", "certificate", "key"] as const
export type FileRole = (typeof roles)[number]

export interface FileFinding {
    problem: string
    advice: string
}

export interface FileRefusal {
    code: CoreErrorWord
    /** Not for dates. */
    finding: FileFinding | undefined
}

/** Why a client would not take the file, `name` in words; undefined if it would. */
export function checkFile(role: FileRole, name: string, file: Buffer): FileRefusal | undefined {
    const out = [{ problem: "", advice: "" }]
    const result: number = native().checkFile(roles.indexOf(role), name, file, file.length, out)
    if (result === 0) return undefined
    const [finding] = out
    return { code: errorWord(result), finding: finding?.problem === "" ? undefined : finding }
}

export const refusalError = ({ code, finding }: FileRefusal): WarmhelloError =>
    finding === undefined ? coreError(code) : new WarmhelloError(code, finding.problem, { hint: finding.advice })

/** Why a client leaves one certificate of a CA file aside, by its block's number; undefined if it does not. */
export function checkLeftAside(name: string, file: Buffer, number: number): FileFinding | undefined {
    const out = [{ problem: "", advice: "" }]
    return native().checkLeftAside(name, file, file.length, number, out) ? out[0] : undefined
}
