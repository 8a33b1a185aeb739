import { startOpenssl } from "#dev/servers/openssl.js"
import { describeEveryGroup, describeEveryKind, describeSha384Alone } from "./every-server.js"

describeEveryKind("OpenSSL", startOpenssl)
describeEveryGroup("OpenSSL", startOpenssl)
describeSha384Alone("OpenSSL", startOpenssl)
