// What is offered for containers: valid by the schemas of Compose and Kubernetes, and of commands that work.
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { afterEach, describe, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startMosquitto } from "#dev/servers/mosquitto.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { endWithUs } from "#warmhello/base/temporary.js"
import { parseStorm } from "#warmhello/run/storm.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { checkCompose, checkKubernetes, documentsOf } from "./manifests.js"

const COMPOSE = checkoutPath("dev/storm/deploy/compose.yaml")
const KUBERNETES = checkoutPath("dev/storm/deploy/kubernetes.yaml")
const PYTHON = checkoutPath("build/storm/python/bin/python")

describe("each manifest is valid, and a wrong one is not", () => {
    test.each([
        ["Compose", COMPOSE, checkCompose, "depends_on:", "depends_upon:"],
        ["Kubernetes", KUBERNETES, checkKubernetes, "restartPolicy", "restartPolici"],
    ] as const)("%s", async (_, file, check, right, wrong) => {
        await check(file)
        const text = readFileSync(file, "utf8")
        expect(text).toContain(right)
        const spoilt = `${temporaryFolder()}/spoilt.yaml`
        writeFileSync(spoilt, text.replace(right, wrong))
        await expect(check(spoilt)).rejects.toThrow("Command failed")
    })
})

type Commands = { master: string[]; worker: string[]; workers: number }

async function ofCompose(): Promise<Commands> {
    type Service = { command: string[]; deploy?: { replicas: number } }
    const [{ services }] = (await documentsOf(COMPOSE)) as [{ services: { master: Service; worker: Service } }]
    const { master, worker } = services
    return { master: master.command, worker: worker.command, workers: worker.deploy?.replicas ?? 0 }
}

async function ofKubernetes(): Promise<Commands> {
    type Pod = { template: { spec: { containers: [{ args: string[] }] } }; replicas: number }
    const documents = (await documentsOf(KUBERNETES)) as { kind: string; spec: Pod }[]
    const found = (kind: string) => documents.find((one) => one.kind === kind)?.spec
    const args = (pod: Pod | undefined) => pod?.template.spec.containers[0].args ?? []
    const worker = found("Deployment")
    return { master: args(found("Job")), worker: args(worker), workers: worker?.replicas ?? 0 }
}

const running: ChildProcess[] = []
afterEach(() => {
    for (const child of running.splice(0)) child.kill("SIGKILL")
})

/** A command as it is, with values of this test for some of its flags. */
function start(command: readonly string[], values: Record<string, string>): Promise<number | null> {
    const args = command.map((flag) => {
        const [name = ""] = flag.split("=")
        return name in values ? `${name}=${values[name]}` : flag
    })
    const child = spawn(PYTHON, ["-m", "locust", "--exit-code-on-error", "0", "--stop-timeout", "0", ...args], {
        cwd: checkoutPath("."),
        stdio: "ignore",
        env: { ...process.env, PYTHONPATH: checkoutPath("dev"), PYTHONDONTWRITEBYTECODE: "1" },
    })
    endWithUs(child)
    running.push(child)
    return new Promise((done) => child.once("close", done))
}

test.each([
    ["Compose", ofCompose],
    ["Kubernetes", ofKubernetes],
] as const)("the commands of %s make a storm", { timeout: 90_000 }, async (_, commandsOf) => {
    const { master, worker, workers } = await commandsOf()
    expect(master).toContain(`--expect-workers=${workers}`)
    const identity = await createIdentity()
    using server = await startMosquitto({ identity: identity.server })
    const folder = temporaryFolder()
    writeFileSync(`${folder}/ca.pem`, identity.ca)
    const scenario = { "--locustfile": checkoutPath("test/storm/quick_minute.py") }
    const port = `${20_000 + Math.floor(Math.random() * 12_000)}`
    const few = start([...master, `--master-bind-port=${port}`, "--master-bind-host=127.0.0.1"], {
        ...scenario,
        ...{ "--expect-workers": "2", "--users": "20", "--spawn-rate": "20" },
        ...{ "--host": `mqtts://localhost:${server.port}`, "--storm-ca": `${folder}/ca.pem` },
        "--storm-json": `${folder}/storm.json`,
    })
    const both = [0, 1].map(() =>
        start([...worker, `--master-port=${port}`], { ...scenario, "--master-host": "127.0.0.1" }),
    )
    expect(await few).toBe(0)
    await Promise.all(both)
    expect(existsSync(`${folder}/storm.json`)).toBe(true)
    const result = parseStorm(JSON.parse(readFileSync(`${folder}/storm.json`, "utf8")), "storm.json")
    expect(result).toMatchObject({ devices: 20, workers: 2, wakes: 80, failures: 0, undelivered: 0 })
    expect(result.load.map(({ devices }) => devices)).toEqual([10, 10])
})
