// @ts-check
// What keeps set-up from going on, as one line that says what to do.

/** Ends set-up with one line that tells what to do. */
export class SetupError extends Error {
    /** @param {string} message @param {string} [output] what a program said of it, shown before */
    constructor(message, output = "") {
        super(message)
        this.output = output
    }
}

/** What to do about an error of the system, by its code. @type {Record<string, string>} */
const advice = {
    ENOSPC: "There is no room left: free some, then run this again.",
    EDQUOT: "Your quota is used up: free some room, then run this again.",
    EROFS: "It cannot be written to: make a checkout of your own, with git clone.",
    EACCES: "It belongs to somebody else: make a checkout of your own, with git clone.",
    EPERM: "It belongs to somebody else: make a checkout of your own, with git clone.",
}

/** What a failed program said, and what to do about it. @type {[RegExp, string][]} */
const said = [
    [/ENOSPC|No space left on device|os error 28/i, /** @type {string} */ (advice.ENOSPC)],
    [/EDQUOT|Disk quota exceeded/i, /** @type {string} */ (advice.EDQUOT)],
    [/EROFS|Read-only file system/i, /** @type {string} */ (advice.EROFS)],
    [
        /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|Could not resolve|Temporary failure resolving|spurious network error|NewConnectionError|Network is unreachable/i,
        "What it fetches cannot be reached: is there a network, and does it need a proxy or a mirror?",
    ],
    [/EACCES|Permission denied/i, /** @type {string} */ (advice.EACCES)],
]

/** @param {string} output of a program that failed @returns {string} with a space in front, or nothing */
export function adviceFor(output) {
    const known = said.find(([pattern]) => pattern.test(output))
    return known === undefined ? "" : ` ${known[1]}`
}

/** Whatever was thrown, as what set-up ends with; undefined for a mistake in set-up itself. @param {unknown} error */
export function problemOf(error) {
    if (error instanceof SetupError) return error
    const { code, syscall, message } = /** @type {NodeJS.ErrnoException} */ (error)
    if (syscall === undefined) return undefined
    return new SetupError(`${message}. ${advice[code ?? ""] ?? ""}`.trimEnd())
}
