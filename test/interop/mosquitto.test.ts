import { startMosquitto } from "../support/servers/mosquitto.js"
import { describeEveryGroup, describeEveryKind } from "./every-server.js"

describeEveryKind("mosquitto", startMosquitto)
describeEveryGroup("mosquitto", startMosquitto)
