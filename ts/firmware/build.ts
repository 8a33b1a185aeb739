// What the firmware of a board is given of an app: C sources, and the board's configuration.
import { existsSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { asBytes, makeFolder, writeWhole } from "../base/files.js"
import { checkoutPath } from "../base/paths.js"
import { compileBoard, compileProgram } from "../devicescript/compile.js"
import { type Board, findBoard } from "./boards.js"
import { programSource, servicesHeader } from "./program-source.js"

export interface BuiltProgram {
    board: Board
    name: string
    bytes: number
    folder: string
}

/** Where the firmware's build looks for an app. */
function programFolder(board: Board): string {
    return checkoutPath(join("build/program", board.chip))
}

/** Leaves a file alone that is as it should be, so that no build compiles it anew. */
function writeIfNew(file: string, contents: string | Buffer): void {
    if (!existsSync(file) || !readFileSync(file).equals(asBytes(contents))) writeWhole(file, contents)
}

/** Compiles an app and writes program.c, services.h and dcfg.bin. Throws what compile.ts and boards.ts throw, and
 * `file-unwritable`. */
export async function buildProgram(app: string, boardId: string, into?: string): Promise<BuiltProgram> {
    const board = findBoard(boardId)
    const { bytecode, serviceConstants } = await compileProgram(app)
    const name = basename(app).replace(/\.(ts|devs)$/, "")
    const source = programSource({ name, board: board.id, bytecode })
    const configuration = await compileBoard(board.file)
    const folder = into ?? programFolder(board)
    makeFolder(folder)
    writeIfNew(join(folder, "program.c"), source)
    writeIfNew(join(folder, "services.h"), servicesHeader(serviceConstants))
    writeIfNew(join(folder, "dcfg.bin"), configuration)
    return { board, name, bytes: bytecode.length, folder }
}
