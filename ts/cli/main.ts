// The entry of the command `warmhello`. The program is loaded once it is clear that this Node can read it.
import "#living-node"

const [{ run }, { program }] = await Promise.all([import("./run.js"), import("./program.js")])
await run(program)
