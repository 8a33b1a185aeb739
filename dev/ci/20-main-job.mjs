// @ts-check
// The main job, as a user starts it.
import { run } from "../setup/shell.mjs"

export default () => run(["npm", "start", "--silent"])
