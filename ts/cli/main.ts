// The entry of the command `warmhello`. The program is loaded once it is clear that this Node can read it.
import "#living-node"

import("./run.js")
