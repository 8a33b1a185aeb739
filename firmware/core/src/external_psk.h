/* The device's external pre-shared key in a hello (RFC 8446 4.2.11; RFC 5489, RFC 8442 and RFC 7905 in
 * TLS 1.2), always with a key exchange beside it. Private. */
#ifndef WH_EXTERNAL_PSK_H
#define WH_EXTERNAL_PSK_H

#include <stdbool.h>
#include <stdint.h>

#include "warmhello/client.h"
#include "warmhello/errors.h"

struct WOLFSSL;

/* Whether a configuration has one that can be used, or none: both parts or neither, of 1 to 64 and of 16 to
 * 64 bytes. */
bool wh_external_psk_is_valid(const wh_client_config *config);

/* Copies the identity, which need not outlive the call, and computes what a session is tied to.
 * WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_external_psk_take(wh_client *client, const char *identity);

/* Whether the key is all that shows who a server is: no certificate is taken. */
static inline bool wh_external_psk_is_alone(const wh_client *client)
{
    return client->config.ca == NULL;
}

/* Whether the bytes of the key are those still that the client's sessions are tied to; true without a key. */
bool wh_external_psk_is_as_bound(const wh_client *client);

/* The hello of `ssl`, whose connection's client has a key, may be answered by it; `suites` are those that
 * wh_external_psk_suites() has written. Nothing leaves yet. */
void wh_external_psk_offer(struct WOLFSSL *ssl);

/* Writes the suites of TLS 1.2 with a pre-shared key, two bytes each. Returns how many bytes. */
uint16_t wh_external_psk_suites(uint8_t *out);
enum { WH_EXTERNAL_PSK_SUITES_MAX = 4 };

/* Whether a suite is one of those: the session that is attached came from such a handshake. */
bool wh_external_psk_has_suite(const struct WOLFSSL *ssl);

/* The handshake is done in full: whether the key alone has shown who the server is, together with a key
 * exchange. False for one that went by certificates, and for one that gave up forward secrecy. */
bool wh_external_psk_has_authenticated(const struct WOLFSSL *ssl);

#endif
