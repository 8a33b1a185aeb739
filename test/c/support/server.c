#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "certificates.h"

struct tls_server {
    /* Those that are not stopped yet. */
    tls_server *next;
    SSL_CTX *ctx;
    identity authority;
    BIO *ca;
    unsigned id_size;
    bool ended;
    bool reads_early_data;
    uint32_t full_handshakes;
    unsigned char *saved_session;
    long saved_size;
    const server_psk *psk;
};

struct tls_peer {
    SSL *ssl;
    BIO *in;
    BIO *out;
    /* Early data is to be read yet; what came of it, and how much of that was handed on. */
    bool reads_early;
    uint8_t early[16384];
    size_t early_size;
    size_t early_given;
};

static int openssl_version(wh_protocol protocol, int otherwise)
{
    switch (protocol) {
    case WH_TLS12:
        return TLS1_2_VERSION;
    case WH_TLS13:
        return TLS1_3_VERSION;
    case WH_PROTOCOL_NONE:
        break;
    }
    return otherwise;
}

static int make_session_id(SSL *ssl, unsigned char *id, unsigned int *size)
{
    const tls_server *owner = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    *size = owner->id_size;
    return RAND_bytes(id, (int)*size);
}

/* Keys for a ticket to seal. 0: none, so an empty ticket goes out; every ticket that
 * comes in is refused. */
static int ticket_key(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                      EVP_MAC_CTX *mac, int sealing)
{
    const tls_server *owner = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    if (!sealing || owner->ended) {
        return 0;
    }
    static unsigned char key[32];
    RAND_bytes(name, 16);
    RAND_bytes(iv, 16);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string("key", key, sizeof key),
        OSSL_PARAM_construct_utf8_string("digest", (char[]){"SHA256"}, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key, iv) == 1 &&
           EVP_MAC_CTX_set_params(mac, params) == 1;
}

