// The way in by HTTP: POST of one outcome, or of a batch of lines of JSON, to a path that names the device; or any request
// with the outcome in a header, as a proxy mirrors an app's. It is answered once it is kept.
import type { IncomingMessage, ServerResponse } from "node:http"
import { jsonOf } from "../base/json.js"
import type { Intake, Taken } from "./intake.js"
import { type Address, type Listening, listen } from "./listen.js"
import type { Pattern, Place } from "./pattern.js"
import { refusals } from "./report.js"
import { MOST_WAITING } from "./store.js"
import { LONGEST_REPORT } from "./told.js"

/** A gateway may have collected for a while. */
const LONGEST_BATCH = 1 << 20
/** Of all bodies that are on their way: whoever sends slowly shall not fill the memory. */
const MOST_ON_THE_WAY = 64 << 20

/** Bodies that are on their way. */
class Bodies {
    #bytes = 0

    /** All of one, or why not. */
    async whole(request: IncomingMessage, longest: number): Promise<Buffer | "too-long" | "too-many"> {
        const pieces: Buffer[] = []
        let size = 0
        try {
            for await (const piece of request as AsyncIterable<Buffer>) {
                size += piece.length
                this.#bytes += piece.length
                if (size > longest) return "too-long"
                if (this.#bytes > MOST_ON_THE_WAY) return "too-many"
                pieces.push(piece)
            }
            return Buffer.concat(pieces)
        } finally {
            this.#bytes -= size
        }
    }
}

function answer(response: ServerResponse, status: number, text = "", headers: Record<string, string> = {}): void {
    response.writeHead(status, { ...(text === "" ? {} : { "content-type": "text/plain; charset=utf-8" }), ...headers })
    response.end(text === "" ? text : `${text}\n`)
}

const tryAgain = (response: ServerResponse) =>
    answer(response, 503, "too many at once: try again", { "retry-after": "1", connection: "close" })

/** Where an app over HTTP puts its compact outcome, in hexadecimal digits: a proxy that mirrors its requests to here need
 * not know of it. */
const HEADER = "warmhello-outcome"

const decoded = (part: string | undefined): string | undefined => part && decodeURIComponent(part)

const isBatch = ({ headers }: IncomingMessage): boolean =>
    (headers["content-type"] ?? "").toLowerCase().startsWith("application/x-ndjson")

export class HttpIntake {
    readonly #intake: Intake
    readonly #path: Pattern
    readonly #bodies = new Bodies()

    constructor(intake: Intake, path: Pattern) {
        this.#intake = intake
        this.#path = path
    }

    /** Throws `listen-failed`. */
    listen(address: Address): Promise<Listening> {
        return listen(address, (request, response) => {
            this.#handle(request, response).catch(() => response.destroy()) // the device went away
        })
    }

    async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const place = this.#placeOf(request.url ?? "")
        if (place === undefined) return answer(response, 404, `POST to ${this.#path.text}`, { connection: "close" })
        const header = request.headers[HEADER]
        if (header === undefined && request.method !== "POST")
            return answer(response, 405, `POST to ${this.#path.text}`, { allow: "POST" })
        if (this.#intake.store.waiting >= MOST_WAITING) return tryAgain(response)
        if (header !== undefined) {
            request.resume() // the body is another server's
            return this.#one(Buffer.from(String(header), "hex"), place, response)
        }
        const batch = isBatch(request)
        const body = await this.#bodies.whole(request, batch ? LONGEST_BATCH : LONGEST_REPORT)
        if (body === "too-many") return tryAgain(response)
        if (body === "too-long") {
            this.#intake.refuse("too-long")
            return answer(response, 413, refusals["too-long"], { connection: "close" })
        }
        if (batch) await this.#batch(body, place, response)
        else await this.#one(body, place, response)
    }

    #placeOf(url: string): Place | undefined {
        try {
            const place = this.#path.match(url.split("?")[0] ?? "")
            return place && { device: decoded(place.device), server: decoded(place.server) }
        } catch {
            return undefined // no URL
        }
    }

    async #one(body: Buffer, place: Place, response: ServerResponse): Promise<void> {
        const refused = await new Promise<Taken>((done) => {
            const taken = this.#intake.message(body, place, () => done(undefined))
            if (taken !== undefined) done(taken)
        })
        if (refused === undefined) answer(response, 204)
        else answer(response, 400, refusals[refused])
    }

    /** What is no report is skipped, and said. */
    async #batch(body: Buffer, place: Place, response: ServerResponse): Promise<void> {
        const lines = body
            .toString("utf8")
            .split("\n")
            .filter((line) => line.trim() !== "")
        const counts = { reports: 0, refused: 0, kept: 0, isRead: false }
        await new Promise<void>((done) => {
            const check = () => counts.isRead && counts.kept === counts.reports && done()
            const kept = () => {
                counts.kept++
                check()
            }
            for (const line of lines) {
                for (const refused of this.#intake.json(jsonOf(line), place, false, kept)) {
                    counts[refused === undefined ? "reports" : "refused"]++
                }
            }
            counts.isRead = true
            check()
        })
        if (counts.refused === 0) answer(response, 204)
        else answer(response, counts.reports === 0 ? 400 : 200, `${counts.reports} kept, ${counts.refused} no report`)
    }
}
