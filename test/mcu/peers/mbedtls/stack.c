/* mbedTLS. Its session is kept as it serialises it: not sealed, not bound to anything, not in flash. */
#include "stack.h"

#include <string.h>

#include <mbedtls/entropy.h>
#include <mbedtls/platform_time.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/ssl.h>

#include "device.h"

time_t peer_time(time_t *out)
{
    time_t now = (time_t)(device_wall_us() / 1000000);
    if (out != NULL) {
        *out = now;
    }
    return now;
}

mbedtls_ms_time_t mbedtls_ms_time(void)
{
    return device_wall_us() / 1000;
}

int mbedtls_hardware_poll(void *data, unsigned char *out, size_t size, size_t *written)
{
    (void)data;
    device_random(out, size);
    *written = size;
    return 0;
}

/* ---- The client ------------------------------------------------------------------------------- */

static mbedtls_x509_crt ca;
static mbedtls_x509_crt own;
static mbedtls_pk_context own_key;
static mbedtls_ssl_config config;

static const uint16_t groups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
                                  MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, MBEDTLS_SSL_IANA_TLS_GROUP_NONE};

static const int suites[] = {
#define WH_SUITE12(number, name) (number),
#define WH_SUITE13 WH_SUITE12
#include "warmhello/suites.def"
#undef WH_SUITE12
#undef WH_SUITE13
    0};

/* mbedTLS does not tell whether it resumed; without a certificate, it did. */
static bool certificate_seen;

/* NOLINTNEXTLINE(readability-non-const-parameter): the type is mbedTLS's. */
static int on_certificate(void *ctx, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    (void)ctx;
    (void)certificate;
    (void)depth;
    (void)flags;
    certificate_seen = true;
    return 0;
}

static mbedtls_ssl_protocol_version version_of(wh_protocol protocol)
{
    return protocol == WH_TLS13 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2;
}

/* PEM with a closing zero, as mbedTLS wants it; NULL for none. */
static uint8_t *copy_pem(const uint8_t *text, size_t size)
{
    uint8_t *pem = text != NULL ? device_allocate(1, size + 1) : NULL;
    return pem != NULL ? memcpy(pem, text, size) : NULL;
}

static bool use_certificate(const uint8_t *text, size_t size, mbedtls_x509_crt *certificate)
{
    uint8_t *pem = copy_pem(text, size);
    bool ok = pem == NULL || mbedtls_x509_crt_parse(certificate, pem, size + 1) == 0;
    device_release(pem);
    return ok;
}

static bool use_key(const uint8_t *text, size_t size)
{
    uint8_t *pem = copy_pem(text, size);
    bool ok = pem == NULL ||
              (mbedtls_pk_parse_key(&own_key, pem, size + 1, NULL, 0, mbedtls_psa_get_random, NULL) == 0 &&
               mbedtls_ssl_conf_own_cert(&config, &own, &own_key) == 0);
    device_release(pem);
    return ok;
}

bool stack_client_new(const wh_client_config *given)
{
    mbedtls_x509_crt_init(&ca);
    mbedtls_x509_crt_init(&own);
    mbedtls_pk_init(&own_key);
    mbedtls_ssl_config_init(&config);
    bool ok = psa_crypto_init() == PSA_SUCCESS &&
              mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                          MBEDTLS_SSL_PRESET_DEFAULT) == 0 &&
              use_certificate(given->ca, given->ca_size, &ca) &&
              use_certificate(given->certificate, given->certificate_size, &own) &&
              use_key(given->key, given->key_size);
    mbedtls_ssl_conf_rng(&config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    mbedtls_ssl_conf_ca_chain(&config, &ca, NULL);
    mbedtls_ssl_conf_verify(&config, on_certificate, NULL);
    mbedtls_ssl_conf_ciphersuites(&config, suites);
    mbedtls_ssl_conf_groups(&config, groups);
    mbedtls_ssl_conf_min_tls_version(&config, version_of(given->min_version));
    mbedtls_ssl_conf_max_tls_version(&config, version_of(given->max_version));
    mbedtls_ssl_conf_session_tickets(&config, given->no_tickets ? MBEDTLS_SSL_SESSION_TICKETS_DISABLED
                                                                : MBEDTLS_SSL_SESSION_TICKETS_ENABLED);
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
        &config, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
    return ok;
}

