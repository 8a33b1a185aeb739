#include "warmhello/connect.h"

#include <string.h>

#include "attempt.h"
#include "clock.h"
#include "course.h"
#include "early_writes.h"
#include "plaintext.h"

enum {
    /* For a server and a chip that are slow, and half of it for the second attempt. In milliseconds. */
    TLS_MS = 10000,
    /* Name, and then TCP, in a network that is taken over from the last wake, before that is doubted. */
    DOUBT_MS = 2000,
};

/* ---- Attempts --------------------------------------------------------------------------------------- */

static unsigned running(const wh_connect *c)
{
    unsigned count = 0;
    for (int i = 0; i < WH_CONNECT_TCPS; i++) {
        count += c->attempts[i] != NULL && !c->attempts[i]->is_retired;
    }
    return count;
}

/* One that is not due yet, if there is one. NULL: no room, or no memory. */
static wh_attempt *next_attempt(wh_connect *c)
{
    for (int i = 0; i < WH_CONNECT_TCPS; i++) {
        if (c->attempts[i] == NULL) {
            c->attempts[i] = wh_attempt_new(c->client, c->options.room);
            return c->attempts[i];
        }
        if (!c->attempts[i]->is_due && !c->attempts[i]->is_retired) {
            return c->attempts[i];
        }
    }
    return NULL;
}

static void attempt_now(wh_connect *c)
{
    wh_attempt *attempt = next_attempt(c);
    if (attempt != NULL) {
        attempt->is_due = true;
        c->tries++;
    } else if (running(c) == 0) {
        wh_course_fail(c, WH_PLATFORM_MEMORY);
    }
}

/* The radio is waited for, and the processor has nothing to do. */
static void prepare(wh_connect *c)
{
    if (c->phase < WH_PHASE_TRYING && c->client != NULL) {
        (void)next_attempt(c);
    }
    for (int i = 0; c->phase <= WH_PHASE_TRYING && i < WH_CONNECT_TCPS; i++) {
        wh_attempt *attempt = c->attempts[i];
        if (attempt != NULL && !attempt->is_retired && !attempt->was_up) {
            wh_attempt_prepare(attempt);
        }
    }
    wh_course_look_at_clock(c);
}

/* This attempt comes to nothing. Another one may. */
static void lose(wh_connect *c, wh_attempt *attempt, int error)
{
    if (running(c) == 1) {
        wh_course_fail(c, error);
    } else {
        wh_attempt_retire(attempt);
    }
}

/* Nothing is known of the server, which may be the network's fault. True if all begins anew. */
static bool begins_anew(wh_connect *c)
{
    if (c->network != WH_NETWORK_IS_ON_TRUST || c->is_settled || wh_course_is_due(c, c->options.timeout_ms)) {
        return false;
    }
    c->is_settled = true;
    c->due = WH_STEP_RENEW_NETWORK;
    c->network = WH_NETWORK_IS_AWAY;
    c->tries = 0;
    wh_course_retire_all(c, NULL);
    wh_course_enter(c, WH_PHASE_NETWORK);
    return true;
}

static void not_reached(wh_connect *c, wh_attempt *attempt, int error)
{
    if (begins_anew(c)) {
        return;
    }
    if (attempt == NULL) {
        wh_course_fail(c, error);
    } else {
        lose(c, attempt, error);
    }
}

static void tls_failed(wh_connect *c, wh_attempt *attempt)
{
    if (wh_conn_fallback_due(&attempt->conn) && c->tries == 1) {
        wh_attempt_retire(attempt);
        c->awaits_second = true;
        wh_course_enter(c, WH_PHASE_TRYING);
        attempt_now(c);
        return;
    }
    lose(c, attempt, wh_conn_outcome(&attempt->conn)->error);
}

/* This attempt has opened: any other one is not needed. */
static void choose(wh_connect *c, wh_attempt *attempt)
{
    c->was_open = true;
    c->moved_ms = c->now_ms;
    c->chosen = attempt;
    attempt->conn.outcome.attempts = (uint8_t)c->tries;
    wh_course_retire_all(c, attempt);
    wh_early_writes_settle(c, attempt);
    wh_plaintext_open(c);
}

/* What an event has made of it. While the app is served, the end shows in a read. */
static void look(wh_connect *c, wh_attempt *attempt)
{
    wh_conn_state state = wh_conn_get_state(&attempt->conn);
    if (c->phase != WH_PHASE_TRYING || attempt->is_retired) {
        return;
    }
    if (state == WH_CONN_FAILED) {
        tls_failed(c, attempt);
    } else if (state == WH_CONN_OPEN || state == WH_CONN_CLOSED) {
        choose(c, attempt);
    }
}

