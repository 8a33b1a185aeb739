// Runs test apps in the simulator, in this process.
import type { AppLine } from "#warmhello/sim/simulated-device.js"
import { plainRun, type Simulation, type SimulationOptions, simulate, type Wake } from "#warmhello/sim/simulation.js"
import { type AppName, appBytecode } from "./compile-apps.js"
import type { sessionKinds } from "./tls-server.js"

type Kind = (typeof sessionKinds)[number]

/** The options that make the app use this kind of session. */
export function kindOptions(kind: Kind): Pick<SimulationOptions, "minVersion" | "maxVersion" | "tickets"> {
    return { minVersion: kind.version, maxVersion: kind.version, tickets: kind.tickets }
}

export interface AppRun extends Simulation {
    /** What the app printed, without its debug lines. */
    lines: AppLine[]
}

/** Runs the app for three wakes against the built-in server, but for what is given. */
export async function runApp(app: AppName, given: Partial<SimulationOptions> = {}): Promise<AppRun> {
    const lines: AppLine[] = []
    const simulation = await simulate({
        ...plainRun,
        program: appBytecode(app),
        minVersion: "1.2",
        maxVersion: "1.3",
        cycles: 3,
        ...given,
        onConsole: (line) => {
            if (line.level !== "debug") lines.push(line)
            given.onConsole?.(line)
        },
    })
    return { ...simulation, lines }
}

export const resultsOf = (wakes: Wake[]) => wakes.map(({ result }) => result)
