// The entry of the workshop's own command: node build/dev/main.js.
import "#living-node"

const [{ run }, { program }] = await Promise.all([import("../ts/cli/run.js"), import("./program.js")])
await run(program)
