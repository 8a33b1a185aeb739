import { gnutls } from "#dev/servers/gnutls.js"
import { describeEveryCertificate, describeEveryGroup, describeMatrix, describeSha384Alone } from "./every-server.js"

describeMatrix(gnutls)
describeEveryCertificate(gnutls)
describeEveryGroup(gnutls)
describeSha384Alone(gnutls)
