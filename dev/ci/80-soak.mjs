// @ts-check
// 2500 wakes under random faults.
import { run } from "../setup/shell.mjs"

export default () => run(["npm", "run", "--silent", "soak", "--", "--cycles", "2500", "--jobs", "2"])
