// A zip as archivers write it: deflated files and the list of them behind.
import { crc32, deflateRawSync } from "node:zlib"

/** @param {Record<string, Buffer | string>} files */
export function zipOf(files) {
    const pieces = []
    const list = []
    let at = 0
    for (const [name, contents] of Object.entries(files)) {
        const plain = typeof contents === "string" ? Buffer.from(contents) : contents
        const packed = deflateRawSync(plain)
        const common = Buffer.alloc(26)
        common.writeUInt16LE(20, 0)
        common.writeUInt16LE(8, 4)
        common.writeUInt32LE(crc32(plain), 10)
        common.writeUInt32LE(packed.length, 14)
        common.writeUInt32LE(plain.length, 18)
        common.writeUInt16LE(name.length, 22)
        pieces.push(Buffer.from("PK\x03\x04", "latin1"), common, Buffer.from(name), packed)
        const entry = Buffer.alloc(14)
        entry.writeUInt32LE(at, 10)
        list.push(Buffer.from("PK\x01\x02\x14\0", "latin1"), common, entry, Buffer.from(name))
        at += 30 + name.length + packed.length
    }
    const directory = Buffer.concat(list)
    const end = Buffer.alloc(22)
    end.write("PK\x05\x06", "latin1")
    end.writeUInt16LE(Object.keys(files).length, 8)
    end.writeUInt16LE(Object.keys(files).length, 10)
    end.writeUInt32LE(directory.length, 12)
    end.writeUInt32LE(at, 16)
    return Buffer.concat([...pieces, directory, end])
}
