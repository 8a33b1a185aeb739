// @ts-check
// A million steps of the store against a model, other ones each time.
import { run } from "../setup/shell.mjs"

const seed = String(Math.floor(Math.random() * 2 ** 31))

export default () => run(["build/powercuts/powercuts/store_model", "--steps", "1000000", "--seed", seed])
