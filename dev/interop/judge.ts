// What a cell of the interop matrix comes to, and whose fault it is where it is not as it should be.
import type { ErrorCode } from "../../ts/base/errors.js"
import type { Outcome } from "../../ts/base/outcome.js"
import type { OpensslVisit } from "./openssl-client.js"

type Reason = Outcome["reason"]

/** What one wake of the device came to, in everybody's view. */
export interface DeviceWake {
    error: ErrorCode | null
    /** The server's answer came, and is the right one. */
    isAnswered: boolean
    /** TCP connections. */
    attempts: number
    resumed: boolean
    reason: Reason | undefined
    kind: Outcome["kind"]
    /** By its ServerHello; undefined where none came. */
    helloSaysResumed: boolean | undefined
    /** In its own words; undefined where it has none. */
    serverSaysResumed: boolean | undefined
}

/** One connect of the device and, where it makes sense, the same with OpenSSL's client. */
export interface Step {
    what: string
    expected: { resumed: boolean; reasons: readonly Reason[]; kind: Outcome["kind"] }
    device: DeviceWake
    openssl: OpensslVisit | undefined
    /** It is the one that the case is about. */
    isDecisive: boolean
}

/** Who is to blame: the device (warmhello), the server or what it was set to, or the matrix itself. */
type Blame = "device" | "server" | "matrix"

interface Fault {
    blame: Blame
    what: string
    /** Something broke, or nobody can tell what came of it: no reason that is known makes that good. */
    isGrave: boolean
}

const fault = (blame: Blame, what: string, isGrave = false): Fault => ({ blame, what, isGrave })
const grave = (blame: Blame, what: string): Fault => fault(blame, what, true)
const word = (resumed: boolean): string => (resumed ? "resumed" : "full")

function failure({ device, openssl }: Step): Fault | undefined {
    if (device.error === null && device.isAnswered) return undefined
    const said = device.error ?? "no right answer"
    if (openssl?.resumed !== undefined) return grave("device", `it fails (${said}), and OpenSSL's client does not`)
    if (openssl === undefined) return grave("matrix", `it fails (${said}), and OpenSSL's client was not asked`)
    return grave("server", `it fails (${said}), and so does OpenSSL's client (${openssl.error})`)
}

/** Those who saw the same handshake do not agree. */
function contradiction({ device }: Step): Fault | undefined {
    const { resumed, helloSaysResumed, serverSaysResumed } = device
    if (helloSaysResumed !== resumed) {
        const hello = helloSaysResumed === undefined ? "nothing" : word(helloSaysResumed)
        return grave("device", `it says ${word(resumed)}, and the ServerHello says ${hello}`)
    }
    if (serverSaysResumed === undefined || serverSaysResumed === resumed) return undefined
    return grave("matrix", `the server says ${word(serverSaysResumed)}, and its ServerHello says ${word(resumed)}`)
}

/** What the device could offer came from the server. */
function gaveNone({ device, openssl }: Step): Fault | undefined {
    if (device.reason !== "none" || openssl?.offered !== false) return undefined
    return fault("server", "it has given no session, nor to OpenSSL's client")
}

function missedResumption(step: Step): Fault {
    const { device, openssl } = step
    const none = gaveNone(step)
    if (none !== undefined) return none
    if (openssl?.resumed !== true) return fault("server", "it resumes neither here nor for OpenSSL's client")
    const cause =
        device.reason === "refused"
            ? "the server refuses what it offers"
            : `${device.reason === "fallback" ? "its first attempt fails" : "it offers nothing"} (${device.reason})`
    return fault("device", `${cause}, and OpenSSL's client resumes`)
}

function unexpectedResumption({ expected, openssl }: Step): Fault {
    if (openssl?.resumed === true) return fault("server", "it still resumes, for OpenSSL's client as well")
    return grave("device", `it resumes, which should be full (${expected.reasons.join(", ")})`)
}

function wrongKind({ device, expected, openssl }: Step): Fault | undefined {
    if (!device.resumed || device.kind === expected.kind) return undefined
    const blame = expected.kind === "ticket" && openssl?.hasTicket === false ? "server" : "device"
    return fault(blame, `the session is of kind ${device.kind}`)
}

function wrongReason(step: Step): Fault | undefined {
    const { device, expected } = step
    const { reason, attempts, resumed } = device
    if (reason === undefined || !expected.reasons.includes(reason)) {
        const none = gaveNone(step)
        if (none !== undefined) return none
        const second = reason === "fallback" ? ", at the price of a second connection" : ""
        return fault("device", `${word(resumed)} for another reason: ${reason}${second}`)
    }
    return attempts === 1 ? undefined : fault("device", `it took ${attempts} connections`)
}

function faultOf(step: Step): Fault | undefined {
    const { device, expected } = step
    const early = failure(step) ?? contradiction(step)
    if (early !== undefined) return early
    if (expected.resumed && !device.resumed) return missedResumption(step)
    if (!expected.resumed && device.resumed) return unexpectedResumption(step)
    return wrongKind(step) ?? wrongReason(step)
}

export interface Verdict {
    resumed: boolean | null
    serverSaysResumed: boolean | null
    opensslResumed: boolean | null
    /** The first grave thing, or else the first, that is not as it should be. */
    fault: Fault | undefined
    /** The device's reason in the connect that the case is about. */
    reason: Reason | undefined
}

export function judge(steps: readonly Step[]): Verdict {
    const decisive = steps.find(({ isDecisive }) => isDecisive)
    const faults = steps.flatMap((step) => {
        const found = faultOf(step)
        return found === undefined ? [] : [{ ...found, what: `${step.what}: ${found.what}` }]
    })
    const failed = decisive === undefined || decisive.device.error !== null
    return {
        resumed: failed ? null : decisive.device.resumed,
        serverSaysResumed: decisive?.device.serverSaysResumed ?? null,
        opensslResumed: decisive?.openssl?.resumed ?? null,
        fault:
            faults.find(({ isGrave }) => isGrave) ??
            faults[0] ??
            (decisive === undefined ? grave("matrix", "it ended early") : undefined),
        reason: decisive?.device.reason,
    }
}
