#include "external_psk.h"

#include <string.h>

#include <wolfssl/internal.h>

#include "binding.h"
#include "conn.h"

enum { KEY_MIN = 16, KEY_MAX = 64 };

_Static_assert(MAX_PSK_ID_LEN == WH_PSK_IDENTITY_MAX, "wolfSSL has room for an identity");
_Static_assert(MAX_PSK_KEY_LEN >= KEY_MAX, "wolfSSL has room for a key");

bool wh_client_psk_fits(const char *identity, size_t key_size)
{
    size_t size = strnlen(identity, WH_PSK_IDENTITY_MAX + 1);
    return size > 0 && size <= WH_PSK_IDENTITY_MAX && key_size >= KEY_MIN && key_size <= KEY_MAX;
}

bool wh_external_psk_is_valid(const wh_client_config *config)
{
    if (config->psk_identity == NULL || config->psk_key == NULL) {
        return config->psk_identity == NULL && config->psk_key == NULL;
    }
    return wh_client_psk_fits(config->psk_identity, config->psk_key_size) &&
           !config->policy.without_extended_master_secret;
}

/* With its closing zero, so that no identity and key run into one another. */
static int digest_of(const wh_client *client, uint8_t digest[WH_DIGEST_SIZE])
{
    return wh_digest_of_two((const uint8_t *)client->psk_identity, strlen(client->psk_identity) + 1,
                            client->config.psk_key, client->config.psk_key_size, digest);
}

int wh_external_psk_take(wh_client *client, const char *identity)
{
    memcpy(client->psk_identity, identity, strlen(identity));
    return digest_of(client, client->psk_digest);
}

bool wh_external_psk_is_as_bound(const wh_client *client)
{
    uint8_t digest[WH_DIGEST_SIZE];
    return client->config.psk_key == NULL ||
           (digest_of(client, digest) == WH_OK && memcmp(digest, client->psk_digest, sizeof digest) == 0);
}

/* ---- What wolfSSL asks for ----------------------------------------------------------------------- */

static unsigned int give(const WOLFSSL *ssl, char *identity, unsigned int identity_max, unsigned char *key,
                         unsigned int key_max)
{
    wh_conn *conn = ssl->IOCB_ReadCtx;
    const wh_client *client = conn->client;
    size_t identity_size = strlen(client->psk_identity) + 1;
    size_t key_size = client->config.psk_key_size;
    bool fits = identity_size <= identity_max + 1u && key_size <= key_max;
    bool is_answered = conn->outcome.total_rx > 0; /* before that, hello.c has just looked */
    conn->psk_has_changed = is_answered && !wh_external_psk_is_as_bound(client);
    if (conn->psk_has_changed && wh_external_psk_is_alone(client)) {
        conn->path.error = WH_USAGE_ARGUMENT; /* the next attempt has no other way */
    }
    if (conn->psk_has_changed || !fits) {
        return 0; /* which ends the handshake */
    }
    memcpy(identity, client->psk_identity, identity_size);
    memcpy(key, client->config.psk_key, key_size);
    return (unsigned int)key_size;
}

/* TLS 1.2, for the ClientKeyExchange. */
static unsigned int on_key12(WOLFSSL *ssl, const char *hint, char *identity, unsigned int identity_max,
                             unsigned char *key, unsigned int key_max)
{
    (void)hint;
    return give(ssl, identity, identity_max, key, key_max);
}

/* TLS 1.3, for each suite. A key without a hash of its own goes with SHA-256 (RFC 8446 4.2.11), and once is
 * enough: with it a server may choose any suite of that hash. */
static unsigned int on_key13(WOLFSSL *ssl, const char *hint, char *identity, unsigned int identity_max,
                             unsigned char *key, unsigned int key_max, const char *suite)
{
    (void)hint;
    bool is_first = suite != NULL && strcmp(suite, "TLS13-AES128-GCM-SHA256") == 0;
    return is_first ? give(ssl, identity, identity_max, key, key_max) : 0;
}

void wh_external_psk_offer(WOLFSSL *ssl)
{
    /* wolfSSL_set_psk_client_callback() would make a list of suites of its own. */
    ssl->options.havePSK = 1;
    ssl->options.client_psk_cb = on_key12;
    ssl->options.client_psk_cs_cb = on_key13;
}

static const uint8_t suites12[] = {
#define WH_SUITE13(number, name)
#define WH_SUITE12(number, name)
#define WH_SUITE12_PSK(number, name) (number) >> 8, (number)&0xff,
#include "warmhello/suites.def"
#undef WH_SUITE13
#undef WH_SUITE12
};
_Static_assert(sizeof suites12 == WH_EXTERNAL_PSK_SUITES_MAX, "there is room for all of them");

uint16_t wh_external_psk_suites(uint8_t *out)
{
    memcpy(out, suites12, sizeof suites12);
    return sizeof suites12;
}

bool wh_external_psk_has_suite(const WOLFSSL *ssl)
{
    for (size_t i = 0; i < sizeof suites12; i += 2) {
        if (ssl->session->cipherSuite0 == suites12[i] && ssl->session->cipherSuite == suites12[i + 1]) {
            return true;
        }
    }
    return false;
}

bool wh_external_psk_has_authenticated(const WOLFSSL *ssl)
{
    if (IsAtLeastTLSv1_3(ssl->version)) {
        return ssl->options.pskNegotiated && !ssl->options.resuming && ssl->options.shSentKeyShare;
    }
    return ssl->specs.kea == ecdhe_psk_kea && !ssl->options.resuming;
}
