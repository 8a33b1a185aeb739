// What callbacks bring, taken in order by one `for await`.
export class EventQueue<T> implements AsyncIterable<T> {
    readonly #waiting: T[] = []
    #wake = () => {}
    #ended = false
    #error: Error | undefined

    push(item: T): void {
        if (this.#ended) return
        this.#waiting.push(item)
        this.#wake()
    }

    /** What was pushed before is still taken; then the loop ends, or throws. */
    end(error?: Error): void {
        if (this.#ended) return
        this.#ended = true
        this.#error = error
        this.#wake()
    }

    async *[Symbol.asyncIterator](): AsyncGenerator<T> {
        for (;;) {
            const items = this.#waiting.splice(0)
            yield* items
            if (items.length > 0) continue
            if (this.#ended) break
            await new Promise<void>((wake) => {
                this.#wake = wake
            })
        }
        if (this.#error !== undefined) throw this.#error
    }
}
