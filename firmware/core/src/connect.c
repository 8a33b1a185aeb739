#include "warmhello/connect.h"

#include <string.h>

#include "attempt.h"
#include "clock.h"
#include "policy.h"

typedef enum phase {
    PHASE_NETWORK, /* waits for the access point */
    PHASE_ADDRESS, /* waits for an address of our own */
    PHASE_NAME,    /* waits for the server's */
    PHASE_TRYING,
    PHASE_OPEN,
    PHASE_CLOSING,   /* the app has closed: what it wrote leaves, and a ticket is waited for */
    PHASE_LINGERING, /* close_notify is on its way */
    PHASE_ENDING,    /* TCP is closed */
    PHASE_OVER,
} phase;

/* What each part of a connect may take, in milliseconds, unless the deadline comes first, and what it ends in
 * then. In proportion more where the deadline is longer than usual.
 *
 * A scan of all channels takes 2.5 s, WPA3 one second, and a remembered access point that does not answer may
 * cost a second before the scan. DHCP and DNS ask three times in their time, TCP sends two or three SYN. TLS
 * is for a server and a chip that are slow, and half of it for the second attempt. */
static const struct {
    uint16_t limit_ms;
    int16_t error;
} parts[] = {
    [PHASE_NETWORK] = {8000, WH_NETWORK_NONE},
    [PHASE_ADDRESS] = {5000, WH_NETWORK_NO_ADDRESS},
    [PHASE_NAME] = {5000, WH_NETWORK_UNKNOWN_HOST},
    [PHASE_TRYING] = {6000, WH_NETWORK_TIMEOUT},
};
enum {
    TLS_MS = 10000,
    /* Name, and then TCP, in a network that is taken over from the last wake, before that is doubted. */
    DOUBT_MS = 2000,
};

/* How long a closed connection may still send what the app has written, and how long the server may then take
 * to close its side as well: a round trip. In milliseconds. */
enum { FLUSH_MS = 5000, LINGER_MS = 500 };

/* ---- Time: milliseconds since the connect began, which may come round -------------------------------- */

/* So that no time that is meant is taken for one that is over. */
static uint32_t at_most(uint32_t ms)
{
    return ms < INT32_MAX ? ms : INT32_MAX;
}

static void look_at_the_clock(wh_connect *c)
{
    c->now_ms = (uint32_t)((wh_clock_elapsed_us() - c->began_us) / 1000);
}

static uint32_t left_ms(const wh_connect *c, uint32_t until_ms)
{
    int32_t left = (int32_t)(until_ms - c->now_ms);
    return left > 0 ? (uint32_t)left : 0;
}

static bool is_due(const wh_connect *c, uint32_t at_ms)
{
    return left_ms(c, at_ms) == 0;
}

/* When a part that begins now is given up. */
static uint32_t limit_ms(const wh_connect *c, uint32_t part_ms)
{
    uint32_t timeout_ms = c->options.timeout_ms;
    if (timeout_ms > WH_CONNECT_TIMEOUT_DEFAULT_MS) {
        part_ms = at_most((uint32_t)((uint64_t)part_ms * timeout_ms / WH_CONNECT_TIMEOUT_DEFAULT_MS));
    }
    uint32_t left = left_ms(c, timeout_ms);
    return c->now_ms + (part_ms < left ? part_ms : left);
}

static void enter(wh_connect *c, phase next)
{
    c->phase = (int)next;
    c->part_ms = limit_ms(c, parts[next].limit_ms);
    c->has_early = false;
}

/* Something else is to be done before the part's limit. */
static void set_early(wh_connect *c, uint32_t at_ms)
{
    c->early_ms = at_ms;
    c->has_early = true;
}

static bool is_offline(const wh_connect *c)
{
    return c->phase <= PHASE_ADDRESS;
}

static bool is_over(const wh_connect *c)
{
    return c->phase >= PHASE_ENDING;
}

