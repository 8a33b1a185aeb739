import { startMosquitto } from "#dev/servers/mosquitto.js"
import { describeEveryGroup, describeEveryKind, describeSha384Alone } from "./every-server.js"

describeEveryKind("mosquitto", startMosquitto)
describeEveryGroup("mosquitto", startMosquitto)
describeSha384Alone("mosquitto", startMosquitto)
