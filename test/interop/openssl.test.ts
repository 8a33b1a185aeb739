import { openssl } from "#dev/servers/openssl.js"
import { describeEveryCertificate, describeEveryGroup, describeMatrix, describeSha384Alone } from "./every-server.js"

describeMatrix(openssl)
describeEveryCertificate(openssl)
describeEveryGroup(openssl)
describeSha384Alone(openssl)
