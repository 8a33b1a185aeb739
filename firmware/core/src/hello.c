#include "hello.h"

#include <string.h>

#include <wolfssl/internal.h>

#include "clock.h"
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

/* Beside those with SHA-256 the others. */
static int offer_all_suites(wh_conn *conn)
{
    const char *all = conn->client->suites;
    conn->all_suites = true;
    if (AllocateSuites(conn->ssl) != 0) {
        return WH_PLATFORM_MEMORY;
    }
    Suites *suites = conn->ssl->suites;
    suites->suiteSz = (word16)strlen(all);
    memcpy(suites->suites, all, suites->suiteSz);
    return WH_OK;
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

/* What the hello has beside the session, once that is attached. */
static int choose_algorithms(wh_conn *conn)
{
    wh_resumption *r = &conn->resumption;
    put_group_first(conn->ssl, r->peer.group);
    r->without_exchange = wants_no_exchange(conn);
    int result = r->without_exchange ? offer_without_exchange(conn) : WH_OK;
    return result == WH_OK && wants_all_suites(conn) ? offer_all_suites(conn) : result;
}

void wh_hello_drop(wh_conn *conn)
{
    wh_outcome *o = &conn->outcome;
    wolfSSL_free(conn->ssl);
    conn->ssl = NULL;
    conn->all_suites = false;
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
        result = choose_algorithms(conn);
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
           conn->all_suites == wants_all_suites(conn) &&
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
        return result == WH_OK ? choose_algorithms(conn) : result;
    }
    return WH_OK;
}
