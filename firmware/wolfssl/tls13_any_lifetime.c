/* wolfSSL's src/tls13.c, which ends a connection when a ticket in it has a lifetime over seven
 * days (SERVER_HINT_ERROR). RFC 8446 4.6.1 forbids servers such a lifetime, and clients to
 * keep a ticket longer; it does not ask them to hang up, and an app cannot mend its server.
 * Here the ticket is taken, and its lifetime bounded where sessions are captured.
 */
#include <stdint.h>

#include <wolfssl/wolfcrypt/libwolfssl_sources.h>

#include <wolfssl/internal.h>

/* An enumerator up to here. */
#define MAX_LIFETIME UINT32_MAX

#include <src/tls13.c> /* NOLINT(bugprone-suspicious-include) */
