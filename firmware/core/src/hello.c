#include "hello.h"

#include <string.h>

#include <wolfssl/internal.h>

#include "clock.h"
#include "early_data.h"
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

/* What the hello has beside the session, once that is attached. */
static int choose_suites(wh_conn *conn)
{
    return wants_all_suites(conn) ? offer_all_suites(conn) : WH_OK;
}

void wh_hello_drop(wh_conn *conn)
{
    wh_outcome *o = &conn->outcome;
    wolfSSL_free(conn->ssl);
    conn->ssl = NULL;
    conn->all_suites = false;
    conn->early_limit = 0;
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
    if (result == WH_OK && !conn->follows &&
        wh_resumption_attach(&conn->resumption, conn->ssl) == WH_MISS_UNUSABLE) {
        /* wolfSSL leaves a session that it refused on the connection. */
        wh_hello_drop(conn);
        result = create_ssl(conn);
    }
    if (result == WH_OK) {
        result = choose_suites(conn);
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
           (conn->follows || (wh_resumption_stands(&conn->resumption) && wh_early_data_stands(conn))) &&
           conn->all_suites == wants_all_suites(conn);
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
        return result == WH_OK ? choose_suites(conn) : result;
    }
    conn->outcome.early_data = conn->early_limit > 0 ? WH_EARLY_DATA_OFFERED : WH_EARLY_DATA_NONE;
    return WH_OK;
}
