#include "early_writes.h"

#include <string.h>

#include "course.h"
#include "opened.h"

/* NULL: none. */
static wh_attempt *attempt_that_offers(const wh_connect *c)
{
    for (int i = 0; c->phase <= WH_PHASE_TRYING && i < WH_CONNECT_TCPS; i++) {
        wh_attempt *attempt = c->attempts[i];
        if (attempt != NULL && !attempt->is_retired && wh_conn_early_limit(&attempt->conn) > 0) {
            return attempt;
        }
    }
    return NULL;
}

bool wh_early_writes_are_possible(const wh_connect *c)
{
    return attempt_that_offers(c) != NULL;
}

/* Behind what is kept already. */
static bool keep(wh_connect *c, const uint8_t *bytes, size_t size)
{
    uint8_t *both = wh_allocate(c->early_size + size);
    if (both == NULL) {
        return false;
    }
    if (c->early_writes != NULL) {
        memcpy(both, c->early_writes, c->early_size);
    }
    memcpy(both + c->early_size, bytes, size);
    wh_release(c->early_writes, c->early_size);
    c->early_writes = both;
    c->early_size += size;
    return true;
}

static bool fits(const wh_connect *c, const wh_attempt *attempt, size_t size)
{
    size_t limit = wh_conn_early_limit(&attempt->conn);
    limit = limit < WH_EARLY_DATA_MAX ? limit : WH_EARLY_DATA_MAX;
    return c->early_size <= limit && size <= limit - c->early_size;
}

int wh_early_writes_take(wh_connect *c, const uint8_t *bytes, size_t size)
{
    wh_attempt *attempt = attempt_that_offers(c);
    if (attempt == NULL || size == 0 || c->early != WH_EARLY_TAKEN) {
        return 0;
    }
    if (!fits(c, attempt, size) || !keep(c, bytes, size)) {
        c->early = WH_EARLY_FULL;
        return 0;
    }
    if (attempt->is_up) {
        wh_early_writes_attach(c, attempt);
    }
    return (int)size;
}

void wh_early_writes_attach(const wh_connect *c, wh_attempt *attempt)
{
    if (c->early_writes != NULL) {
        wh_conn_early_data(&attempt->conn, c->early_writes, c->early_size);
    }
}

/* An attempt before this one has sent it, and did not come to know what the server did with it. */
static bool has_left_before(const wh_connect *c, const wh_attempt *attempt)
{
    for (unsigned i = 0; i < WH_CONNECT_TCPS; i++) {
        const wh_outcome *other = c->attempts[i] != attempt ? wh_connect_outcome_of(c, i) : NULL;
        if (other != NULL && other->early_bytes > 0) {
            return true;
        }
    }
    return false;
}

void wh_early_writes_settle(wh_connect *c, wh_attempt *attempt)
{
    wh_outcome *o = &attempt->conn.outcome;
    if (o->early_data == WH_EARLY_DATA_ACCEPTED) {
        c->early_resent = o->early_bytes;
    } else if (c->early_writes != NULL && has_left_before(c, attempt)) {
        o->early_data = WH_EARLY_DATA_OFFERED;
        o->early_bytes = (uint32_t)c->early_size;
    }
}

bool wh_early_writes_are_owed(const wh_connect *c)
{
    return c->early_writes != NULL && c->early_resent < c->early_size;
}

int wh_early_writes_pass(wh_connect *c, const uint8_t *bytes, size_t size)
{
    wh_conn *conn = &c->chosen->conn;
    int taken = wh_conn_write(conn, bytes, size);
    if (taken > 0) {
        c->unsent = conn->out_len;
    }
    return taken;
}

bool wh_early_writes_send(wh_connect *c)
{
    while (wh_early_writes_are_owed(c)) {
        size_t left = c->early_size - c->early_resent;
        int taken = wh_early_writes_pass(c, c->early_writes + c->early_resent, left);
        if (taken <= 0) {
            c->may_read = c->may_read || taken < 0; /* which tells why */
            return false;
        }
        c->early_resent += (size_t)taken;
    }
    wh_early_writes_forget(c);
    return true;
}

void wh_early_writes_forget(wh_connect *c)
{
    wh_release(c->early_writes, c->early_size);
    c->early_writes = NULL;
}
