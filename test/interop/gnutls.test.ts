import { startGnutls } from "#dev/servers/gnutls.js"
import { describeEveryGroup, describeEveryKind, describeSha384Alone } from "./every-server.js"

// When GnuTLS refuses a TLS 1.2 ticket, its ServerHello still names a session ID. RFC 5077 3.4 lets it; wolfSSL takes
// it for a promise to resume and ends the handshake at the certificate (-373), so the refusal costs a second connect.
describeEveryKind("GnuTLS", startGnutls, ["ticket"])
describeEveryGroup("GnuTLS", startGnutls)
describeSha384Alone("GnuTLS", startGnutls, ["ticket"])
