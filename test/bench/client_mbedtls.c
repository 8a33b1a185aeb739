/* mbedTLS 2.28, with the session serialised between two connections. */
#include <stdio.h>
#include <string.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_internal.h> /* the key exchange's group is told nowhere else */
#include <mbedtls/version.h>

#include "bench.h"

#define SESSION_MAX 4096

static const mbedtls_ecp_group_id curves[] = {MBEDTLS_ECP_DP_CURVE25519, MBEDTLS_ECP_DP_SECP256R1,
                                              MBEDTLS_ECP_DP_NONE};

static const char *host;
static int suites[BENCH_SUITES12 + 1]; /* and a closing zero */
static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context drbg;
static mbedtls_x509_crt ca;
static mbedtls_ssl_config config;
static mbedtls_ssl_context ssl;
static unsigned char kept[SESSION_MAX];
static size_t kept_size;
static bool certificate_seen;
static mbedtls_ecp_group_id group;

static bool done(int result)
{
    if (result < 0) {
        char text[128];
        mbedtls_strerror(result, text, sizeof text);
        (void)fprintf(stderr, "mbedTLS: %s\n", text);
    }
    return result >= 0;
}

static int send_wire(void *ctx, const unsigned char *bytes, size_t size)
{
    return wire_send(ctx, bytes, size);
}

static int receive_wire(void *ctx, unsigned char *out, size_t size)
{
    return wire_receive(ctx, out, size);
}

/* mbedTLS does not tell whether it resumed; without a certificate, it did. */
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

static bool set_up(const bench_options *options)
{
    host = options->host;
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&drbg);
    mbedtls_x509_crt_init(&ca);
    mbedtls_ssl_config_init(&config);
    if (!done(mbedtls_ctr_drbg_seed(&drbg, mbedtls_entropy_func, &entropy, NULL, 0)) ||
        !done(mbedtls_x509_crt_parse(&ca, options->ca, options->ca_size + 1)) ||
        !done(mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                          MBEDTLS_SSL_PRESET_DEFAULT))) {
        return false;
    }
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &drbg);
    mbedtls_ssl_conf_ca_chain(&config, &ca, NULL);
    mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_verify(&config, on_certificate, NULL);
    for (size_t i = 0; i < BENCH_SUITES12; i++) {
        suites[i] = bench_suites12[i];
    }
    mbedtls_ssl_conf_ciphersuites(&config, suites);
    mbedtls_ssl_conf_curves(&config, curves);
    mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_session_tickets(&config, options->kind == BENCH_TICKET
                                                  ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED
                                                  : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    return true;
}

static bool attach_session(void)
{
    mbedtls_ssl_session session;
    mbedtls_ssl_session_init(&session);
    bool ok = done(mbedtls_ssl_session_load(&session, kept, kept_size)) &&
              done(mbedtls_ssl_set_session(&ssl, &session));
    mbedtls_ssl_session_free(&session);
    return ok;
}

static bool keep_session(void)
{
    mbedtls_ssl_session session;
    mbedtls_ssl_session_init(&session);
    bool ok = done(mbedtls_ssl_get_session(&ssl, &session)) &&
              done(mbedtls_ssl_session_save(&session, kept, sizeof kept, &kept_size));
    mbedtls_ssl_session_free(&session);
    return ok;
}

static bool handshake(tcp_wire *wire, bool resume)
{
    certificate_seen = false;
    group = MBEDTLS_ECP_DP_NONE;
    mbedtls_ssl_init(&ssl);
    bool ok = done(mbedtls_ssl_setup(&ssl, &config)) && done(mbedtls_ssl_set_hostname(&ssl, host)) &&
              (!resume || attach_session());
    mbedtls_ssl_set_bio(&ssl, wire, send_wire, receive_wire, NULL);
    /* As mbedtls_ssl_handshake() does it. */
    while (ok && ssl.state != MBEDTLS_SSL_HANDSHAKE_OVER) {
        if (ssl.state == MBEDTLS_SSL_CLIENT_KEY_EXCHANGE) {
            group = ssl.handshake->ecdh_ctx.grp.id;
        }
        ok = done(mbedtls_ssl_handshake_step(&ssl));
    }
    return ok && keep_session();
}

static bool finish(tcp_wire *wire, bench_facts *facts)
{
    (void)wire;
    unsigned char answer[512];
    bool ok = ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER &&
              done(mbedtls_ssl_write(&ssl, (const unsigned char *)BENCH_REQUEST, strlen(BENCH_REQUEST))) &&
              done(mbedtls_ssl_read(&ssl, answer, sizeof answer));
    if (ok) {
        const mbedtls_ecp_curve_info *curve = mbedtls_ecp_curve_info_from_grp_id(group);
        facts->resumed = !certificate_seen;
        facts->cipher = (uint16_t)ssl.session->ciphersuite;
        facts->group = curve != NULL ? curve->tls_id : 0;
        (void)mbedtls_ssl_close_notify(&ssl);
    }
    mbedtls_ssl_free(&ssl);
    return ok;
}

static void tear_down(void)
{
    mbedtls_ssl_config_free(&config);
    mbedtls_x509_crt_free(&ca);
    mbedtls_ctr_drbg_free(&drbg);
    mbedtls_entropy_free(&entropy);
}

int main(int argc, char **argv)
{
    static const bench_client mbedtls = {
        .stack = "mbedTLS",
        .version = MBEDTLS_VERSION_STRING,
        .caller_bytes = sizeof ssl,
        .set_up = set_up,
        .handshake = handshake,
        .finish = finish,
        .tear_down = tear_down,
    };
    return bench_main(argc, argv, &mbedtls);
}
