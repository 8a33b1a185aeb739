// @ts-check
// Everything that reads the source without running it.
import { run } from "../setup/shell.mjs"

export default () => run([process.execPath, "dev/setup/lint.mjs"])
