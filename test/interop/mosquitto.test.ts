import { mosquitto } from "#dev/servers/mosquitto.js"
import { describeEveryCertificate, describeEveryGroup, describeMatrix } from "./every-server.js"

describeMatrix(mosquitto)
describeEveryCertificate(mosquitto)
describeEveryGroup(mosquitto)
