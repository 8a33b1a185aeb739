// All cases of both families.
import type { PeerCase } from "./peer/case.js"
import { peerCases } from "./peer/cases.js"
import type { ProxyCase } from "./proxy/case.js"
import { proxyCases } from "./proxy/cases.js"

export type HostileCase = ProxyCase | PeerCase

export const cases: readonly HostileCase[] = [...proxyCases, ...peerCases]