/* TCP is up: now TLS has its time. The second attempt beside the first shares the time of that one. */
static void came_up(wh_connect *c, wh_attempt *attempt)
{
    c->chosen = attempt;
    c->is_settled = true;
    if (!c->is_hedged) {
        c->part_ms = wh_course_limit_ms(c, TLS_MS);
        wh_course_set_sooner(c, c->now_ms + wh_course_left_ms(c, c->part_ms) / 2);
    }
    wh_early_writes_attach(c, attempt);
    wh_attempt_up(attempt);
    c->awaits_second = c->awaits_second && c->tries == 1;
    look(c, attempt);
}

/* ---- What is due ------------------------------------------------------------------------------------- */

/* The silence may be the server's answer to the session. */
static void hedge(wh_connect *c)
{
    c->is_hedged = true;
    for (int i = 0; i < WH_CONNECT_TCPS; i++) {
        wh_attempt *attempt = c->attempts[i];
        if (attempt != NULL && !attempt->is_retired && wh_conn_hedge(&attempt->conn)) {
            c->awaits_second = true;
            attempt_now(c);
            return;
        }
    }
}

/* The present part of the connect has taken too long. */
static void timed_out(wh_connect *c)
{
    if (c->phase == WH_PHASE_NAME) {
        not_reached(c, NULL, wh_course_error_of(WH_PHASE_NAME));
        return;
    }
    /* The core forgets a session that nothing came of, so that the next wake goes in full. */
    for (int i = 0; i < WH_CONNECT_TCPS; i++) {
        if (c->attempts[i] != NULL && !c->attempts[i]->is_retired) {
            wh_conn_silent(&c->attempts[i]->conn);
        }
    }
    wh_course_fail(c, wh_course_error_of((wh_phase)c->phase));
}

static void watch_connecting(wh_connect *c)
{
    for (int i = 0; i < WH_CONNECT_TCPS; i++) {
        if (c->attempts[i] != NULL) {
            look(c, c->attempts[i]); /* the app may have written */
        }
    }
    if (c->has_sooner && wh_course_is_due(c, c->sooner_ms)) {
        c->has_sooner = false;
        if (c->chosen != NULL) {
            hedge(c);
        } else {
            (void)begins_anew(c);
        }
    }
    if (c->phase <= WH_PHASE_TRYING && wh_course_is_due(c, c->part_ms)) {
        timed_out(c);
    }
}

/* The app has asked, and has room for the answer. */
static bool awaits_answer(const wh_connect *c)
{
    return c->phase == WH_PHASE_OPEN && c->has_asked && !c->is_held && c->options.silence_ms > 0;
}

/* How long until something is due that no event announces. */
static uint64_t wait_us(const wh_connect *c)
{
    bool is_sooner = c->has_sooner && wh_course_left_ms(c, c->sooner_ms) < wh_course_left_ms(c, c->part_ms);
    uint32_t until_ms = is_sooner ? c->sooner_ms : c->part_ms;
    if (c->phase == WH_PHASE_OPEN) {
        if (!awaits_answer(c)) {
            return UINT64_MAX;
        }
        until_ms = c->moved_ms + c->options.silence_ms;
    }
    return (uint64_t)wh_course_left_ms(c, until_ms) * 1000;
}

static void watch_clock(wh_connect *c)
{
    wh_course_look_at_clock(c);
    if (c->phase <= WH_PHASE_TRYING) {
        watch_connecting(c);
    }
    if (c->phase == WH_PHASE_OPEN) {
        (void)wh_early_writes_send(c);
    }
    if (awaits_answer(c) && wh_course_is_due(c, c->moved_ms + c->options.silence_ms)) {
        wh_course_fail(c, WH_PEER_SILENT);
    }
    if (c->phase == WH_PHASE_CLOSING) {
        wh_plaintext_watch_close(c);
    }
    if (c->phase == WH_PHASE_LINGERING) {
        wh_plaintext_watch_end(c);
    }
}

/* ---- Steps ------------------------------------------------------------------------------------------------
 */

/* Its TCP is closed. */
static void drop(wh_connect *c, int slot)
{
    wh_attempt *attempt = c->attempts[slot];
    if (c->client != NULL && attempt->was_up) {
        c->outcomes[slot] = *wh_conn_outcome(&attempt->conn);
    }
    if (c->chosen == attempt) {
        c->outcome = *wh_conn_outcome(&attempt->conn);
        c->chosen = NULL;
    }
    wh_attempt_free(attempt);
    c->attempts[slot] = NULL;
}

