// Starts the service beside `devs devtools`, for its simulator pages, VS Code and apps:
//
//     npm run build:sim && npm run start:sim
import { startFirmware } from "./runtime.js"

const socket = process.env.WARMHELLO_SIM
if (socket === undefined) {
    console.error("Set WARMHELLO_SIM to a path, here and for devs: the two meet there.")
    process.exit(2)
}
try {
    await startFirmware(socket)
} catch (error) {
    console.error(`WARMHELLO_SIM=${socket} cannot be listened on: ${(error as Error).message}`)
    process.exit(2)
}
console.log(`TLS Session service: connections come by ${socket}`)
