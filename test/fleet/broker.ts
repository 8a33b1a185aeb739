// A real mosquitto, which keeps sessions and messages on its disk.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathOf } from "#dev/servers/program.js"
import { endWithUs } from "#warmhello/base/temporary.js"

export class Broker implements AsyncDisposable {
    readonly #child: ReturnType<typeof spawn>
    readonly url: string

    private constructor(child: ReturnType<typeof spawn>, port: number) {
        this.#child = child
        this.url = `mqtt://127.0.0.1:${port}`
    }

    static async start(folder: string, port: number, more: string[] = ["allow_anonymous true"]): Promise<Broker> {
        const path = join(folder, "mosquitto.conf")
        const persistence = ["persistence true", `persistence_location ${folder}/`, "autosave_interval 1", "user root"]
        writeFileSync(path, [`listener ${port} 127.0.0.1`, "log_dest stderr", ...persistence, ...more, ""].join("\n"))
        const child = spawn(pathOf("mosquitto") ?? "mosquitto", ["-c", path], { stdio: ["ignore", "ignore", "pipe"] })
        endWithUs(child)
        let log = ""
        for await (const text of child.stderr.setEncoding("utf8")) {
            log += text
            if (/mosquitto version \S+ running/.test(log)) break
        }
        child.stderr.destroy()
        return new Broker(child, port)
    }

    async [Symbol.asyncDispose](): Promise<void> {
        this.#child.kill()
        if (this.#child.exitCode === null) await once(this.#child, "close")
    }
}
