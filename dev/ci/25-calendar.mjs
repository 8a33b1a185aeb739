// @ts-check
// The product on other days.
import { run } from "../setup/shell.mjs"

export default () => run(["npm", "run", "--silent", "calendar"])
