// Lets unmodified `devs run --test` and `devs devtools` connect through the C core:
//
//     NODE_OPTIONS="--import <checkout>/build/ts/preload/main.js" npx devs run src/app.ts --test
//
// The virtual machine opens TLS by tls.connect({ host, port }), with just these two options; every
// other user of tls in the process is left alone. Nothing heavy is loaded before the first such call,
// since the line above reaches every Node process that is started under it.
import tls from "node:tls"
import { VmSocket } from "./vm-socket.js"

const nodeConnect = tls.connect

function isVmCall(args: unknown[]): args is [{ host: string; port: number }] {
    const [options] = args
    if (args.length !== 1 || typeof options !== "object" || options === null) return false
    const { host, port, ...others } = options as Record<string, unknown>
    return typeof host === "string" && typeof port === "number" && Object.keys(others).length === 0
}

const connect = (...args: unknown[]): unknown =>
    isVmCall(args) ? new VmSocket(args[0]) : Reflect.apply(nodeConnect, tls, args)

Object.assign(tls, { connect })
