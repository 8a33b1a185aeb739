// What a simulation knows for a budget: milliseconds and bytes, no energy.
import type { FigureSource, Value } from "../run/figures.js"
import type { Wake } from "../sim/simulation.js"

type Reader = (wake: Wake) => number | null

const readers: Partial<Record<string, Reader>> = {
    "tls time": ({ handshakeMs }) => handshakeMs,
    "tls bytes": ({ bytesTx, bytesRx }) => bytesTx + bytesRx,
    "wake time": ({ wallMs }) => wallMs,
    "wake bytes": ({ totalTx, totalRx }) => totalTx + totalRx,
}

export function figuresOfSimulation(wakes: readonly Wake[]): FigureSource {
    return ({ of, result }, quantity) => {
        const reader = readers[`${of} ${quantity}`]
        if (reader === undefined) {
            return "a simulation knows tls and wake in ms, s and B; warmhello estimate --from its JSON knows energies"
        }
        const values: Value[] = wakes
            .filter((wake) => (result === undefined ? wake.result !== "failed" : wake.result === result))
            .flatMap((wake) => reader(wake) ?? [])
            .map((value) => ({ value, weight: 1 }))
        return values.length > 0 ? values : `there is no ${result === undefined ? "" : `${result} `}wake with TLS`
    }
}