/* The app hears that it may write before the end of the handshake leaves, so that both go in one packet. */
static bool is_for_later(const wh_connect *c, const wh_attempt *attempt)
{
    return attempt == NULL || (attempt == c->chosen && c->due == WH_STEP_OPENED);
}

/* False: there is nothing to do on any TCP connection. */
static bool step_of_tcps(wh_connect *c, wh_step *step)
{
    for (int i = 0; i < WH_CONNECT_TCPS; i++) {
        wh_attempt *attempt = c->attempts[i];
        step->tcp = (unsigned)i;
        bool is_due = !is_for_later(c, attempt) && wh_attempt_step(attempt, step);
        bool was_begun = attempt != NULL && attempt->is_begun;
        if (attempt != NULL && attempt->is_retired && (!is_due || step->kind == WH_STEP_CLOSE)) {
            drop(c, i);
        }
        if (is_due && was_begun) {
            return true;
        }
    }
    return false;
}

static void await_network(wh_connect *c)
{
    if (c->phase == WH_PHASE_NETWORK && c->network == WH_NETWORK_IS_JOINED) {
        wh_course_enter(c, WH_PHASE_ADDRESS);
    }
    if (c->network <= WH_NETWORK_IS_ON_TRUST) {
        wh_course_enter(c, WH_PHASE_NAME);
        c->due = WH_STEP_RESOLVE;
        if (c->network == WH_NETWORK_IS_ON_TRUST) {
            c->part_ms = wh_course_limit_ms(c, DOUBT_MS);
        }
    }
}

static wh_step_kind step_of_connect(wh_connect *c)
{
    if (c->due == WH_STEP_WAIT && wh_course_is_offline(c)) {
        await_network(c);
    }
    if (c->due != WH_STEP_WAIT) {
        wh_step_kind due = c->due;
        c->due = WH_STEP_WAIT;
        return due;
    }
    if (c->phase == WH_PHASE_OPEN && c->may_read && !c->is_held) {
        return WH_STEP_READ;
    }
    if (c->phase == WH_PHASE_ENDING) {
        c->phase = WH_PHASE_OVER;
    }
    return c->phase == WH_PHASE_OVER ? WH_STEP_OVER : WH_STEP_WAIT;
}

/* What the app writes now leaves with the hello, which is held back for nobody. */
static bool opens_early(wh_connect *c)
{
    bool is_due = c->early == WH_EARLY_UNTOLD && wh_early_writes_are_possible(c);
    if (is_due) {
        c->early = WH_EARLY_TAKEN;
    }
    return is_due;
}

wh_step wh_connect_next(wh_connect *c)
{
    wh_step step = {.kind = WH_STEP_OPENED};
    watch_clock(c);
    if (opens_early(c) || step_of_tcps(c, &step)) {
        return step;
    }
    step.kind = step_of_connect(c);
    if (step.kind == WH_STEP_WAIT) {
        prepare(c);
        step.kind = opens_early(c) ? WH_STEP_OPENED : WH_STEP_WAIT;
        step.wait_us = wait_us(c);
    }
    return step;
}

/* ---- What the caller tells
 * --------------------------------------------------------------------------------- */

void wh_connect_begin(wh_connect *c, wh_client *client, const wh_connect_options *options)
{
    memset(c, 0, sizeof *c);
    c->client = client;
    if (options != NULL) {
        c->options = *options;
    }
    if (c->options.timeout_ms == 0) {
        c->options.timeout_ms = WH_CONNECT_TIMEOUT_DEFAULT_MS;
    }
    c->options.timeout_ms = wh_course_at_most(c->options.timeout_ms);
    c->options.silence_ms = wh_course_at_most(c->options.silence_ms);
    if (c->options.room == 0) {
        c->options.room = WH_CONNECT_ROOM_DEFAULT;
    }
    c->outcome.alert = -1;
    c->network = c->options.network;
    c->began_us = wh_clock_elapsed_us();
    wh_course_enter(c, WH_PHASE_NETWORK);
}

void wh_connect_network(wh_connect *c, wh_network network)
{
    bool is_lost = network > WH_NETWORK_IS_ON_TRUST && !wh_course_is_offline(c);
    c->network = network;
    if (is_lost) {
        wh_connect_end(c, WH_NETWORK_NONE);
    }
}

