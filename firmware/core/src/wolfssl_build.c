/* The wolfSSL build as a number, see wh_wolfssl_build(). An option keeps its bit for ever. */
#include <wolfssl/ssl.h>
#include <wolfssl/version.h>

#include "binding.h"

enum {
    BIT_TLS13 = 1u << 0,
    BIT_SESSION_TICKET = 1u << 1,
    BIT_EXTENDED_MASTER = 1u << 2,
    BIT_SESSION_CERTS = 1u << 3,
    BIT_OPENSSL_EXTRA = 1u << 4,
    BIT_CLIENT_CACHE = 1u << 5,
    BIT_SESSION_ID_CTX = 1u << 6,
    BIT_MILLI_TIME32 = 1u << 7,
    BIT_EARLY_DATA = 1u << 8,
    BIT_SNI = 1u << 9,
    BIT_ALPN = 1u << 10,
    BIT_SERVER = 1u << 11,
    BIT_PSK = 1u << 12,
    BIT_NO_SUITE_CHECK = 1u << 13,
    BIT_NONCE_MALLOC = 1u << 14,
    BIT_PEER_CERT_KEPT = 1u << 15,
};

static const uint32_t options = 0
#ifdef WOLFSSL_TLS13
                                | BIT_TLS13
#endif
#ifdef HAVE_SESSION_TICKET
                                | BIT_SESSION_TICKET
#endif
#ifdef HAVE_EXTENDED_MASTER
                                | BIT_EXTENDED_MASTER
#endif
#ifdef SESSION_CERTS
                                | BIT_SESSION_CERTS
#endif
#if defined(OPENSSL_EXTRA) || defined(OPENSSL_EXTRA_X509_SMALL)
                                | BIT_OPENSSL_EXTRA
#endif
#ifndef NO_CLIENT_CACHE
                                | BIT_CLIENT_CACHE
#endif
#ifdef WOLFSSL_SESSION_ID_CTX
                                | BIT_SESSION_ID_CTX
#endif
#ifdef WOLFSSL_32BIT_MILLI_TIME
                                | BIT_MILLI_TIME32
#endif
#ifdef WOLFSSL_EARLY_DATA
                                | BIT_EARLY_DATA
#endif
#ifdef HAVE_SNI
                                | BIT_SNI
#endif
#ifdef HAVE_ALPN
                                | BIT_ALPN
#endif
#ifndef NO_WOLFSSL_SERVER
                                | BIT_SERVER
#endif
#ifndef NO_PSK
                                | BIT_PSK
#endif
#ifdef NO_RESUME_SUITE_CHECK
                                | BIT_NO_SUITE_CHECK
#endif
#ifdef WOLFSSL_TICKET_NONCE_MALLOC
                                | BIT_NONCE_MALLOC
#endif
#ifdef KEEP_PEER_CERT
                                | BIT_PEER_CERT_KEPT
#endif
    ;

uint64_t wh_wolfssl_build(void)
{
    return (uint64_t)LIBWOLFSSL_VERSION_HEX << 32 | options;
}