static int select_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_size,
                       const unsigned char *offered, unsigned offered_size, void *alpn)
{
    (void)ssl;
    size_t size = strlen(alpn);
    for (unsigned at = 0; at < offered_size; at += 1u + offered[at]) {
        if (offered[at] == size && memcmp(offered + at + 1, alpn, size) == 0) {
            *out = offered + at + 1;
            *out_size = (unsigned char)size;
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static uint32_t number_of(SSL_SESSION *session)
{
    uint32_t number = 0;
    void *data = NULL;
    size_t size = 0;
    if (session != NULL && SSL_SESSION_get0_ticket_appdata(session, &data, &size) == 1 &&
        size == sizeof number) {
        memcpy(&number, data, sizeof number);
    }
    return number;
}

/* Called for each ticket that is to be sealed: the number goes into it. */
static int number_session(SSL *ssl, void *owner)
{
    SSL_SESSION *session = SSL_get_session(ssl);
    if (number_of(session) != 0) {
        return 1;
    }
    uint32_t number = ++((tls_server *)owner)->full_handshakes;
    return SSL_SESSION_set1_ticket_appdata(session, &number, sizeof number);
}

void server_set_alpn(tls_server *server, const char *alpn)
{
    SSL_CTX_set_alpn_select_cb(server->ctx, select_alpn, (void *)alpn);
}

void server_allow_replay(tls_server *server)
{
    SSL_CTX_set_options(server->ctx, SSL_OP_NO_ANTI_REPLAY);
}

void server_read_early_data(tls_server *server, bool reads)
{
    server->reads_early_data = reads;
}

bool server_reads_early_data(const tls_server *server)
{
    return server->reads_early_data;
}

static void set_extras(tls_server *made, const server_options *options)
{
    if (options->no_ems) {
        SSL_CTX_set_options(made->ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
    }
    if (options->wants_certificate) {
        SSL_CTX_set_verify(made->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(made->ctx), made->authority.certificate);
    }
    if (options->early_data) {
        SSL_CTX_set_max_early_data(made->ctx, options->early_limit != 0 ? options->early_limit : 16384);
    }
    made->reads_early_data = options->reads_early_data;
    if (options->groups != NULL) {
        SSL_CTX_set1_groups_list(made->ctx, options->groups);
    }
    if (options->numbers_sessions) {
        SSL_CTX_set_session_ticket_cb(made->ctx, number_session, NULL, made);
    }
    if (options->alpn != NULL) {
        server_set_alpn(made, options->alpn);
    }
}

/* OpenSSL gives the connection it calls back about as const, and means this use of it all the same. */
static void renew_nothing(const SSL *ssl, int where, int value)
{
    (void)where;
    (void)value;
    if (SSL_session_reused(ssl)) {
        const union {
            const SSL *given;
            SSL *meant;
        } connection = {.given = ssl};
        SSL_set_num_tickets(connection.meant, 0);
    }
}

void server_set_id_context(tls_server *server)
{
    SSL_CTX_set_session_id_context(server->ctx, (const unsigned char *)"test", 4);
}

static tls_server *first_server;

tls_server *server_start(const server_options *options)
{
    tls_server *made = calloc(1, sizeof *made);
    made->next = first_server;
    first_server = made;
    made->ctx = SSL_CTX_new(TLS_server_method());
    made->ca = BIO_new(BIO_s_mem());
    made->id_size = options->id_size != 0 ? options->id_size : 32;
    SSL_CTX_set_app_data(made->ctx, made);
    SSL_CTX_set_min_proto_version(made->ctx, openssl_version(options->min_version, TLS1_2_VERSION));
    SSL_CTX_set_max_proto_version(made->ctx, openssl_version(options->max_version, TLS1_3_VERSION));
    if (!options->no_id_context) {
        server_set_id_context(made);
    }
    SSL_CTX_set_timeout(made->ctx, options->lifetime_s != 0 ? options->lifetime_s : 7200);
    SSL_CTX_set_generate_session_id(made->ctx, make_session_id);
    if (options->session_ids) {
        SSL_CTX_set_options(made->ctx, SSL_OP_NO_TICKET);
    }
    if (options->one_ticket13) {
        SSL_CTX_set_num_tickets(made->ctx, 1);
    }
    if (options->does_not_renew13) {
        SSL_CTX_set_info_callback(made->ctx, renew_nothing);
    }
    if (options->no_tickets13) {
        SSL_CTX_set_num_tickets(made->ctx, 0);
    }

    bool dated = options->valid_from_s != 0 || options->valid_to_s != 0;
    if (options->tickets_may_end) {
        SSL_CTX_set_tlsext_ticket_key_evp_cb(made->ctx, ticket_key);
    }
    made->authority = make_authority();
    identity own = make_server_identity(&made->authority, options->name != NULL ? options->name : SERVER_NAME,
                                        dated ? options->valid_from_s : -86400,
                                        dated ? options->valid_to_s : 86400L * 3650);
    SSL_CTX_use_certificate(made->ctx, own.certificate);
    SSL_CTX_use_PrivateKey(made->ctx, own.key);
    PEM_write_bio_X509(made->ca, made->authority.certificate);
    free_identity(&own);
    set_extras(made, options);
    return made;
}

void server_stop(tls_server *server)
{
    tls_server **link = &first_server;
    while (*link != server) {
        link = &(*link)->next;
    }
    *link = server->next;
    SSL_CTX_free(server->ctx);
    free_identity(&server->authority);
    BIO_free(server->ca);
    OPENSSL_free(server->saved_session);
    free(server);
}

void servers_stop(void)
{
    while (first_server != NULL) {
        server_stop(first_server);
    }
}

const uint8_t *pem_bytes(BIO *pem, size_t *size)
{
    char *bytes = NULL;
    *size = (size_t)BIO_get_mem_data(pem, &bytes);
    return (const uint8_t *)bytes;
}

const uint8_t *server_ca(const tls_server *server, size_t *size)
{
    return pem_bytes(server->ca, size);
}

client_identity server_client_identity(const tls_server *server)
{
    identity device = make_server_identity(&server->authority, "device-1", -86400, 86400L * 3650);
    client_identity made = {BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem())};
    PEM_write_bio_X509(made.certificate, device.certificate);
    PEM_write_bio_PrivateKey(made.key, device.key, NULL, NULL, 0, NULL, NULL);
    PEM_write_bio_PrivateKey(made.locked_key, device.key, EVP_aes_128_cbc(), (const unsigned char *)"pass", 4,
                             NULL, NULL);
    free_identity(&device);
    return made;
}

void free_client_identity(client_identity *made)
{
    BIO_free(made->certificate);
    BIO_free(made->key);
    BIO_free(made->locked_key);
}

void server_forget_sessions(tls_server *server)
{
    unsigned char keys[80]; /* name, HMAC key and AES key of OpenSSL's tickets */
    RAND_bytes(keys, sizeof keys);
    SSL_CTX_set_tlsext_ticket_keys(server->ctx, keys, sizeof keys);
    SSL_CTX_flush_sessions(server->ctx, 0);
}

void server_set_ticket_key(tls_server *server, uint8_t key)
{
    unsigned char keys[80];
    memset(keys, key, sizeof keys);
    SSL_CTX_set_tlsext_ticket_keys(server->ctx, keys, sizeof keys);
}

void server_save_session(tls_server *server, const tls_peer *peer)
{
    OPENSSL_free(server->saved_session);
    server->saved_session = NULL; /* for OpenSSL to allocate */
    server->saved_size = i2d_SSL_SESSION(SSL_get_session(peer->ssl), &server->saved_session);
}

void server_restore_session(tls_server *server)
{
    const unsigned char *bytes = server->saved_session;
    SSL_SESSION *session = d2i_SSL_SESSION(NULL, &bytes, server->saved_size);
    SSL_CTX_add_session(server->ctx, session);
    SSL_SESSION_free(session);
}

void server_end_tickets(tls_server *server)
{
    server->ended = true;
}

void server_add_tls13(tls_server *server)
{
    SSL_CTX_set_max_proto_version(server->ctx, TLS1_3_VERSION);
}

void server_set_tls12(tls_server *server)
{
    SSL_CTX_set_min_proto_version(server->ctx, TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(server->ctx, TLS1_2_VERSION);
}

void server_set_suite13(tls_server *server, const char *suite)
{
    SSL_CTX_set_ciphersuites(server->ctx, suite);
}

void server_set_suites12(tls_server *server, const char *suites)
{
    SSL_CTX_set_cipher_list(server->ctx, suites);
}

void server_set_client_signatures(tls_server *server, const char *algorithms)
{
    SSL_CTX_set1_client_sigalgs_list(server->ctx, algorithms);
}

void server_prefer_its_suites(tls_server *server)
{
    SSL_CTX_set_options(server->ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
}

void server_allow_no_exchange(tls_server *server, bool allowed)
{
    if (allowed) {
        SSL_CTX_set_options(server->ctx, SSL_OP_ALLOW_NO_DHE_KEX);
    } else {
        SSL_CTX_clear_options(server->ctx, SSL_OP_ALLOW_NO_DHE_KEX);
    }
}

void server_set_groups(tls_server *server, const char *groups)
{
    SSL_CTX_set1_groups_list(server->ctx, groups);
}

void server_add_ems(tls_server *server)
{
    SSL_CTX_clear_options(server->ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
}

/* OpenSSL asks for each identity of a hello by TLS 1.3, tickets among them, and for that of a
 * ClientKeyExchange. */
static unsigned int find_psk(SSL *ssl, const char *name, unsigned char *key, unsigned int size)
{
    const server_psk *psk = ((tls_server *)SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->psk;
    if (psk == NULL || strcmp(name, psk->identity) != 0 || psk->size > size) {
        return 0;
    }
    memcpy(key, psk->key, psk->size);
    return (unsigned int)psk->size;
}

void server_know_psk(tls_server *server, const server_psk *psk)
{
    server->psk = psk;
    SSL_CTX_set_psk_server_callback(server->ctx, find_psk);
    SSL_CTX_set_cipher_list(server->ctx, "ECDHE-PSK-CHACHA20-POLY1305:ECDHE+AESGCM");
}

void server_disable_tickets(tls_server *server)
{
    SSL_CTX_set_options(server->ctx, SSL_OP_NO_TICKET);
}

void server_stop_tickets13(tls_server *server)
{
    SSL_CTX_set_num_tickets(server->ctx, 0);
}

static void (*secret_listener)(const char *line);

static void tell_secret(const SSL *ssl, const char *line)
{
    (void)ssl;
    secret_listener(line);
}

void server_tell_secrets(tls_server *server, void (*on_line)(const char *line))
{
    secret_listener = on_line;
    SSL_CTX_set_keylog_callback(server->ctx, tell_secret);
}

SSL_CTX *server_context(const tls_server *server)
{
    return server->ctx;
}

tls_peer *peer_accept(tls_server *server)
{
    tls_peer *made = calloc(1, sizeof *made);
    made->ssl = SSL_new(server->ctx);
    made->in = BIO_new(BIO_s_mem());
    made->out = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(made->in, -1); /* empty is "not yet", not "closed" */
    SSL_set_bio(made->ssl, made->in, made->out);
    SSL_set_accept_state(made->ssl);
    made->reads_early = server->reads_early_data;
    return made;
}

void peer_free(tls_peer *peer)
{
    if (peer != NULL) {
        SSL_free(peer->ssl);
        free(peer);
    }
}

static void read_early(tls_peer *peer)
{
    int result = SSL_READ_EARLY_DATA_SUCCESS;
    while (result == SSL_READ_EARLY_DATA_SUCCESS) {
        size_t got = 0;
        result = SSL_read_early_data(peer->ssl, peer->early + peer->early_size,
                                     sizeof peer->early - peer->early_size, &got);
        peer->early_size += result == SSL_READ_EARLY_DATA_ERROR ? 0 : got;
    }
    peer->reads_early = result != SSL_READ_EARLY_DATA_FINISH;
}

size_t peer_early_size(const tls_peer *peer)
{
    return peer->early_size;
}

void peer_take(tls_peer *peer, const uint8_t *bytes, size_t size)
{
    BIO_write(peer->in, bytes, (int)size);
    if (peer->reads_early) {
        read_early(peer);
    }
    if (!peer->reads_early && !SSL_is_init_finished(peer->ssl)) {
        /* After early data only a look for plaintext takes the handshake on. */
        (void)SSL_peek(peer->ssl, &(uint8_t){0}, 1);
    }
}

size_t peer_give(tls_peer *peer, uint8_t *out, size_t size)
{
    int given = BIO_read(peer->out, out, (int)size);
    return given > 0 ? (size_t)given : 0;
}

bool peer_is_open(const tls_peer *peer)
{
    return SSL_is_init_finished(peer->ssl);
}

bool peer_resumed(const tls_peer *peer)
{
    return SSL_session_reused(peer->ssl);
}

bool peer_got_close_notify(const tls_peer *peer)
{
    return (SSL_get_shutdown(peer->ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

bool peer_has_certificate(const tls_peer *peer)
{
    return SSL_get0_peer_certificate(peer->ssl) != NULL;
}

const char *peer_alpn(const tls_peer *peer)
{
    static char name[32];
    const unsigned char *chosen = NULL;
    unsigned size = 0;
    SSL_get0_alpn_selected(peer->ssl, &chosen, &size);
    (void)snprintf(name, sizeof name, "%.*s", (int)size, (const char *)chosen);
    return name;
}

uint32_t peer_session_number(const tls_peer *peer)
{
    return number_of(SSL_get_session(peer->ssl));
}

size_t peer_session_id(const tls_peer *peer, uint8_t out[32])
{
    unsigned size = 0;
    const unsigned char *id = SSL_SESSION_get_id(SSL_get_session(peer->ssl), &size);
    memcpy(out, id, size);
    return size;
}

size_t peer_read(tls_peer *peer, uint8_t *out, size_t size)
{
    size_t left = peer->early_size - peer->early_given;
    if (left > 0) {
        size_t given = left < size ? left : size;
        memcpy(out, peer->early + peer->early_given, given);
        peer->early_given += given;
        return given;
    }
    if (peer->reads_early) {
        return 0;
    }
    int got = SSL_read(peer->ssl, out, (int)size);
    return got > 0 ? (size_t)got : 0;
}

void peer_write(tls_peer *peer, const uint8_t *bytes, size_t size)
{
    size_t written = 0;
    if (peer->reads_early) {
        (void)SSL_write_early_data(peer->ssl, bytes, size, &written);
        return;
    }
    (void)SSL_write(peer->ssl, bytes, (int)size);
}

void peer_close(tls_peer *peer)
{
    (void)SSL_shutdown(peer->ssl);
}
