// A board's provisioning partition, read and written through esptool.
import { readFileSync } from "node:fs"
import { WarmhelloError } from "../base/errors.js"
import {
    PROVISION_SIZE,
    PROVISION_SLOT_SIZE,
    type Provision,
    type ReadProvision,
    readProvisionImage,
} from "../core/provision.js"
import { findProgram, runProgram, SecretFolder } from "./programs.js"
import { type Rotation, rotate } from "./provision.js"

/** WH_PROVISION_PARTITION of provision.h */
const PARTITION = "wh_prov"
const TABLE_AT = 0x8000
const TABLE_SIZE = 0xc00

/** An entry of ESP-IDF's partition table. */
const ENTRY_SIZE = 32
const ENTRY_MAGIC = 0x50aa
const OFFSET_AT = 4
const SIZE_AT = 8
const LABEL_AT = 12
const LABEL_SIZE = 16

interface Partition {
    offset: number
    size: number
}

function findPartition(table: Buffer): Partition {
    let any = false
    for (let at = 0; at + ENTRY_SIZE <= table.length && table.readUInt16LE(at) === ENTRY_MAGIC; at += ENTRY_SIZE) {
        any = true
        const label = table.toString("latin1", at + LABEL_AT, at + LABEL_AT + LABEL_SIZE).replace(/\0+$/, "")
        if (label !== PARTITION) continue
        const size = table.readUInt32LE(at + SIZE_AT)
        if (size !== PROVISION_SIZE) {
            const message = `the board's partition ${PARTITION} has ${size} bytes, not ${PROVISION_SIZE}`
            throw new WarmhelloError("no-provision-partition", message)
        }
        return { offset: table.readUInt32LE(at + OFFSET_AT), size }
    }
    const message = any
        ? `the board has no partition ${PARTITION}`
        : "the board has no partition table that can be read"
    throw new WarmhelloError("no-provision-partition", message)
}

/** One board on a port. The names of esptool 4, which 5 takes as well. */
class AttachedBoard implements Disposable {
    readonly #program = findProgram("esptool")
    readonly #folder = new SecretFolder()

    constructor(readonly port: string) {}

    #run(args: string[]): void {
        const { ok, words } = runProgram(this.#program, ["--port", this.port, ...args])
        if (ok) return
        process.stderr.write(`${words}\n`)
        throw new WarmhelloError("esptool-failed", `esptool could not do it: ${args.join(" ")}`)
    }

    /** Leaves the board waiting: the next call is not far. */
    read(offset: number, size: number): Buffer {
        const file = this.#folder.file("read.bin")
        this.#run(["--after", "no_reset", "read_flash", `0x${offset.toString(16)}`, `0x${size.toString(16)}`, file])
        const bytes = readFileSync(file)
        if (bytes.length === size) return bytes
        throw new WarmhelloError("esptool-failed", `esptool read ${bytes.length} bytes, not ${size}`)
    }

    /** The board restarts if this is the last call. */
    write(offset: number, bytes: Buffer): void {
        const file = this.#folder.write("write.bin", bytes)
        this.#run(["--after", "no_reset", "write_flash", `0x${offset.toString(16)}`, file])
    }

    restart(): void {
        this.#run(["--after", "hard_reset", "read_mac"])
    }

    [Symbol.dispose](): void {
        this.#folder[Symbol.dispose]()
    }
}

function readOrNone(image: Buffer): ReadProvision | undefined {
    try {
        return readProvisionImage(image)
    } catch (error) {
        if (error instanceof WarmhelloError && error.code === "not-provisioned") return undefined
        throw error
    }
}

/** Writes the slot that is not in use on the board, and nothing else. */
export function provisionBoard(port: string, provision: Provision): Rotation {
    using board = new AttachedBoard(port)
    const { offset } = findPartition(board.read(TABLE_AT, TABLE_SIZE))
    const current = board.read(offset, PROVISION_SIZE)
    const next = rotate(provision, current, readOrNone(current))
    const at = next.slot * PROVISION_SLOT_SIZE
    board.write(offset + at, next.image.subarray(at, at + PROVISION_SLOT_SIZE))
    const written = readOrNone(board.read(offset, PROVISION_SIZE))
    if (written?.slot !== next.slot || written.sequence !== next.sequence) {
        throw new WarmhelloError(
            "esptool-failed",
            "what was written does not read back; what was in use before still counts",
        )
    }
    board.restart()
    return next
}
