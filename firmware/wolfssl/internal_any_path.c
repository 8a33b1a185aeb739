/* wolfSSL's src/internal.c, with each certificate that a server sends judged by core/src/peer_path.c, which
 * calls what wolfSSL would have called here and takes its verdict into account.
 *
 * A server that refuses a ticket may name a session in its ServerHello all the same (RFC 5077 3.4), as
 * GnuTLS, Java and s2n-tls do. wolfSSL ends the handshake then, unless it is built for wpa_supplicant: there,
 * as here, the messages that follow tell that it is a full handshake. That word is in no other place of this
 * file.
 */
#include <wolfssl/wolfcrypt/libwolfssl_sources.h>

#include <wolfssl/internal.h>
#include <wolfssl/wolfcrypt/asn.h>

int wh_wolfssl_parse_peer(DecodedCert *certificate, int type, int verify, void *cm, Signer *extra);

#define ParseCertRelative wh_wolfssl_parse_peer /* NOLINT(readability-identifier-naming) */

#define WOLFSSL_WPAS
#include <src/internal.c> /* NOLINT(bugprone-suspicious-include) */
