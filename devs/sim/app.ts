// Starts the service beside `devs devtools`, for its simulator pages, VS Code and apps:
//
//     npm run build:sim && npm run start:sim
import { startFirmware } from "./runtime.js"

const socket = process.env.WARMHELLO_SIM
if (socket === undefined) throw new Error("Set WARMHELLO_SIM to a path, here and for devs: the two meet there.")
await startFirmware(socket)
console.log(`TLS Session service: connections come by ${socket}`)
