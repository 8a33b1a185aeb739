// `warmhello build APP --board ID`: the app as C sources for the firmware.
import { relative } from "node:path"
import { buildProgram } from "../firmware/build.js"
import { Output } from "./output.js"

export interface BuildFlags {
    board: string
    out?: string
    json?: string
}

export async function buildCommand(app: string, flags: BuildFlags): Promise<void> {
    const output = new Output(flags.json)
    const { board, name, bytes, folder } = await buildProgram(app, flags.board, flags.out)
    output.line(`${name} for ${board.id}: ${bytes} B of bytecode, C sources in ${relative(".", folder) || "."}`)
    output.json({ name, board: board.id, chip: board.chip, bytes, folder })
}
