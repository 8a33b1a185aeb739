import { mosquitto } from "#dev/servers/mosquitto.js"
import { describeEveryCertificate, describeEveryGroup, describeMatrix, describeSha384Alone } from "./every-server.js"

describeMatrix(mosquitto)
describeEveryCertificate(mosquitto)
describeEveryGroup(mosquitto)
describeSha384Alone(mosquitto)
