#include "early_data.h"

#include <wolfssl/internal.h>

int wh_early_data_offer(wh_conn *conn)
{
    conn->early_limit = wh_resumption_early_limit(&conn->resumption);
    if (conn->early_limit == 0) {
        return WH_OK;
    }
    conn->ssl->earlyData = expecting_early_data;
    /* A server that answers in TLS 1.2 is left (RFC 8446 D.3), and the second attempt goes without. */
    return wolfSSL_SetMinVersion(conn->ssl, WOLFSSL_TLSV1_3) == WOLFSSL_SUCCESS ? WH_OK : WH_PLATFORM_MEMORY;
}

/* The server has not answered, as far as was read. */
static bool is_unanswered(const wh_conn *conn)
{
    return conn->ssl != NULL && conn->ssl->options.serverState == NULL_STATE;
}

uint32_t wh_conn_early_limit(const wh_conn *conn)
{
    bool waits = conn->state == WH_CONN_IDLE || conn->state == WH_CONN_HANDSHAKE;
    return waits && is_unanswered(conn) ? conn->early_limit : 0;
}

static bool may_send(const wh_conn *conn)
{
    bool has_hello_left = conn->ssl->options.handShakeState == CLIENT_HELLO_COMPLETE;
    return conn->state == WH_CONN_HANDSHAKE && has_hello_left && is_unanswered(conn) &&
           conn->early_sent < conn->early_size && conn->early_size <= conn->early_limit;
}

/* wolfSSL wants to be called again with the same, as long as it could not send it all. */
static int send_part(wh_conn *conn)
{
    int taken = 0;
    if (conn->early_in_hand == 0) {
        conn->early_in_hand = conn->early_size - conn->early_sent;
    }
    int returned =
        wolfSSL_write_early_data(conn->ssl, conn->early + conn->early_sent, (int)conn->early_in_hand, &taken);
    bool is_on_its_way = returned > 0 || wolfSSL_get_error(conn->ssl, returned) == WOLFSSL_ERROR_WANT_WRITE;
    if (is_on_its_way) {
        conn->outcome.early_bytes = (uint32_t)(conn->early_sent + conn->early_in_hand);
    }
    if (returned > 0) {
        conn->early_sent += conn->early_in_hand;
        conn->early_in_hand = 0;
    }
    return returned;
}

int wh_early_data_send(wh_conn *conn)
{
    int returned = WOLFSSL_SUCCESS;
    while (returned > 0 && may_send(conn)) {
        returned = send_part(conn);
    }
    return returned > 0 ? WOLFSSL_SUCCESS : returned;
}

void wh_early_data_settle(wh_conn *conn)
{
    wh_outcome *o = &conn->outcome;
    if (conn->early_limit > 0) {
        bool is_taken = conn->ssl->earlyDataStatus == WOLFSSL_EARLY_DATA_ACCEPTED;
        o->early_data = is_taken ? WH_EARLY_DATA_ACCEPTED : WH_EARLY_DATA_REFUSED;
        bool was_refused = !is_taken && o->result == WH_RESULT_RESUMED;
        conn->resumption.refuses_early_data = was_refused && !conn->ssl->msgsReceived.got_hello_retry_request;
    }
    wh_conn_early_forget(conn);
}

void wh_conn_early_forget(wh_conn *conn)
{
    conn->early = NULL;
    conn->early_size = 0;
}

/* For wolfSSL (tls13_mended.c): the server's encrypted extensions are read. */
int wh_wolfssl_believes_early_data(WOLFSSL *ssl);
int wh_wolfssl_believes_early_data(WOLFSSL *ssl)
{
    const wh_conn *conn = ssl->IOCB_ReadCtx;
    bool is_offered = ssl->earlyData != no_early_data; /* not after a request for another hello */
    return ssl->earlyDataStatus != WOLFSSL_EARLY_DATA_ACCEPTED ||
           (is_offered && wh_resumption_has_first_protocol(ssl, conn->client));
}
