import { nginx } from "#dev/servers/nginx.js"
import { describeEveryCertificate, describeEveryGroup, describeMatrix, describeSha384Alone } from "./every-server.js"

describeMatrix(nginx)
describeEveryCertificate(nginx)
describeEveryGroup(nginx)
describeSha384Alone(nginx)
