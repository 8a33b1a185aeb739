import { openssl } from "#dev/servers/openssl.js"
import { describeEveryCertificate, describeEveryGroup, describeMatrix } from "./every-server.js"

describeMatrix(openssl)
describeEveryCertificate(openssl)
describeEveryGroup(openssl)
