// @ts-check
// Each guard is missed by its test when it is taken out.
import { run } from "../setup/shell.mjs"

export default () => run([process.execPath, "build/dev/guards/main.js"])
