// A process that does tasks one after the other: the core has one device for each process.
import { fork, type Serializable } from "node:child_process"
import { WarmhelloError } from "../ts/base/errors.js"
import { endWithUs } from "../ts/base/temporary.js"

/** What it says of a task, from time to time and at its end. */
type News<Result> = { result: Result; isOver: boolean } | { error: string }

interface TaskProcessOptions {
    /** An abort ends it, and its task with the signal's reason. */
    signal?: AbortSignal | undefined
    /** In the place of this process's own. Its errors then are in `errorOutput`, and nowhere else. */
    env?: NodeJS.ProcessEnv
}

export class TaskProcess<Task extends object, Result> implements Disposable {
    readonly #process
    readonly signal: AbortSignal | undefined
    errorOutput = ""

    /** `module` calls `serveTasks`. */
    constructor(module: URL, { signal, env }: TaskProcessOptions = {}) {
        this.signal = signal
        this.#process = fork(module, {
            ...{ execArgv: [], serialization: "advanced" },
            ...(env !== undefined && { env, stdio: ["inherit", "inherit", "pipe", "ipc"] }),
        })
        this.#process.stderr?.setEncoding("utf8").on("data", (text) => (this.errorOutput += text))
        endWithUs(this.#process)
        signal?.addEventListener("abort", () => this.#process.kill(), { once: true })
    }

    /** Its result; `told` hears those before it. */
    run(task: Task, told: (result: Result) => void = () => {}): Promise<Result> {
        return new Promise((done, failed) => {
            const fail = (error: string) => failed(new WarmhelloError("bug", error))
            const ended = () =>
                this.signal?.aborted === true
                    ? failed(this.signal.reason)
                    : fail("a process that does a part of the work has ended")
            const hear = (message: unknown) => {
                const news = message as News<Result>
                if ("error" in news) return fail(news.error)
                if (!news.isOver) return told(news.result)
                this.#process.off("message", hear).off("close", ended)
                done(news.result)
            }
            this.#process.on("message", hear).once("close", ended)
            this.#process.send(task as Serializable, (error) => error && fail(error.message))
        })
    }

    /** Also when it no longer listens. */
    endNow(): void {
        this.#process.kill("SIGKILL")
    }

    [Symbol.dispose](): void {
        this.#process.removeAllListeners("close")
        this.#process.kill()
    }
}

/** In the process: what is done with each task. Ends with who began it. */
export function serveTasks<Task, Result>(work: (task: Task, tell: (soFar: Result) => void) => Promise<Result>): void {
    const send = (news: News<Result>) => void process.send?.(news)
    process.on("message", (task) => {
        work(task as Task, (result) => send({ result, isOver: false })).then(
            (result) => send({ result, isOver: true }),
            (error: unknown) => send({ error: error instanceof Error ? `${error.stack}` : `${error}` }),
        )
    })
    // Its server and its folders go along.
    process.on("disconnect", () => process.exit())
    process.on("SIGTERM", () => process.exit())
    // Ctrl-C reaches all processes of a terminal; the one that began this one ends it, once it has heard all.
    for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {})
}
