import { startMosquitto } from "#dev/servers/mosquitto.js"
import { describeEveryGroup, describeEveryKind } from "./every-server.js"

describeEveryKind("mosquitto", startMosquitto)
describeEveryGroup("mosquitto", startMosquitto)
