import { startGnutls } from "#dev/servers/gnutls.js"
import { describeEveryGroup, describeEveryKind } from "./every-server.js"

// When GnuTLS refuses a TLS 1.2 ticket, its ServerHello still names a session ID, as RFC 5077 3.4 lets it. wolfSSL alone
// would end the handshake at the certificate.
describeEveryKind("GnuTLS", startGnutls)
describeEveryGroup("GnuTLS", startGnutls)
