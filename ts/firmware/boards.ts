// The boards there is firmware for: boards/<chip>/<id>.board.json.
import { readdirSync } from "node:fs"
import { basename, join } from "node:path"
import { WarmhelloError } from "../base/errors.js"
import { checkoutPath } from "../base/paths.js"

export interface Board {
    id: string
    /** ESP-IDF's name of the chip, and that of the environment in platformio.ini. */
    chip: string
    file: string
}

const SUFFIX = ".board.json"

export function listBoards(): Board[] {
    const root = checkoutPath("boards")
    const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return folders.flatMap(({ name: chip }) =>
        readdirSync(join(root, chip))
            .filter((file) => file.endsWith(SUFFIX))
            .map((file) => ({ id: basename(file, SUFFIX), chip, file: join(root, chip, file) })),
    )
}

/** Throws `unknown-board`, naming those that there are. */
export function findBoard(id: string): Board {
    const boards = listBoards()
    const board = boards.find((each) => each.id === id)
    if (board !== undefined) return board
    const known = boards.map((each) => each.id).sort()
    throw new WarmhelloError("unknown-board", `there is no board ${id}; there are: ${known.join(", ")}`)
}
