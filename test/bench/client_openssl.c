/* OpenSSL, with the session serialised between two connections. */
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "bench.h"

#define SESSION_MAX 4096

static const bench_options *opts;
static BIO_METHOD *method;
static SSL_CTX *ctx;
static SSL *ssl;
static unsigned char kept[SESSION_MAX];
static int kept_size;

static bool done(bool ok)
{
    if (!ok) {
        ERR_print_errors_fp(stderr);
    }
    return ok;
}

/* ---- The wire as a BIO ------------------------------------------------------------ */

static int write_wire(BIO *bio, const char *bytes, int size)
{
    return wire_send(BIO_get_data(bio), bytes, (size_t)size);
}

static int read_wire(BIO *bio, char *out, int size)
{
    return wire_receive(BIO_get_data(bio), out, (size_t)size);
}

static long control_wire(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO *wire_bio(tcp_wire *wire)
{
    BIO *bio = BIO_new(method);
    if (bio != NULL) {
        BIO_set_data(bio, wire);
        BIO_set_init(bio, 1);
    }
    return bio;
}

/* ---- Set-up ------------------------------------------------------------------------- */

/* Called at the end of a TLS 1.2 handshake, and for each TLS 1.3 ticket. */
static int on_session(SSL *from, SSL_SESSION *session)
{
    (void)from;
    unsigned char *at = kept;
    int size = i2d_SSL_SESSION(session, NULL);
    kept_size = size > 0 && size <= SESSION_MAX ? i2d_SSL_SESSION(session, &at) : 0;
    return 0; /* the reference stays OpenSSL's */
}

static bool load_ca(void)
{
    BIO *pem = BIO_new_mem_buf(opts->ca, (int)opts->ca_size);
    X509 *ca = pem != NULL ? PEM_read_bio_X509(pem, NULL, NULL, NULL) : NULL;
    bool ok = ca != NULL && X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), ca) == 1;
    X509_free(ca);
    BIO_free(pem);
    return ok;
}

static bool set_up(const bench_options *options)
{
    opts = options;
    int version = options->kind == BENCH_PSK ? TLS1_3_VERSION : TLS1_2_VERSION;
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
    ctx = SSL_CTX_new(TLS_client_method());
    if (!done(method != NULL && ctx != NULL && BIO_meth_set_write(method, write_wire) == 1 &&
              BIO_meth_set_read(method, read_wire) == 1 && BIO_meth_set_ctrl(method, control_wire) == 1)) {
        return false;
    }
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ctx, on_session);
    if (options->kind == BENCH_ID) {
        SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    }
    return done(load_ca() && SSL_CTX_set_min_proto_version(ctx, version) == 1 &&
                SSL_CTX_set_max_proto_version(ctx, version) == 1 &&
                SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
                SSL_CTX_set1_groups_list(ctx, "X25519:P-256") == 1);
}

/* ---- One connection ------------------------------------------------------------------- */

static bool attach_session(void)
{
    const unsigned char *at = kept;
    SSL_SESSION *session = d2i_SSL_SESSION(NULL, &at, kept_size);
    bool ok = session != NULL && SSL_set_session(ssl, session) == 1;
    SSL_SESSION_free(session);
    return ok;
}

static bool handshake(tcp_wire *wire, bool resume)
{
    ssl = SSL_new(ctx);
    BIO *bio = wire_bio(wire);
    if (!done(ssl != NULL && bio != NULL)) {
        BIO_free(bio);
        return false;
    }
    SSL_set_bio(ssl, bio, bio);
    return done(SSL_set_tlsext_host_name(ssl, opts->host) == 1 && SSL_set1_host(ssl, opts->host) == 1 &&
                (!resume || attach_session()) && SSL_connect(ssl) == 1);
}

static uint16_t group_number(void)
{
    switch (SSL_get_negotiated_group(ssl)) {
    case NID_X25519:
        return 29;
    case NID_X9_62_prime256v1:
        return 23;
    default:
        return 0;
    }
}

static bool finish(tcp_wire *wire, bench_facts *facts)
{
    (void)wire;
    char answer[512];
    bool ok = ssl != NULL && SSL_is_init_finished(ssl) &&
              done(SSL_write(ssl, BENCH_REQUEST, (int)strlen(BENCH_REQUEST)) > 0 &&
                   SSL_read(ssl, answer, sizeof answer) > 0);
    if (ok) {
        facts->resumed = SSL_session_reused(ssl) == 1;
        facts->cipher = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl));
        facts->group = group_number();
        (void)SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    ssl = NULL;
    return ok;
}

static void tear_down(void)
{
    SSL_CTX_free(ctx);
    BIO_meth_free(method);
}

int main(int argc, char **argv)
{
    static const bench_client openssl = {
        .stack = "OpenSSL",
        .version = OPENSSL_VERSION_STR,
        .caller_bytes = 0,
        .set_up = set_up,
        .handshake = handshake,
        .finish = finish,
        .tear_down = tear_down,
    };
    return bench_main(argc, argv, &openssl);
}
