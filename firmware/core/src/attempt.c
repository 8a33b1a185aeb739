#include "attempt.h"

#include <string.h>

#include "opened.h"

wh_attempt *wh_attempt_new(wh_client *client, size_t room)
{
    size_t size = sizeof(wh_attempt) + 2 * room;
    wh_attempt *attempt = wh_allocate(size);
    if (attempt == NULL) {
        return NULL;
    }
    memset(attempt, 0, sizeof *attempt);
    attempt->size = size;
    const wh_conn_buffers buffers = {attempt->room, room, attempt->room + room, room};
    if (client == NULL) {
        wh_conn_plain(&attempt->conn, &buffers);
    } else {
        wh_conn_init(&attempt->conn, client, &buffers);
    }
    return attempt;
}

void wh_attempt_prepare(wh_attempt *attempt)
{
    if (!attempt->is_prepared) {
        attempt->is_prepared = true;
        int result = wh_conn_prepare(&attempt->conn);
        (void)result; /* an error here is one of wh_conn_start() as well */
    }
}

bool wh_attempt_is_drained(const wh_attempt *attempt)
{
    return !attempt->is_up || attempt->conn.out_len == 0;
}

bool wh_attempt_step(wh_attempt *attempt, wh_step *step)
{
    if (attempt->is_due && !attempt->is_begun && !attempt->is_retired) {
        attempt->is_begun = true;
        step->kind = WH_STEP_OPEN;
        return true;
    }
    if (!attempt->is_retired && !attempt->is_up) {
        return false;
    }
    if (!wh_attempt_is_drained(attempt) && !attempt->is_full) {
        step->kind = WH_STEP_SEND;
        step->bytes = attempt->conn.buffers.out;
        step->size = attempt->conn.out_len;
        return true;
    }
    if (attempt->is_retired) {
        step->kind = WH_STEP_CLOSE;
        return true;
    }
    if (attempt->wants_shut && wh_attempt_is_drained(attempt)) {
        attempt->wants_shut = false;
        step->kind = WH_STEP_SHUT;
        return true;
    }
    return false;
}

void wh_attempt_up(wh_attempt *attempt)
{
    attempt->is_up = true;
    attempt->was_up = true;
    int result = wh_conn_start(&attempt->conn);
    (void)result; /* it is in the outcome, and the state says that it has failed */
}

void wh_attempt_end(wh_attempt *attempt)
{
    attempt->has_ended = true;
    int result = wh_conn_eof(&attempt->conn);
    (void)result; /* what it makes of that is in its state */
}

void wh_attempt_break(wh_attempt *attempt)
{
    attempt->is_up = false;
    attempt->is_full = false;
    attempt->conn.was_reset = true;
    wh_attempt_end(attempt);
}

void wh_attempt_retire(wh_attempt *attempt)
{
    attempt->is_retired = true;
    wh_conn_early_forget(&attempt->conn);
    if (attempt->conn.state == WH_CONN_HANDSHAKE && attempt->conn.early_limit > 0) {
        attempt->conn.out_len = 0; /* which may be what the app wrote, and goes another way */
    }
}

void wh_attempt_free(wh_attempt *attempt)
{
    wh_conn_free(&attempt->conn);
    wh_release(attempt, attempt->size);
}
