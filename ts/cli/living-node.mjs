// @ts-check
// The first import of each program here: an old Node ends in one sentence, before it meets anything that it does not know.
import { nodeIsTooOld, refuseOldNode } from "./node-version.mjs"

if (nodeIsTooOld) refuseOldNode()
