// `warmhello flash --board ID --app FILE --port P`: builds the app and the firmware and writes both to a board.

import { checkPort } from "../base/serial-port.js"
import { findBoard } from "../firmware/boards.js"
import { buildProgram } from "../firmware/build.js"
import { checkPio, upload } from "../firmware/pio.js"
import { SecretFolder } from "../provision/programs.js"
import { provisionImage } from "../provision/provision.js"
import { Output } from "./output.js"

export interface FlashFlags {
    board: string
    app: string
    port: string
    provision?: string
}

export async function flashCommand(flags: FlashFlags): Promise<void> {
    const output = new Output(undefined)
    const board = findBoard(flags.board)
    checkPio() // before anything that takes time
    await checkPort(flags.port)
    const image = flags.provision === undefined ? undefined : provisionImage(flags.provision)
    const { name, bytes } = await buildProgram(flags.app, board.id)
    output.line(`${name}: ${bytes} B of bytecode. PlatformIO builds the firmware; the first time takes minutes.`)
    using folder = new SecretFolder()
    const provision = image && folder.write("provision.bin", image)
    await upload({ environment: board.chip, port: flags.port, provision })
    output.line(`${name} is on the board. See its wakes with: npx warmhello monitor --port ${flags.port}`)
}
