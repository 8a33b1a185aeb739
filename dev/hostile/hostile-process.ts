// A process that runs cases by their names, one after the other.
import { serveTasks } from "../task-process.js"
import { cases } from "./cases.js"
import { Engine } from "./engine.js"
import type { CaseTask } from "./hostile.js"
import { startPeer } from "./peer/side.js"
import { startProxied } from "./proxy/side.js"
import type { CaseResult } from "./result.js"

const byName = new Map(cases.map((one) => [one.name, one]))

const once = <T>(start: () => Promise<T>): (() => Promise<T>) => {
    let started: Promise<T> | undefined
    return () => (started ??= start())
}
const proxied = once(() => Engine.start(startProxied()))
const peer = once(() => Engine.start(startPeer()))

serveTasks<CaseTask, CaseResult>(async ({ name }) => {
    const one = byName.get(name)
    if (one === undefined) throw new Error(`there is no case ${name}`)
    return one.family === "proxy" ? await (await proxied()).run(one) : await (await peer()).run(one)
})
