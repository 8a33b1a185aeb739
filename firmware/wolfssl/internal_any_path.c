/* wolfSSL's src/internal.c, with each certificate that a server sends judged by core/src/peer_path.c, which
 * calls what wolfSSL would have called here and takes its verdict into account; and with a handshake hashed
 * by SHA-384 and SHA-512, beside SHA-256, only where one of them may be asked for (core/src/conn.c).
 *
 * A server that refuses a ticket may name a session in its ServerHello all the same (RFC 5077 3.4), as
 * GnuTLS, Java and s2n-tls do. wolfSSL ends the handshake then, unless it is built for wpa_supplicant: there,
 * as here, the messages that follow tell that it is a full handshake. That word is in no other place of this
 * file.
 *
 * And a context keeps in mind, for early data, when it was made. Only a server asks, and the number of
 * milliseconds would be divided for it by 1 KB of code that nothing else here has use for.
 */
#include <wolfssl/wolfcrypt/libwolfssl_sources.h>

#include <wolfssl/internal.h>
#include <wolfssl/wolfcrypt/asn.h>

int wh_wolfssl_parse_peer(DecodedCert *certificate, int type, int verify, void *cm, Signer *extra);

int wh_wolfssl_may_need_sha384(const WOLFSSL *ssl);

/* NOLINTBEGIN(readability-identifier-naming) */
#define wc_Sha384Update(hash, bytes, size)                                                                   \
    (wh_wolfssl_may_need_sha384(ssl) ? wc_Sha384Update(hash, bytes, size) : 0)
#define wc_Sha512Update(hash, bytes, size)                                                                   \
    (wh_wolfssl_may_need_sha384(ssl) ? wc_Sha512Update(hash, bytes, size) : 0)

#define ParseCertRelative wh_wolfssl_parse_peer
#define TimeNowInMilliseconds() 0
/* NOLINTEND(readability-identifier-naming) */

#define WOLFSSL_WPAS
#include <src/internal.c> /* NOLINT(bugprone-suspicious-include) */