void wh_connect_resolved(wh_connect *c, bool has_address)
{
    wh_course_look_at_clock(c);
    if (c->phase != WH_PHASE_NAME || c->due == WH_STEP_RESOLVE) {
        return;
    }
    if (!has_address) {
        not_reached(c, NULL, WH_NETWORK_UNKNOWN_HOST);
        return;
    }
    wh_course_enter(c, WH_PHASE_TRYING);
    if (c->network == WH_NETWORK_IS_ON_TRUST) {
        wh_course_set_sooner(c, wh_course_limit_ms(c, DOUBT_MS));
    }
    attempt_now(c);
}

/* NULL when nothing is of interest any more. */
static wh_attempt *attempt_of(const wh_connect *c, unsigned tcp)
{
    wh_attempt *attempt = tcp < WH_CONNECT_TCPS ? c->attempts[tcp] : NULL;
    return attempt != NULL && !attempt->is_retired ? attempt : NULL;
}

void wh_connect_ready(wh_connect *c, unsigned tcp)
{
    wh_attempt *attempt = attempt_of(c, tcp);
    if (attempt == NULL) {
        return;
    }
    attempt->is_full = false;
    wh_course_look_at_clock(c);
    if (!attempt->was_up) {
        came_up(c, attempt);
    }
}

void wh_connect_failed(wh_connect *c, unsigned tcp, int error)
{
    wh_attempt *attempt = attempt_of(c, tcp);
    if (attempt == NULL) {
        return;
    }
    wh_course_look_at_clock(c);
    if (!attempt->is_up) {
        not_reached(c, attempt, error);
        return;
    }
    wh_attempt_break(attempt);
    c->may_read = true;
    look(c, attempt);
}

size_t wh_connect_room(const wh_connect *c, unsigned tcp)
{
    const wh_attempt *attempt = attempt_of(c, tcp);
    if (attempt == NULL || !attempt->is_up || attempt->has_ended) {
        return 0;
    }
    /* What comes now nobody wants. */
    return c->phase == WH_PHASE_LINGERING ? c->options.room : wh_conn_room(&attempt->conn);
}

size_t wh_connect_received(wh_connect *c, unsigned tcp, const uint8_t *bytes, size_t size)
{
    wh_attempt *attempt = attempt_of(c, tcp);
    if (attempt == NULL || !attempt->is_up) {
        return 0;
    }
    int taken = (int)size;
    if (size == 0) {
        wh_attempt_end(attempt);
    } else if (c->phase != WH_PHASE_LINGERING) {
        taken = wh_conn_feed(&attempt->conn, bytes, size);
        if (taken == 0) {
            return 0;
        }
    }
    c->may_read = true;
    wh_course_note_movement(c);
    look(c, attempt);
    return taken > 0 ? (size_t)taken : size; /* an error shows in the state, and needs no more */
}

void wh_connect_sent(wh_connect *c, unsigned tcp, size_t size)
{
    wh_attempt *attempt = tcp < WH_CONNECT_TCPS ? c->attempts[tcp] : NULL;
    if (attempt == NULL) {
        return;
    }
    attempt->is_full = size == 0;
    if (attempt == c->chosen) {
        c->unsent -= size < c->unsent ? size : c->unsent;
    }
    wh_conn_sent(&attempt->conn, size);
    if (size > 0) {
        wh_course_note_movement(c);
    }
    look(c, attempt);
}

bool wh_connect_awaits_ready(const wh_connect *c, unsigned tcp)
{
    const wh_attempt *attempt = attempt_of(c, tcp);
    return attempt != NULL && attempt->is_begun && (!attempt->was_up || attempt->is_full);
}

/* ---- What came of it
 * --------------------------------------------------------------------------------------- */

int wh_connect_error(const wh_connect *c)
{
    return c->error;
}

const wh_outcome *wh_connect_outcome(const wh_connect *c)
{
    bool has_tls = c->chosen != NULL && c->client != NULL;
    return has_tls ? wh_conn_outcome(&c->chosen->conn) : &c->outcome;
}

const wh_outcome *wh_connect_outcome_of(const wh_connect *c, unsigned tcp)
{
    if (tcp >= WH_CONNECT_TCPS) {
        return NULL;
    }
    const wh_attempt *attempt = c->attempts[tcp];
    if (attempt != NULL && c->client != NULL && attempt->was_up) {
        return wh_conn_outcome(&attempt->conn);
    }
    return c->outcomes[tcp].total_tx > 0 ? &c->outcomes[tcp]
                                         : NULL; /* also of one that was not needed any more */
}

void wh_connect_free(wh_connect *c)
{
    for (int i = 0; i < WH_CONNECT_TCPS; i++) {
        if (c->attempts[i] != NULL) {
            drop(c, i);
        }
    }
    wh_early_writes_forget(c);
}
