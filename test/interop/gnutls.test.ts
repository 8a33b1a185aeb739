import { gnutls } from "#dev/servers/gnutls.js"
import { describeEveryCertificate, describeEveryGroup, describeMatrix } from "./every-server.js"

describeMatrix(gnutls)
describeEveryCertificate(gnutls)
describeEveryGroup(gnutls)
