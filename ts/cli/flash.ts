// `warmhello flash --board ID --app FILE --port P`: builds the app and the firmware and writes both to a board.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findBoard } from "../firmware/boards.js"
import { buildProgram } from "../firmware/build.js"
import { checkPio, upload } from "../firmware/pio.js"
import { checkPort } from "../firmware/serial-port.js"
import { provisionImage } from "../provision/provision.js"
import { Output } from "./output.js"

export interface FlashFlags {
    board: string
    app: string
    port: string
    provision?: string
}

/** Does the work with the image in a file that only this user can read, and only as long: it holds keys. */
async function withImage(image: Buffer | undefined, work: (file?: string) => Promise<void>): Promise<void> {
    if (image === undefined) return work()
    const folder = mkdtempSync(join(tmpdir(), "warmhello-"))
    const remove = () => rmSync(folder, { recursive: true, force: true })
    process.once("exit", remove) // Ctrl-C
    try {
        const file = join(folder, "provision.bin")
        writeFileSync(file, image, { mode: 0o600 })
        await work(file)
    } finally {
        remove()
        process.off("exit", remove)
    }
}

export async function flashCommand(flags: FlashFlags): Promise<void> {
    const output = new Output(undefined)
    const board = findBoard(flags.board)
    checkPio() // before anything that takes time
    await checkPort(flags.port)
    const image = flags.provision === undefined ? undefined : provisionImage(flags.provision)
    const { name, bytes } = await buildProgram(flags.app, board.id)
    output.line(`${name}: ${bytes} B of bytecode. PlatformIO builds the firmware; the first time takes minutes.`)
    await withImage(image, (provision) => upload({ environment: board.chip, port: flags.port, provision }))
    output.line(`${name} is on the board. See its wakes with: npx warmhello monitor --port ${flags.port}`)
}