static bool is_served(const wh_connect *c)
{
    return c->phase == PHASE_OPEN || c->phase == PHASE_CLOSING;
}

/* ---- The end -------------------------------------------------------------------------------------- */

static void retire_all(wh_connect *c, const wh_attempt *but)
{
    for (int i = 0; i < WH_CONNECT_TCPS; i++) {
        if (c->attempts[i] != NULL && c->attempts[i] != but) {
            wh_attempt_retire(c->attempts[i]);
        }
    }
}

static void end(wh_connect *c, int error)
{
    if (c->was_open && c->chosen != NULL) {
        wh_conn_close(&c->chosen->conn); /* keeps the session, if that has not been done */
    }
    if (c->client != NULL) {
        c->client->fallback = false; /* whatever was asked for was this connect's */
    }
    c->error = error;
    c->phase = PHASE_ENDING;
    retire_all(c, NULL);
}

/* Failures of the server itself, before TLS. */
static bool is_servers_fault(int error)
{
    return error == WH_NETWORK_REFUSED || error == WH_NETWORK_TIMEOUT;
}

/* The network is left alone as long as a server would be. */
static uint32_t backoff_s(const wh_connect *c, int error)
{
    if (c->client == NULL) {
        return 0;
    }
    if (is_offline(c) && (error == WH_NETWORK_NONE || error == WH_NETWORK_NO_ADDRESS)) {
        return wh_policy_backoff_s(&c->client->config.policy, c->options.offline_wakes + 1);
    }
    return is_servers_fault(error) ? wh_resumption_unreachable(c->client) : 0;
}

/* No handshake has come to its end: this is what there is to tell. */
static void note_failure(wh_connect *c, int error)
{
    if (c->chosen != NULL) {
        c->outcome = *wh_conn_outcome(&c->chosen->conn);
        c->chosen = NULL;
    }
    if (c->outcome.result == WH_RESULT_PENDING) {
        c->outcome.result = WH_RESULT_FAILED;
        c->outcome.alert = -1;
        c->outcome.error = error;
        c->outcome.backoff_s = backoff_s(c, error);
    }
    c->outcome.attempts = (uint8_t)c->tries;
}

static void fail(wh_connect *c, int error)
{
    if (c->chosen != NULL) {
        wh_conn_no_fallback(&c->chosen->conn);
    }
    if (!c->was_open) {
        bool was_broken_off = c->chosen == NULL && c->awaits_second && error != WH_NETWORK_NONE;
        note_failure(c, error);
        if (was_broken_off) { /* the first attempt, by the server; the second has not come about */
            c->outcome.backoff_s = wh_resumption_unreachable(c->client);
        }
    }
    end(c, error);
}

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
        fail(c, WH_PLATFORM_MEMORY);
    }
}

/* The radio is waited for, and the processor has nothing to do. */
static void prepare(wh_connect *c)
{
    if (c->phase < PHASE_TRYING && c->client != NULL) {
        (void)next_attempt(c);
    }
    for (int i = 0; c->phase <= PHASE_TRYING && i < WH_CONNECT_TCPS; i++) {
        wh_attempt *attempt = c->attempts[i];
        if (attempt != NULL && !attempt->is_retired && !attempt->was_up) {
            wh_attempt_prepare(attempt);
        }
    }
    look_at_the_clock(c);
}

/* This attempt comes to nothing. Another one may. */
static void lose(wh_connect *c, wh_attempt *attempt, int error)
{
    if (running(c) == 1) {
        fail(c, error);
    } else {
        wh_attempt_retire(attempt);
    }
}

/* Nothing is known of the server, which may be the network's fault. True if all begins anew. */
static bool begins_anew(wh_connect *c)
{
    if (c->network != WH_NETWORK_IS_ON_TRUST || c->is_settled || is_due(c, c->options.timeout_ms)) {
        return false;
    }
    c->is_settled = true;
    c->renews_network = true;
    c->network = WH_NETWORK_IS_AWAY;
    c->tries = 0;
    retire_all(c, NULL);
    enter(c, PHASE_NETWORK);
    return true;
}

