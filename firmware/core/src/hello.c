#include "hello.h"

#include <string.h>

#include <wolfssl/internal.h>

#include "clock.h"
#include "early_data.h"
#include "external_psk.h"
#include "suites.h"
#include "warmhello/platform.h"

/* wolfSSL calls this for each TLS 1.2 ticket, during the handshake. */
static int on_ticket12(WOLFSSL *ssl, const unsigned char *ticket, int size, void *ctx)
{
    (void)ssl;
    (void)ticket;
    wh_conn *conn = ctx;
    conn->resumption.renewed12 = size > 0;
    return 0;
}

static int create_ssl(wh_conn *conn)
{
    conn->ssl = wolfSSL_new(conn->client->ctx);
    if (conn->ssl == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    wolfSSL_SetIOReadCtx(conn->ssl, conn);
    wolfSSL_SetIOWriteCtx(conn->ssl, conn);
    (void)wolfSSL_set_SessionTicket_cb(conn->ssl, on_ticket12, conn);
    char *alpn = conn->client->alpn;
    if (alpn[0] != '\0' && wolfSSL_UseALPN(conn->ssl, alpn, (unsigned)strlen(alpn),
                                           WOLFSSL_ALPN_FAILED_ON_MISMATCH) != WOLFSSL_SUCCESS) {
        return WH_PLATFORM_MEMORY;
    }
    return WH_OK; /* whose certificate it must be: peer_path.c */
}

/* wolfSSL hashes a handshake as long as a hash could be asked for: by a suite, or for a signature by the
 * device's certificate in TLS 1.2, which the server may want by any. */
int wh_wolfssl_may_need_sha384(const WOLFSSL *ssl);
int wh_wolfssl_may_need_sha384(const WOLFSSL *ssl)
{
    const wh_conn *conn = ssl->IOCB_ReadCtx;
    const wh_client *client = conn->client;
    return conn->all_suites || (client->has_certificate && client->config.min_version == WH_TLS12);
}

/* Of the session that is offered; without one, any. */
static unsigned offered_suite(const WOLFSSL *ssl)
{
    return ssl->options.resuming ? ssl->session->cipherSuite : TLS_AES_128_GCM_SHA256;
}

/* Those of the client's that this hello has, with the ones for the pre-shared key before the others of
 * TLS 1.2. */
static word16 write_suites(const wh_conn *conn, byte *out)
{
    const byte *suite = (const byte *)conn->client->suites;
    word16 size = 0;
    bool awaits_psk = conn->has_psk;
    for (; suite[0] != 0; suite += 2) {
        bool is_of_tls12 = suite[0] != TLS13_BYTE;
        if (awaits_psk && is_of_tls12) {
            awaits_psk = false;
            size = (word16)(size + wh_external_psk_suites(out + size));
        }
        if (is_of_tls12 && wh_external_psk_is_alone(conn->client)) {
            break;
        }
        if (conn->all_suites || !wh_suite_has_sha384(suite[1])) {
            out[size++] = suite[0];
            out[size++] = suite[1];
        }
    }
    return size;
}

static bool wants_all_suites(const wh_conn *conn)
{
    return wh_resumption_wants_all_suites(&conn->resumption) || wh_suite_has_sha384(offered_suite(conn->ssl));
}

/* The key in the hello is of the group that the peer chose the last time, so that it need not ask for it
 * (HelloRetryRequest). In the list of groups the fast ones stay first. */
static void put_group_first(WOLFSSL *ssl, unsigned group)
{
    for (unsigned i = 1; i < ssl->numGroups; i++) {
        if (ssl->group[i] == group) {
            ssl->group[i] = ssl->group[0];
            ssl->group[0] = (word16)group;
        }
    }
}

/* A session without a key exchange. As long as it is not known whether the peer takes it, the hello has a key
 * all the same: else a peer that refuses would have to ask for one first. */
static int offer_without_exchange(const wh_conn *conn)
{
    WOLFSSL *ssl = conn->ssl;
    bool is_known = (conn->resumption.peer.lacks & WH_HAS_PSK_KE) != 0;
    ssl->options.onlyPskDheKe = 0;
    (void)wolfSSL_no_dhe_psk(ssl);
    return !is_known || TLSX_KeyShare_Empty(ssl) == 0 ? WH_OK : WH_PLATFORM_MEMORY;
}

static bool wants_no_exchange(const wh_conn *conn)
{
    return conn->ssl->options.resuming && wh_resumption_without_exchange(&conn->resumption);
}

/* A hello with a ticket of TLS 1.3 has no identity, which would tell in clear whose it is. In TLS 1.2 the
 * identity follows when the server has chosen such a suite, and the suite of a session must be there for it
 * to be resumed. */
static bool wants_psk(wh_conn *conn)
{
    const WOLFSSL *ssl = conn->ssl;
    if (conn->client->config.psk_key == NULL) {
        return false;
    }
    if (ssl->options.resuming) {
        return !IsAtLeastTLSv1_3(ssl->version) &&
               (wh_external_psk_has_suite(ssl) || wh_resumption_wants_psk(&conn->resumption));
    }
    /* Beside a session that costs as much as a hundredth of its handshake; external_psk.c looks if the key
     * comes to be used. */
    return wh_resumption_wants_psk(&conn->resumption) && wh_external_psk_is_as_bound(conn->client);
}

/* What the hello has beside the session, once that is attached. */
static int choose_keys_and_suites(wh_conn *conn)
{
    wh_resumption *r = &conn->resumption;
    put_group_first(conn->ssl, r->peer.group);
    r->without_exchange = wants_no_exchange(conn);
    if (r->without_exchange && offer_without_exchange(conn) != WH_OK) {
        return WH_PLATFORM_MEMORY;
    }
    conn->all_suites = wants_all_suites(conn);
    conn->has_psk = wants_psk(conn);
    bool is_alone = wh_external_psk_is_alone(conn->client);
    if (is_alone && !conn->has_psk && !conn->ssl->options.resuming) {
        return WH_USAGE_ARGUMENT; /* the key's bytes are not those any more that the client was made with */
    }
    if (!conn->all_suites && !conn->has_psk && !is_alone) {
        return WH_OK; /* as the context has them */
    }
    if (AllocateSuites(conn->ssl) != 0) {
        return WH_PLATFORM_MEMORY;
    }
    Suites *suites = conn->ssl->suites;
    suites->suiteSz = write_suites(conn, suites->suites);
    if (conn->has_psk) {
        wh_external_psk_offer(conn->ssl);
    }
    return WH_OK;
}

void wh_hello_drop(wh_conn *conn)
{
    wh_outcome *o = &conn->outcome;
    wolfSSL_free(conn->ssl);
    conn->ssl = NULL;
    conn->all_suites = false;
    conn->early_limit = 0;
    conn->has_psk = false;
    conn->out_len = 0;
    o->total_tx = 0;
    o->handshake_tx = 0;
    o->flights = 0;
    conn->last_direction = 0;
}

/* The one that this hello follows had a session, which may be to blame. */
static bool shall_follow(const wh_conn *conn)
{
    return conn->client->fallback && conn->client->suspect != 0;
}

int wh_hello_make(wh_conn *conn)
{
    int result = create_ssl(conn);
    conn->resumption.is_second = conn->client->fallback;
    conn->follows = shall_follow(conn);
    conn->hello_us = wh_clock_elapsed_us();
    if (conn->follows) {
        conn->resumption.peer = wh_store_peer(&conn->client->binding);
    }
    if (result == WH_OK && !conn->follows &&
        wh_resumption_attach(&conn->resumption, conn->ssl) == WH_MISS_UNUSABLE) {
        /* wolfSSL leaves a session that it refused on the connection. */
        wh_hello_drop(conn);
        result = create_ssl(conn);
    }
    if (result == WH_OK) {
        result = choose_keys_and_suites(conn);
    }
    if (result == WH_OK && !conn->follows) {
        result = wh_early_data_offer(conn);
    }
    if (result == WH_OK && conn->ssl->options.resuming && !IsAtLeastTLSv1_3(conn->ssl->version)) {
        wolfSSL_KeepArrays(conn->ssl); /* for peer_has_tls13() */
    }
    return result;
}

/* So that the age that it names is not far from the ticket's: servers allow for seconds (RFC 8446 8.3). */
#define HELLO_FRESH_US UINT64_C(5000000)

/* The hello that waits is what would be made now. */
static bool hello_stands(wh_conn *conn)
{
    bool is_fresh = wh_clock_elapsed_us() - conn->hello_us <= HELLO_FRESH_US;
    return is_fresh && conn->resumption.is_second == conn->client->fallback &&
           conn->follows == shall_follow(conn) &&
           (conn->follows || wh_resumption_stands(&conn->resumption)) &&
           conn->all_suites == wants_all_suites(conn) && conn->has_psk == wants_psk(conn) &&
           conn->resumption.without_exchange == wants_no_exchange(conn);
}

int wh_hello_commit(wh_conn *conn)
{
    if (conn->ssl != NULL && !hello_stands(conn)) {
        wh_hello_drop(conn);
    }
    int result = conn->ssl != NULL ? WH_OK : wh_hello_make(conn);
    if (result != WH_OK) {
        return result;
    }
    conn->client->fallback = false;
    if (conn->follows) {
        wh_resumption_follow(&conn->resumption);
    } else if (!wh_resumption_offer(&conn->resumption)) {
        wh_hello_drop(conn);
        result = create_ssl(conn);
        return result == WH_OK ? choose_keys_and_suites(conn) : result;
    }
    conn->outcome.early_data = conn->early_limit > 0 ? WH_EARLY_DATA_OFFERED : WH_EARLY_DATA_NONE;
    return WH_OK;
}
