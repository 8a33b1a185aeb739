// All cases of the proxy.
import type { ProxyCase } from "./case.js"
import { alertCases } from "./cases/alerts.js"
import { answersCases } from "./cases/answers.js"
import { bitCases } from "./cases/bits.js"
import { clientHelloCases } from "./cases/client-hellos.js"
import { endCases } from "./cases/ends.js"
import { floodCases } from "./cases/floods.js"
import { lengthCases } from "./cases/lengths.js"
import { orderCases } from "./cases/order.js"
import { serverHelloCases } from "./cases/server-hellos.js"

export const proxyCases: readonly ProxyCase[] = [
    ...[...bitCases, ...endCases, ...alertCases, ...orderCases, ...lengthCases, ...floodCases],
    ...[...clientHelloCases, ...serverHelloCases, ...answersCases],
]