static void not_reached(wh_connect *c, wh_attempt *attempt, int error)
{
    if (begins_anew(c)) {
        return;
    }
    if (attempt == NULL) {
        fail(c, error);
    } else {
        lose(c, attempt, error);
    }
}

static void tls_failed(wh_connect *c, wh_attempt *attempt)
{
    if (wh_conn_fallback_due(&attempt->conn) && c->tries == 1) {
        wh_attempt_retire(attempt);
        c->awaits_second = true;
        enter(c, PHASE_TRYING);
        attempt_now(c);
        return;
    }
    lose(c, attempt, wh_conn_outcome(&attempt->conn)->error);
}

/* This attempt has opened: any other one is not needed. */
static void choose(wh_connect *c, wh_attempt *attempt)
{
    c->was_open = true;
    c->tells_opened = true;
    c->may_read = true;
    c->moved_ms = c->now_ms;
    c->phase = PHASE_OPEN;
    c->chosen = attempt;
    attempt->conn.outcome.attempts = (uint8_t)c->tries;
    retire_all(c, attempt);
}

/* What an event has made of it. While the app is served, the end shows in a read. */
static void look(wh_connect *c, wh_attempt *attempt)
{
    wh_conn_state state = wh_conn_get_state(&attempt->conn);
    if (c->phase != PHASE_TRYING || attempt->is_retired) {
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
        c->part_ms = limit_ms(c, TLS_MS);
        set_early(c, c->now_ms + left_ms(c, c->part_ms) / 2);
    }
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
    if (c->phase == PHASE_NAME) {
        not_reached(c, NULL, parts[PHASE_NAME].error);
        return;
    }
    /* The core forgets a session that nothing came of, so that the next wake goes in full. */
    for (int i = 0; i < WH_CONNECT_TCPS; i++) {
        if (c->attempts[i] != NULL && !c->attempts[i]->is_retired) {
            wh_conn_silent(&c->attempts[i]->conn);
        }
    }
    fail(c, parts[c->phase].error);
}

static void watch_connecting(wh_connect *c)
{
    if (c->has_early && is_due(c, c->early_ms)) {
        c->has_early = false;
        if (c->chosen != NULL) {
            hedge(c);
        } else {
            (void)begins_anew(c);
        }
    }
    if (c->phase <= PHASE_TRYING && is_due(c, c->part_ms)) {
        timed_out(c);
    }
}

/* The app has asked, and has room for the answer. */
static bool awaits_answer(const wh_connect *c)
{
    return c->phase == PHASE_OPEN && c->has_asked && !c->is_held && c->options.silence_ms > 0;
}

/* How long until something is due that no event announces. */
static uint64_t wait_us(const wh_connect *c)
{
    bool is_early = c->has_early && left_ms(c, c->early_ms) < left_ms(c, c->part_ms);
    uint32_t until_ms = is_early ? c->early_ms : c->part_ms;
    if (c->phase == PHASE_OPEN) {
        if (!awaits_answer(c)) {
            return UINT64_MAX;
        }
        until_ms = c->moved_ms + c->options.silence_ms;
    }
    return (uint64_t)left_ms(c, until_ms) * 1000;
}

/* ---- Data -----------------------------------------------------------------------------------------------
 */

