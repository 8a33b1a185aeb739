// A process that runs lives of a soak test, one after the other.
import { serveTasks } from "../task-process.js"
import { live } from "./life.js"
import type { SoakResult } from "./result.js"
import type { LifeTask } from "./soak.js"

serveTasks<LifeTask, SoakResult>((task, onWake) => live({ ...task, onWake }))
