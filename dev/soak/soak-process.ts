// A process that runs lives of a soak test, one after the other.
import { live } from "./life.js"
import type { LifeNews, LifeTask } from "./soak.js"

const tell = (news: LifeNews): void => void process.send?.(news)

const NEWS_EVERY = 20

async function run(task: LifeTask): Promise<void> {
    const result = await live({
        ...task,
        onWake: (soFar) => {
            if (soFar.wakes % NEWS_EVERY === 0) tell({ result: soFar, isOver: false })
        },
    })
    tell({ result, isOver: true })
}

process.on("message", (task) => {
    run(task as LifeTask).catch((error: unknown) =>
        tell({ error: error instanceof Error ? `${error.stack}` : `${error}` }),
    )
})
// Its server and its folders go along.
process.on("disconnect", () => process.exit())
process.on("SIGTERM", () => process.exit())
// Ctrl-C reaches all processes of a terminal; the one that began this one ends it, once it has heard all.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {})