/* Nothing came: there is nothing now, or it is the end. */
static void see_end(wh_connect *c)
{
    wh_conn_state state = wh_conn_get_state(&c->chosen->conn);
    c->may_read = false;
    bool has_failed = state == WH_CONN_FAILED;
    if (state == WH_CONN_CLOSED || (has_failed && c->phase == PHASE_CLOSING)) {
        end(c, WH_OK); /* to an app that has closed, any end is one */
    } else if (has_failed) {
        fail(c, wh_conn_outcome(&c->chosen->conn)->error);
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
    look_at_the_clock(c);
    wh_conn_close(&c->chosen->conn);
    c->phase = PHASE_LINGERING;
    c->part_ms = c->now_ms + LINGER_MS;
    c->has_early = false;
    c->chosen->wants_shut = true;
}

/* The app hears nothing more; what comes may hold the ticket. */
static void watch_closing(wh_connect *c)
{
    uint8_t rest[64];
    while (c->phase == PHASE_CLOSING && read_some(c, rest, sizeof rest) > 0) {
    }
    if (c->phase != PHASE_CLOSING) {
        return;
    }
    if (is_due(c, c->early_ms) || wh_conn_ticket_wait_ms(&c->chosen->conn) == 0) {
        c->has_early = false;
    }
    bool has_left = c->is_written && wh_attempt_is_drained(c->chosen);
    if ((has_left && !c->has_early) || is_due(c, c->part_ms)) {
        close_now(c);
    }
}

static void watch_clock(wh_connect *c)
{
    look_at_the_clock(c);
    if (c->phase <= PHASE_TRYING) {
        watch_connecting(c);
    }
    if (awaits_answer(c) && is_due(c, c->moved_ms + c->options.silence_ms)) {
        fail(c, WH_PEER_SILENT);
    }
    if (c->phase == PHASE_CLOSING) {
        watch_closing(c);
    }
    if (c->phase == PHASE_LINGERING && (c->chosen->has_ended || is_due(c, c->part_ms))) {
        end(c, WH_OK);
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

/* False: there is nothing to do on any TCP connection. */
static bool step_of_tcps(wh_connect *c, wh_step *step)
{
    for (int i = 0; i < WH_CONNECT_TCPS; i++) {
        wh_attempt *attempt = c->attempts[i];
        step->tcp = (unsigned)i;
        bool is_due = attempt != NULL && wh_attempt_step(attempt, step);
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

static bool take(bool *flag)
{
    bool was = *flag;
    *flag = false;
    return was;
}

static void await_network(wh_connect *c)
{
    if (c->phase == PHASE_NETWORK && c->network == WH_NETWORK_IS_JOINED) {
        enter(c, PHASE_ADDRESS);
    }
    if (c->network <= WH_NETWORK_IS_ON_TRUST) {
        enter(c, PHASE_NAME);
        c->resolves = true;
        if (c->network == WH_NETWORK_IS_ON_TRUST) {
            c->part_ms = limit_ms(c, DOUBT_MS);
        }
    }
}

static wh_step_kind step_of_connect(wh_connect *c)
{
    if (take(&c->renews_network)) {
        return WH_STEP_RENEW_NETWORK;
    }
    if (is_offline(c)) {
        await_network(c);
    }
    if (take(&c->resolves)) {
        return WH_STEP_RESOLVE;
    }
    if (take(&c->tells_opened)) {
        return WH_STEP_OPENED;
    }
    if (c->phase == PHASE_OPEN && c->may_read && !c->is_held) {
        return WH_STEP_READ;
    }
    if (c->phase == PHASE_ENDING) {
        c->phase = PHASE_OVER;
    }
    return c->phase == PHASE_OVER ? WH_STEP_OVER : WH_STEP_WAIT;
}

wh_step wh_connect_next(wh_connect *c)
{
    wh_step step = {0};
    watch_clock(c);
    if (step_of_tcps(c, &step)) {
        return step;
    }
    step.kind = step_of_connect(c);
    if (step.kind == WH_STEP_WAIT) {
        prepare(c);
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
    c->options.timeout_ms = at_most(c->options.timeout_ms);
    c->options.silence_ms = at_most(c->options.silence_ms);
    if (c->options.room == 0) {
        c->options.room = WH_CONNECT_ROOM_DEFAULT;
    }
    c->outcome.alert = -1;
    c->network = c->options.network;
    c->began_us = wh_clock_elapsed_us();
    enter(c, PHASE_NETWORK);
}

void wh_connect_network(wh_connect *c, wh_network network)
{
    bool is_lost = network > WH_NETWORK_IS_ON_TRUST && !is_offline(c);
    c->network = network;
    if (is_lost) {
        wh_connect_end(c, WH_NETWORK_NONE);
    }
}

void wh_connect_resolved(wh_connect *c, bool has_address)
{
    look_at_the_clock(c);
    if (c->phase != PHASE_NAME || c->resolves) {
        return;
    }
    if (!has_address) {
        not_reached(c, NULL, WH_NETWORK_UNKNOWN_HOST);
        return;
    }
    enter(c, PHASE_TRYING);
    if (c->network == WH_NETWORK_IS_ON_TRUST) {
        set_early(c, limit_ms(c, DOUBT_MS));
    }
    attempt_now(c);
}

static void note_movement(wh_connect *c)
{
    look_at_the_clock(c);
    c->moved_ms = c->now_ms;
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
    look_at_the_clock(c);
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
    look_at_the_clock(c);
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
    return c->phase == PHASE_LINGERING ? c->options.room : wh_conn_room(&attempt->conn);
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
    } else if (c->phase != PHASE_LINGERING) {
        taken = wh_conn_feed(&attempt->conn, bytes, size);
        if (taken == 0) {
            return 0;
        }
    }
    c->may_read = true;
    note_movement(c);
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
    wh_conn_sent(&attempt->conn, size);
    if (size > 0) {
        note_movement(c);
    }
    look(c, attempt);
}

bool wh_connect_awaits_ready(const wh_connect *c, unsigned tcp)
{
    const wh_attempt *attempt = attempt_of(c, tcp);
    return attempt != NULL && attempt->is_begun && (!attempt->was_up || attempt->is_full);
}

/* ---- What the app does
 * ------------------------------------------------------------------------------------- */

int wh_connect_write(wh_connect *c, const uint8_t *bytes, size_t size)
{
    if (!is_served(c)) {
        return c->phase < PHASE_OPEN ? 0 : WH_USAGE_STATE;
    }
    int taken = wh_conn_write(&c->chosen->conn, bytes, size);
    if (taken > 0) {
        c->has_asked = true;
        note_movement(c);
    }
    c->may_read = c->may_read || taken < 0; /* which tells why */
    return taken > 0 ? taken : 0;
}

int wh_connect_read(wh_connect *c, uint8_t *out, size_t size)
{
    return c->phase == PHASE_OPEN ? read_some(c, out, size) : 0;
}

size_t wh_connect_pending(wh_connect *c)
{
    if (c->phase != PHASE_OPEN) {
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
        note_movement(c);
    }
    c->is_held = has_no_room;
}

void wh_connect_close(wh_connect *c, bool is_written)
{
    if (c->phase < PHASE_OPEN) {
        end(c, WH_OK);
    } else if (c->phase == PHASE_OPEN) {
        look_at_the_clock(c);
        c->phase = PHASE_CLOSING;
        c->part_ms = c->now_ms + FLUSH_MS;
        set_early(c, c->now_ms + at_most(wh_conn_ticket_wait_ms(&c->chosen->conn)));
    }
    c->is_written = is_written;
    c->tells_opened = false;
}

void wh_connect_hurry(wh_connect *c)
{
    wh_connect_close(c, true);
    if (c->phase == PHASE_CLOSING) {
        close_now(c);
    }
}

void wh_connect_end(wh_connect *c, int error)
{
    if (is_over(c)) {
        return;
    }
    for (int i = 0; error == WH_NETWORK_NONE && i < WH_CONNECT_TCPS; i++) {
        if (c->attempts[i] != NULL) {
            wh_conn_abandon(&c->attempts[i]->conn);
        }
    }
    if (c->phase >= PHASE_CLOSING) {
        end(c, WH_OK);
    } else {
        fail(c, error);
    }
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
}
