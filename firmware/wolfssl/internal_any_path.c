/* wolfSSL's src/internal.c, with each certificate that a server sends judged by core/src/peer_path.c, which
 * calls what wolfSSL would have called here and takes its verdict into account.
 */
#include <wolfssl/wolfcrypt/libwolfssl_sources.h>

#include <wolfssl/internal.h>
#include <wolfssl/wolfcrypt/asn.h>

int wh_wolfssl_parse_peer(DecodedCert *certificate, int type, int verify, void *cm, Signer *extra);

#define ParseCertRelative wh_wolfssl_parse_peer /* NOLINT(readability-identifier-naming) */

#include <src/internal.c> /* NOLINT(bugprone-suspicious-include) */
