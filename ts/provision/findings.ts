// What a check of a provisioning file finds: errors, which no board gets, and warnings.
import type { WarmhelloError } from "../base/errors.js"

export type WarningCode =
    | "ca-expires-soon"
    | "certificate-expires-soon"
    | "ca-is-no-authority"
    | "common-name-only"
    | "ca-left-aside"
    | "chain-holds-root"
    | "clock-wrong"
    | "not-for-clients"
    | "several-keys"
    | "open-network"
    | "ipv6-host"
    | "psk-sessions"

export interface Warning {
    code: WarningCode
    message: string
    advice: string
}

export class Findings {
    readonly errors: WarmhelloError[] = []
    readonly warnings: Warning[] = []

    error(error: WarmhelloError): void {
        this.errors.push(error)
    }

    warning(code: WarningCode, message: string, advice: string): void {
        this.warnings.push({ code, message, advice })
    }
}
