import { nginx } from "#dev/servers/nginx.js"
import { describeEveryCertificate, describeEveryGroup, describeMatrix } from "./every-server.js"

describeMatrix(nginx)
describeEveryCertificate(nginx)
describeEveryGroup(nginx)
