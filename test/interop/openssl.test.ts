import { startOpenssl } from "#dev/servers/openssl.js"
import { describeEveryGroup, describeEveryKind } from "./every-server.js"

describeEveryKind("OpenSSL", startOpenssl)
describeEveryGroup("OpenSSL", startOpenssl)