void stack_client_free(void)
{
    mbedtls_ssl_config_free(&config);
    mbedtls_x509_crt_free(&ca);
    mbedtls_x509_crt_free(&own);
    mbedtls_pk_free(&own_key);
    mbedtls_psa_crypto_free();
}

/* ---- The connection --------------------------------------------------------------------------- */

static mbedtls_ssl_context *ssl; /* on the heap, as warmhello's connection is */

static int send_wire(void *ctx, const unsigned char *bytes, size_t size)
{
    (void)ctx;
    size_t sent = device_send(bytes, size);
    return sent > 0 ? (int)sent : MBEDTLS_ERR_SSL_WANT_WRITE;
}

static int receive_wire(void *ctx, unsigned char *out, size_t size)
{
    (void)ctx;
    size_t got = device_receive(out, size);
    return got > 0 ? (int)got : MBEDTLS_ERR_SSL_WANT_READ;
}

static int restore(void)
{
    const device_session *kept = device_kept_session();
    mbedtls_ssl_session session;
    mbedtls_ssl_session_init(&session);
    int result = mbedtls_ssl_session_load(&session, kept->bytes, kept->size);
    if (result == 0) {
        result = mbedtls_ssl_set_session(ssl, &session);
    }
    mbedtls_ssl_session_free(&session);
    return result;
}

static int save(void)
{
    device_session *kept = device_kept_session();
    mbedtls_ssl_session session;
    mbedtls_ssl_session_init(&session);
    size_t size = 0;
    int result = mbedtls_ssl_get_session(ssl, &session);
    if (result == 0) {
        result = mbedtls_ssl_session_save(&session, kept->bytes, sizeof kept->bytes, &size);
        kept->size = result == 0 ? size : 0;
    }
    mbedtls_ssl_session_free(&session);
    return result;
}

static bool is_waiting(int result)
{
    return result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE;
}

int stack_begin(const char *host)
{
    certificate_seen = false;
    ssl = device_allocate(1, sizeof *ssl);
    if (ssl == NULL) {
        return -MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    mbedtls_ssl_init(ssl);
    int failure = mbedtls_ssl_setup(ssl, &config);
    failure = failure == 0 ? mbedtls_ssl_set_hostname(ssl, host) : failure;
    failure = failure == 0 && device_kept_session()->size > 0 ? restore() : failure;
    mbedtls_ssl_set_bio(ssl, NULL, send_wire, receive_wire, NULL);
    return -failure;
}

int stack_shake_hands(void)
{
    int result = mbedtls_ssl_handshake(ssl);
    if (result == 0 && mbedtls_ssl_get_version_number(ssl) == MBEDTLS_SSL_VERSION_TLS1_2) {
        result = save();
    }
    return is_waiting(result) ? STACK_WAITS : -result;
}

static bool has_more(void)
{
    size_t size;
    (void)device_arrived(&size);
    return size > 0 || mbedtls_ssl_get_bytes_avail(ssl) > 0;
}

/* Tickets of TLS 1.3 come on the way, after which it wants to be called again. */
int stack_read(void)
{
    int result = 0;
    while (result >= 0 && has_more()) {
        size_t room;
        uint8_t *to = device_plain(&room);
        result = mbedtls_ssl_read(ssl, to, room);
        device_plain_added(result > 0 ? (size_t)result : 0);
        if (result == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
            result = save();
        } else if (is_waiting(result) || result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
            result = 0;
        }
    }
    return result < 0 ? -result : 0;
}

int stack_write(const uint8_t *bytes, size_t size)
{
    return mbedtls_ssl_write(ssl, bytes, size);
}

void stack_close(void)
{
    (void)mbedtls_ssl_close_notify(ssl);
}

bool stack_is_resumed(void)
{
    return !certificate_seen;
}

void stack_end(void)
{
    mbedtls_ssl_free(ssl);
    device_release(ssl);
    ssl = NULL;
}
