// A process that runs lives of a soak test, one after the other.
import { serveTasks } from "../task-process.js"
import { live } from "./life.js"
import type { SoakResult } from "./result.js"
import type { LifeTask } from "./soak.js"

const NEWS_EVERY = 20

serveTasks<LifeTask, SoakResult>((task, tell) =>
    live({ ...task, onWake: (soFar) => void (soFar.wakes % NEWS_EVERY === 0 && tell(soFar)) }),
)
