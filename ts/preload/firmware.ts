// The firmware's side beside `devs devtools`: the core for the connections of DeviceScript's VM, wherever
// that runs, and the service on the bus of devtools. devs/sim starts it.
import { existsSync, rmSync } from "node:fs"
import net from "node:net"
import { Service } from "../core/service.js"
import { WarmhelloError } from "../errors.js"
import { ServiceBus } from "../service/bus.js"
import { DevtoolsTransport } from "../service/devtools-transport.js"
import { connectVm, reportError, wakeUp } from "./core.js"
import { type Opened, onFirstLine, type Wanted } from "./remote-socket.js"

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

function serve(vm: net.Socket, service: Service): void {
    const early: Buffer[] = []
    let write = (bytes: Buffer): unknown => early.push(bytes)
    const answer = (opened: Opened) => vm.write(`${JSON.stringify(opened)}\n`)
    vm.on("error", () => {}) // a VM that is ended
    const wanted = (line: string) => {
        const peer: Wanted = JSON.parse(line)
        try {
            const socket = connectVm(peer, service)
            socket.on("open", () => answer({ opened: true }))
            socket.on("data", (bytes) => vm.write(bytes))
            socket.on("end", () => vm.end())
            socket.on("error", (error) => vm.end(`${JSON.stringify({ error: error.message })}\n`))
            vm.on("close", () => socket.close())
            vm.on("end", () => socket.close())
            write = (bytes) => socket.write(bytes)
            for (const bytes of early.splice(0)) socket.write(bytes)
        } catch (error) {
            if (!(error instanceof WarmhelloError)) throw error
            reportError(error)
            vm.end(`${JSON.stringify({ error: error.message })}\n`)
        }
    }
    onFirstLine(vm, wanted, (bytes) => write(bytes))
}
