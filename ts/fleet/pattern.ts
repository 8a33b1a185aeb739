// Where the device's name stands in a topic or a path: a pattern such as warmhello/{device}/outcome.
import { WarmhelloError } from "../base/errors.js"

export interface Place {
    device: string | undefined
    server: string | undefined
}

const PARTS = new Set(["{device}", "{server}", "+"])

/** Levels between slashes: {device} once, {server} at most once, + for any, # for all that follows. */
export class Pattern {
    readonly text: string
    readonly #levels: string[]

    constructor(text: string) {
        this.text = text
        this.#levels = text.split("/")
        const times = (part: string) => this.#levels.filter((level) => level === part).length
        const wrong = this.#levels.find((level, index) => !this.#isLevel(level, index))
        if (wrong !== undefined || times("{device}") !== 1 || times("{server}") > 1) {
            throw new WarmhelloError(
                "bad-option",
                `${text} is no pattern: write levels between slashes, {device} for one of them, as in warmhello/{device}/outcome; {server}, + and a last # may stand for others`,
            )
        }
    }

    #isLevel(level: string, index: number): boolean {
        if (PARTS.has(level)) return true
        if (level === "#") return index === this.#levels.length - 1
        return !/[{}+#\0]/.test(level)
    }

    /** As brokers take it. */
    get filter(): string {
        return this.#levels.map((level) => (PARTS.has(level) ? "+" : level)).join("/")
    }

    /** Who a topic or a path is about; undefined where it is not meant. */
    match(topic: string): Place | undefined {
        const found = topic.split("/")
        const place: Place = { device: undefined, server: undefined }
        for (const [index, level] of this.#levels.entries()) {
            if (level === "#") return place
            const part = found[index]
            if (part === undefined || !this.#take(level, part, place)) return undefined
        }
        return found.length === this.#levels.length ? place : undefined
    }

    #take(level: string, part: string, place: Place): boolean {
        if (level === "{device}") place.device = part
        else if (level === "{server}") place.server = part
        else if (level !== "+") return level === part
        return true
    }

    /** The topic or path of a device, for who sends; `any` stands for every other open level. */
    of(device: string, any = "any"): string {
        return this.#levels
            .map((level) => (level === "{device}" ? device : PARTS.has(level) || level === "#" ? any : level))
            .join("/")
    }
}

export const STANDARD_TOPIC = "warmhello/{device}/outcome"
export const STANDARD_PATH = "/outcomes/{device}"
