// The firmware's side beside `devs devtools`: the core for the connections of DeviceScript's VM, wherever
// that runs, and the service on the bus of devtools. devs/sim starts it.

import { existsSync, rmSync } from "node:fs"
import net from "node:net"
import { z } from "zod"
import { WarmhelloError } from "../base/errors.js"
import { jsonOf } from "../base/json.js"
import { Service } from "../core/service.js"
import { ServiceBus } from "../service/bus.js"
import { DevtoolsTransport } from "../service/devtools-transport.js"
import { connectVm, reportError, wakeUp } from "./core.js"
import { onFirstLine, type Told, type Wanted } from "./remote-socket.js"

const wantedSchema = z.object({ host: z.string().min(1), port: z.int().min(1).max(65535) })

export interface Firmware extends Disposable {
    service: Service
}

/** Listens on `path` for the VM's connections, which find it by WARMHELLO_SIM, and joins devtools as soon as it is
 * there. The environment is that of the preload (README.md). */
export async function startFirmware(path: string): Promise<Firmware> {
    wakeUp()
    const service = new Service()
    const bus = new ServiceBus(service, [new DevtoolsTransport()])
    const server = net.createServer((vm) => serve(vm, service))
    if (existsSync(path)) rmSync(path) // left by one that was killed
    await new Promise<void>((listening, failed) => {
        server.once("error", failed)
        server.listen(path, listening)
    })
    return {
        service,
        [Symbol.dispose]() {
            server.close()
            bus[Symbol.dispose]()
        },
    }
}

/** What the first line asks for. Throws a WarmhelloError. */
function parseWanted(line: string): Wanted {
    const wanted = wantedSchema.safeParse(jsonOf(line))
    if (!wanted.success) throw new WarmhelloError("bad-option", `a connection by WARMHELLO_SIM asked for ${line}`)
    return wanted.data
}

function serve(vm: net.Socket, service: Service): void {
    const early: Buffer[] = []
    let write = (bytes: Buffer): unknown => early.push(bytes)
    const tell = (told: Told) => vm.write(`${JSON.stringify(told)}\n`)
    const finish = (told: Told) => vm.end(`${JSON.stringify(told)}\n`)
    vm.on("error", () => {}) // a VM that is ended
    const wanted = (line: string) => {
        try {
            const socket = connectVm(parseWanted(line), service)
            socket.on("open", () => tell({ opened: true }))
            socket.on("data", (bytes) => tell({ data: bytes.toString("base64") }))
            socket.on("end", () => finish({ ended: true }))
            socket.on("error", (error) => finish({ error: error.message }))
            vm.on("close", () => socket.close())
            vm.on("end", () => socket.close())
            write = (bytes) => socket.write(bytes)
            for (const bytes of early.splice(0)) socket.write(bytes)
        } catch (error) {
            if (!(error instanceof WarmhelloError)) throw error
            reportError(error)
            write = () => {}
            finish({ error: error.message })
        }
    }
    onFirstLine(vm, wanted, (bytes) => write(bytes))
}
