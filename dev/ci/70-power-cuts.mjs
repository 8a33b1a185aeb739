// @ts-check
// Power lost at each write.
import { run } from "../setup/shell.mjs"

export default () => run(["build/powercuts/powercuts/powercuts"])
