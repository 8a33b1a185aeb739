// The columns of the field matrix: what the device's session is, and what becomes of its power.
import type { Policy, TlsVersion } from "../../ts/core/client.js"

/** A device as the server sees it: with the same script it does the same, whatever it keeps. */
export const devices = {
    "1.2 ID": { minVersion: "1.2", maxVersion: "1.2", tickets: false, hasCertificate: false },
    "1.2": { minVersion: "1.2", maxVersion: "1.2", tickets: true, hasCertificate: false },
    "1.3": { minVersion: "1.3", maxVersion: "1.3", tickets: true, hasCertificate: false },
    "1.3 certificate": { minVersion: "1.3", maxVersion: "1.3", tickets: true, hasCertificate: true },
    auto: { minVersion: "1.2", maxVersion: "1.3", tickets: true, hasCertificate: false },
} as const satisfies Record<
    string,
    { minVersion: TlsVersion; maxVersion: TlsVersion; tickets: boolean; hasCertificate: boolean }
>
export type Device = keyof typeof devices

export interface Column {
    /** For a table's head. */
    name: string
    /** Its meaning, to stand behind its name. */
    what: string
    device: Device
    hasFlash: boolean
    /** Every how many sleeps the power is lost; 0 for never. Such a device does not know the time of day. */
    powerLossEvery: number
    /** What the device is set to beyond that. */
    policy?: Policy
}

const powered = { hasFlash: true, powerLossEvery: 0 }

export const columns: readonly Column[] = [
    { name: "1.2 ID", what: "TLS 1.2, session ID", device: "1.2 ID", ...powered },
    { name: "1.2 ticket", what: "TLS 1.2, ticket", device: "1.2", ...powered },
    { name: "1.3 ticket", what: "TLS 1.3, tickets", device: "1.3", ...powered },
    {
        name: "1.2 cut",
        what: "TLS 1.2, ticket; the power is cut at each sleep",
        ...{ device: "1.2", hasFlash: true, powerLossEvery: 1 },
    },
    {
        name: "1.3 cut",
        what: "TLS 1.3, tickets; the power is cut at each sleep",
        ...{ device: "1.3", hasFlash: true, powerLossEvery: 1 },
    },
    {
        name: "1.3 cut/3",
        what: "TLS 1.3, tickets; the power is cut at each third sleep",
        ...{ device: "1.3", hasFlash: true, powerLossEvery: 3 },
    },
    { name: "1.3 cert", what: "TLS 1.3, tickets, with a client certificate", device: "1.3 certificate", ...powered },
    {
        name: "1.3 RTC",
        what: "TLS 1.3, tickets, no flash",
        ...{ device: "1.3", hasFlash: false, powerLossEvery: 0 },
    },
    {
        name: "1.3 reuse",
        what: "TLS 1.3, tickets, with `policy.reuse` set to `when-not-renewed`",
        ...{ device: "1.3", ...powered, policy: { reuse: "when-not-renewed" } },
    },
    { name: "auto", what: "TLS 1.2 and 1.3 are both allowed", device: "auto", ...powered },
]

/** It speaks this version and no other. */
export const speaksOnly = (device: Device, version: TlsVersion): boolean =>
    devices[device].minVersion === version && devices[device].maxVersion === version
