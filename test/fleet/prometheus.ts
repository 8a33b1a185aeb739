// A real Prometheus that scrapes a fleet.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { freePort } from "#dev/servers/free-port.js"
import { pathOf } from "#dev/servers/program.js"
import { endWithUs, TemporaryFolder } from "#warmhello/base/temporary.js"
import { until } from "./programs.js"

export interface Sample {
    metric: Record<string, string>
    value: [number, string]
}

export class Prometheus implements AsyncDisposable {
    readonly #child: ReturnType<typeof spawn>
    readonly #folder: TemporaryFolder
    readonly #url: string

    private constructor(child: ReturnType<typeof spawn>, folder: TemporaryFolder, url: string) {
        this.#child = child
        this.#folder = folder
        this.#url = url
    }

    static async start(targetPort: number): Promise<Prometheus> {
        const [folder, port] = [new TemporaryFolder("prometheus"), await freePort()]
        const target = { job_name: "fleet", static_configs: [{ targets: [`127.0.0.1:${targetPort}`] }] }
        const configuration = { global: { scrape_interval: "1s" }, scrape_configs: [target] }
        const args = [
            `--config.file=${folder.write("prometheus.yml", JSON.stringify(configuration))}`,
            `--storage.tsdb.path=${join(folder.path, "data")}`,
            `--web.listen-address=127.0.0.1:${port}`,
        ]
        const child = spawn(pathOf("prometheus") ?? "prometheus", args, { stdio: "ignore" })
        endWithUs(child)
        const url = `http://127.0.0.1:${port}`
        const isReady = () =>
            fetch(`${url}/-/ready`).then(
                ({ ok }) => ok,
                () => false,
            ) // at first it does not listen
        await until(isReady, (ready) => ready)
        return new Prometheus(child, folder, url)
    }

    async #get(path: string): Promise<{ status: string; error?: string; data?: { result: Sample[] } }> {
        return await (await fetch(this.#url + path)).json()
    }

    /** Throws what Prometheus finds wrong with the query. */
    async query(expression: string): Promise<Sample[]> {
        const { status, error, data } = await this.#get(`/api/v1/query?query=${encodeURIComponent(expression)}`)
        if (status !== "success") throw new Error(`${expression}: ${error}`)
        return data?.result ?? []
    }

    /** The samples once there are some. */
    scraped(expression: string): Promise<Sample[]> {
        return until(
            () => this.query(expression),
            (samples) => samples.length > 0,
        )
    }

    async [Symbol.asyncDispose](): Promise<void> {
        this.#child.kill()
        if (this.#child.exitCode === null) await once(this.#child, "close")
        this.#folder[Symbol.dispose]()
    }
}
