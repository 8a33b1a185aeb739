/** A TLS server without I/O: OpenSSL behind memory buffers. */
#ifndef TEST_SERVER_H
#define TEST_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/bio.h>

#include "warmhello/outcome.h"

#define SERVER_NAME "device.test"

typedef struct server_options {
    /** In the certificate; SERVER_NAME when NULL. */
    const char *name;
    /** TLS 1.2 and 1.3 when not set. */
    wh_protocol min_version;
    wh_protocol max_version;
    /** Keep sessions in the server and name them by ID, instead of in tickets. */
    bool session_ids;
    /** server_end_tickets() will be called: its tickets do not resume. */
    bool tickets_may_end;
    /** Bytes in a session ID; 32 when 0. */
    unsigned id_size;
    /** TLS 1.3: send no ticket after the handshake. */
    bool no_tickets13;
    /** TLS 1.3: send one, as in a resumption, instead of two. */
    bool one_ticket13;
    /** TLS 1.3: send none in a resumption, as Node does. */
    bool does_not_renew13;
    /** Lifetime of sessions, in seconds; 7200 when 0. */
    long lifetime_s;
    /** TLS 1.3: tickets allow early data, so many bytes of it; 16384 when 0. It is refused, unless it is
     * read. */
    bool early_data;
    uint32_t early_limit;
    bool reads_early_data;
    /** TLS 1.2: no extended master secret (RFC 7627). */
    bool no_ems;
    /** Insist on a client certificate that `server_client_identity` signed. */
    bool wants_certificate;
    /** Has no session id context: with `wants_certificate`, OpenSSL breaks off every resumption. */
    bool no_id_context;
    /** The key-exchange groups that it accepts, in OpenSSL's words; its own when NULL. */
    const char *groups;
    /** The one application protocol spoken (ALPN); none when NULL. */
    const char *alpn;
    /** The certificate's validity in seconds from now; a day around it when both are 0. */
    long valid_from_s;
    long valid_to_s;
    /** Number full handshakes, from 1, for peer_session_number(). */
    bool numbers_sessions;
} server_options;

typedef struct tls_server tls_server;

/** The server's side of one connection. */
typedef struct tls_peer tls_peer;

/** The teardown of PLATFORM_TEST and FLASH_TEST stops those that still run. */
tls_server *server_start(const server_options *options);
void server_stop(tls_server *server);
void servers_stop(void);

/** PEM of the CA that signed its certificate. The server's. */
const uint8_t *server_ca(const tls_server *server, size_t *size);

/** A client certificate that the server accepts, with its key, or with the key locked by
 * a passphrase, as PEM. The caller frees it. */
typedef struct client_identity {
    BIO *certificate;
    BIO *key;
    BIO *locked_key;
} client_identity;
client_identity server_client_identity(const tls_server *server);
void free_client_identity(client_identity *made);
const uint8_t *pem_bytes(BIO *pem, size_t *size);

/** What a restart does: tickets and sessions of before are not known any more. */
void server_forget_sessions(tls_server *server);

/** Ends what `no_id_context` began. */
void server_set_id_context(tls_server *server);

/** Seals and opens tickets with this key from now on. */
void server_set_ticket_key(tls_server *server, uint8_t key);

/** Notes the session of this connection, and later knows it again, as it was: OpenSSL drops a session
 * when a connection that used it fails. */
void server_save_session(tls_server *server, const tls_peer *peer);
void server_restore_session(tls_server *server);

/** From now on refuses tickets, and sends empty ones (RFC 5077 3.3). */
void server_end_tickets(tls_server *server);

/** From now on speaks TLS 1.3 as well. Sessions of TLS 1.2 still resume. */
void server_add_tls13(tls_server *server);

/** From now on reads early data, or refuses it. */
void server_read_early_data(tls_server *server, bool reads);
bool server_reads_early_data(const tls_server *server);

/** From now on takes a ticket that allows early data as often as it comes, as one without. */
void server_allow_replay(tls_server *server);

/** From now on speaks this application protocol. The text must outlive the server. */
void server_set_alpn(tls_server *server, const char *alpn);

/** From now on speaks TLS 1.2 alone. */
void server_set_tls12(tls_server *server);

/** From now on speaks this suite of TLS 1.3 alone, and accepts these groups alone, in OpenSSL's words. */
void server_set_suite13(tls_server *server, const char *suite);
void server_set_suites12(tls_server *server, const char *suites);

/** From now on takes signatures by client certificates in these ways alone, in OpenSSL's words. */
void server_set_client_signatures(tls_server *server, const char *algorithms);

/** From now on its own order of suites counts, not the client's. */
void server_prefer_its_suites(tls_server *server);
void server_set_groups(tls_server *server, const char *groups);

/** From now on resumes without a key exchange (psk_ke) where the client offers nothing else, or no longer. */
void server_allow_no_exchange(tls_server *server, bool allowed);

/** From now on knows the extended master secret (RFC 7627). */
void server_add_ems(tls_server *server);

/** From now on knows this external pre-shared key, and by TLS 1.2 a suite for it; what lies there must stay.
 * NULL: none any more. */
typedef struct server_psk {
    const char *identity;
    const uint8_t *key;
    size_t size;
} server_psk;
void server_know_psk(tls_server *server, const server_psk *psk);

/** From now on behaves as if it did not know the ticket extension. */
void server_disable_tickets(tls_server *server);

/** From now on sends no TLS 1.3 tickets; those of before still resume. */
void server_stop_tickets13(tls_server *server);

/** Has each connection's secrets told, as lines of the NSS key log format: a label, the
 * client's random and the secret, both in hexadecimal. */
void server_tell_secrets(tls_server *server, void (*on_line)(const char *line));

/** OpenSSL's own, for connections over sockets. The server's. */
struct ssl_ctx_st *server_context(const tls_server *server);

tls_peer *peer_accept(tls_server *server);
void peer_free(tls_peer *peer);

/** Wire bytes in, and out; `give` returns 0 when there are none. */
void peer_take(tls_peer *peer, const uint8_t *bytes, size_t size);
size_t peer_give(tls_peer *peer, uint8_t *out, size_t size);

bool peer_is_open(const tls_peer *peer);
bool peer_resumed(const tls_peer *peer);
bool peer_got_close_notify(const tls_peer *peer);
bool peer_has_certificate(const tls_peer *peer);
/** The application protocol agreed on, or "". */
const char *peer_alpn(const tls_peer *peer);
/** The full handshake whose session this connection has, that it made itself or that its ticket stands for; 0
 * when the server does not number them. */
uint32_t peer_session_number(const tls_peer *peer);
size_t peer_session_id(const tls_peer *peer, uint8_t out[32]);

/** How many bytes of early data the server has read. */
size_t peer_early_size(const tls_peer *peer);

/** Plaintext, the early data first, which may be answered at once. `read` returns 0 when there is none. */
size_t peer_read(tls_peer *peer, uint8_t *out, size_t size);
void peer_write(tls_peer *peer, const uint8_t *bytes, size_t size);
void peer_close(tls_peer *peer);

#endif
