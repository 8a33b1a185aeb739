// Reads what TLS has on the wire: numbers, and vectors with their length in front (RFC 8446 3).

export class Bytes {
    readonly #bytes: Buffer
    #at = 0

    constructor(bytes: Buffer) {
        this.#bytes = bytes
    }

    get left(): number {
        return this.#bytes.length - this.#at
    }

    /** Throws RangeError where there are fewer. */
    take(size: number): Buffer {
        if (size > this.left) throw new RangeError("the message is cut")
        this.#at += size
        return this.#bytes.subarray(this.#at - size, this.#at)
    }

    number(size: 1 | 2 | 3 | 4): number {
        return this.take(size).readUIntBE(0, size)
    }

    /** The contents behind a length of so many bytes. */
    vector(lengthSize: 1 | 2 | 3): Buffer {
        return this.take(this.number(lengthSize))
    }

    reader(lengthSize: 1 | 2 | 3): Bytes {
        return new Bytes(this.vector(lengthSize))
    }
}
