/* wolfSSL's src/internal.c, with each certificate that a server sends judged by core/src/peer_path.c, which
 * calls what wolfSSL would have called here and takes its verdict into account; and with a handshake hashed
 * by SHA-384 and SHA-512, beside SHA-256, only where one of them may be asked for (core/src/conn.c).
 */
#include <wolfssl/wolfcrypt/libwolfssl_sources.h>

#include <wolfssl/internal.h>
#include <wolfssl/wolfcrypt/asn.h>

int wh_wolfssl_parse_peer(DecodedCert *certificate, int type, int verify, void *cm, Signer *extra);

int wh_wolfssl_may_need_sha384(const WOLFSSL *ssl);

#define wc_Sha384Update(hash, bytes, size)                                                                   \
    (wh_wolfssl_may_need_sha384(ssl) ? wc_Sha384Update(hash, bytes, size) : 0)
#define wc_Sha512Update(hash, bytes, size)                                                                   \
    (wh_wolfssl_may_need_sha384(ssl) ? wc_Sha512Update(hash, bytes, size) : 0)

#define ParseCertRelative wh_wolfssl_parse_peer /* NOLINT(readability-identifier-naming) */

#include <src/internal.c> /* NOLINT(bugprone-suspicious-include) */
