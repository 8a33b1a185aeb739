import { nodeBody, simulatorBody } from "../support/hostile-bodies.js"
import { describeHostileServers } from "../support/hostile-table.js"

const limits = { deadlineMs: 600, slackMs: 500 }

describeHostileServers("Node", nodeBody(limits))
describeHostileServers("the simulator", simulatorBody(limits))
