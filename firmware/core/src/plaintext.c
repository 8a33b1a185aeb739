#include "plaintext.h"

#include "course.h"
#include "early_writes.h"

/* How long a closed connection may still send what the app has written, and how long the server may then take
 * to close its side as well: a round trip. In milliseconds. */
enum { FLUSH_MS = 5000, LINGER_MS = 500 };

bool wh_connect_has_unsent(const wh_connect *c)
{
    return c->unsent > 0 || wh_early_writes_are_owed(c);
}

/* To an app that has closed, any end is one. */
static bool is_all_the_same(const wh_connect *c)
{
    return c->phase >= WH_PHASE_CLOSING && !wh_connect_has_unsent(c);
}

/* Nothing came: there is nothing now, or it is the end. */
static void see_end(wh_connect *c)
{
    wh_conn_state state = wh_conn_get_state(&c->chosen->conn);
    c->may_read = false;
    bool has_failed = state == WH_CONN_FAILED;
    bool is_lost = state == WH_CONN_CLOSED && wh_connect_has_unsent(c);
    if (is_lost) {
        wh_course_fail(c, WH_NETWORK_LOST);
    } else if (state == WH_CONN_CLOSED || (has_failed && is_all_the_same(c))) {
        wh_course_end(c, WH_OK);
    } else if (has_failed) {
        wh_course_fail(c, wh_conn_outcome(&c->chosen->conn)->error);
    }
}

static int read_some(wh_connect *c, uint8_t *out, size_t size)
{
    int got = wh_conn_read(&c->chosen->conn, out, size);
    if (got > 0) {
        c->has_asked = false; /* it was answered, and may be left open for more */
        return got;
    }
    see_end(c);
    return 0;
}

static void close_now(wh_connect *c)
{
    wh_course_look_at_clock(c);
    wh_conn_close(&c->chosen->conn);
    c->phase = WH_PHASE_LINGERING;
    c->part_ms = c->now_ms + LINGER_MS;
    c->has_sooner = false;
    c->chosen->wants_shut = true;
}

void wh_plaintext_watch_end(wh_connect *c)
{
    bool has_ended = c->chosen->has_ended;
    if (!has_ended && !wh_course_is_due(c, c->part_ms)) {
        return;
    }
    if (wh_connect_has_unsent(c)) {
        wh_course_fail(c, has_ended ? WH_NETWORK_LOST : WH_PEER_SILENT);
    } else {
        wh_course_end(c, WH_OK);
    }
}

void wh_plaintext_watch_close(wh_connect *c)
{
    uint8_t rest[64];
    while (c->phase == WH_PHASE_CLOSING && read_some(c, rest, sizeof rest) > 0) {
    }
    if (c->phase != WH_PHASE_CLOSING) {
        return;
    }
    if (c->hurries || wh_course_is_due(c, c->sooner_ms) || wh_conn_ticket_wait_ms(&c->chosen->conn) == 0) {
        c->has_sooner = false;
    }
    bool has_left = wh_early_writes_send(c) && c->is_written && wh_attempt_is_drained(c->chosen);
    bool is_due = wh_course_is_due(c, c->part_ms);
    if (has_left && (is_due || !c->has_sooner)) {
        close_now(c);
    } else if (is_due) {
        wh_course_fail(c, WH_PEER_SILENT);
    }
}

/* ---- What the app does ------------------------------------------------------------------------------ */

int wh_connect_write(wh_connect *c, const uint8_t *bytes, size_t size)
{
    if (c->phase > WH_PHASE_CLOSING) {
        return WH_USAGE_STATE;
    }
    int taken = 0;
    if (c->phase < WH_PHASE_OPEN) {
        taken = wh_early_writes_take(c, bytes, size);
    } else if (wh_early_writes_send(c)) {
        taken = wh_early_writes_pass(c, bytes, size);
    }
    if (taken > 0) {
        c->has_asked = true;
        wh_course_note_movement(c);
    }
    c->may_read = c->may_read || taken < 0; /* which tells why */
    return taken > 0 ? taken : 0;
}

int wh_connect_read(wh_connect *c, uint8_t *out, size_t size)
{
    return c->phase == WH_PHASE_OPEN ? read_some(c, out, size) : 0;
}

size_t wh_connect_pending(wh_connect *c)
{
    if (c->phase != WH_PHASE_OPEN) {
        return 0;
    }
    size_t pending = wh_conn_pending(&c->chosen->conn);
    if (pending == 0) {
        see_end(c);
    }
    return pending;
}

void wh_connect_hold(wh_connect *c, bool has_no_room)
{
    if (c->is_held) {
        wh_course_note_movement(c);
    }
    c->is_held = has_no_room;
}

static void begin_close(wh_connect *c)
{
    wh_course_look_at_clock(c);
    c->phase = WH_PHASE_CLOSING;
    c->part_ms = c->now_ms + FLUSH_MS;
    wh_course_set_sooner(c, c->now_ms + wh_course_at_most(wh_conn_ticket_wait_ms(&c->chosen->conn)));
}

void wh_plaintext_open(wh_connect *c)
{
    c->phase = WH_PHASE_OPEN;
    if (c->early == WH_EARLY_UNTOLD) {
        c->due = WH_STEP_OPENED;
    } else if (!c->closes) {
        c->due = WH_STEP_SECURED;
    }
    c->may_read = true;
    if (c->closes) {
        begin_close(c);
    }
}

/* What the app did before the handshake it did to a connection that was open, for all it knows. */
static void close_early(wh_connect *c)
{
    bool has_to_go_on = c->hurries ? c->early_writes != NULL : c->early != WH_EARLY_UNTOLD;
    c->closes = true;
    if (!has_to_go_on) {
        wh_course_end(c, WH_OK);
    }
}

void wh_connect_close(wh_connect *c, bool is_written)
{
    if (c->phase < WH_PHASE_OPEN) {
        close_early(c);
    } else if (c->phase == WH_PHASE_OPEN) {
        begin_close(c);
    }
    c->is_written = is_written;
    if (c->due == WH_STEP_OPENED || c->due == WH_STEP_SECURED) {
        c->due = WH_STEP_WAIT;
    }
}

void wh_connect_hurry(wh_connect *c)
{
    c->hurries = true;
    wh_connect_close(c, true);
    if (c->phase == WH_PHASE_CLOSING && wh_early_writes_send(c)) {
        close_now(c);
    }
}

void wh_connect_end(wh_connect *c, int error)
{
    if (c->phase >= WH_PHASE_ENDING) {
        return;
    }
    for (int i = 0; error == WH_NETWORK_NONE && i < WH_CONNECT_TCPS; i++) {
        if (c->attempts[i] != NULL) {
            wh_conn_abandon(&c->attempts[i]->conn);
        }
    }
    if (is_all_the_same(c)) {
        wh_course_end(c, WH_OK);
    } else {
        wh_course_fail(c, error);
    }
}
