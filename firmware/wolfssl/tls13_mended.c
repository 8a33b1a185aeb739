/* wolfSSL's src/tls13.c with three changes.
 *
 * It ends a connection at two sorts of tickets. An app cannot fix its server, so here it goes on.
 *
 * A lifetime over seven days (SERVER_HINT_ERROR): RFC 8446 4.6.1 forbids servers such a one, and clients to
 * keep a ticket longer; it does not ask them to hang up. The ticket is taken, and its lifetime bounded where
 * sessions are captured.
 *
 * More than fits into the longest certificate message, 32 KB (HANDSHAKE_SIZE_ERROR): a ticket may have 64 KB.
 * It is read, if there is memory for it, and not kept. A server that is not known yet has no more room than
 * before.
 *
 * It believes any server that says to have taken early data. Here core/src/early_data.c looks whether that
 * can be, once all of the server's extensions are read and before the client's Finished goes out.
 */
#include <stdbool.h>
#include <stdint.h>

#include <wolfssl/wolfcrypt/libwolfssl_sources.h>

#include <wolfssl/internal.h>

/* An enumerator up to here. */
#define MAX_LIFETIME UINT32_MAX

/* The longest NewSessionTicket: lifetime, age, nonce, ticket and extensions. */
#define WH_TICKET_MESSAGE_MAX (4 + 4 + 1 + 255 + 2 + UINT16_MAX + 2 + UINT16_MAX)
#undef MAX_HANDSHAKE_SZ
#define MAX_HANDSHAKE_SZ                                                                                     \
    (type == session_ticket && ssl->options.handShakeState == HANDSHAKE_DONE ? WH_TICKET_MESSAGE_MAX         \
                                                                             : MAX_CERTIFICATE_SZ)

int wh_wolfssl_believes_early_data(WOLFSSL *ssl);

static int parse_extensions(WOLFSSL *ssl, const byte *bytes, word16 size, byte type, Suites *suites)
{
    int result = TLSX_Parse(ssl, bytes, size, type, suites);
    bool is_last = result == 0 && type == encrypted_extensions;
    return is_last && !wh_wolfssl_believes_early_data(ssl) ? INVALID_PARAMETER : result;
}

#define TLSX_Parse parse_extensions /* NOLINT(readability-identifier-naming) */

#include <src/tls13.c> /* NOLINT(bugprone-suspicious-include) */
