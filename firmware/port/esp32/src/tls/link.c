#include "tls/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How long the server may take to close its side as well: a round trip. Deep sleep would cut off what is
 * sent. */
static const uint64_t linger_us = 500000;

/* How long a closed connection may still send what the app has written. */
static const uint64_t flush_us = 5000000;

/* What each part of a connect may take, in milliseconds, unless the deadline comes first. In proportion more
 * where the deadline is longer than usual.
 *
 * A scan of all channels takes 2.5 s, WPA3 one second, and a remembered access point that does not answer may
 * cost a second before the scan. DHCP and DNS ask three times in their time, TCP sends two or three SYN. TLS
 * is for a server and a chip that are slow, and half of it for the second attempt. */
enum {
    USUAL_DEADLINE_MS = 20000,
    ACCESS_POINT_MS = 8000,
    ADDRESS_MS = 5000,
    NAME_MS = 5000,
    TCP_MS = 6000,
    TLS_MS = 10000,
    /* Name, and then TCP, in a network that is taken over from the last wake, before that is doubted. */
    DOUBT_MS = 2000,
};

typedef struct net_error_row {
    const char *word;
    const char *meaning;
} net_error_row;

static const net_error_row net_errors[] = {
    [WH_NET_OK] = {"ok", "no error"},
    [WH_NET_NO_NETWORK] = {"no-network", "the access point cannot be reached or has gone"},
    [WH_NET_NO_ADDRESS] = {"no-address", "the access point gives the device no address"},
    [WH_NET_UNKNOWN_HOST] = {"unknown-host", "the host is unknown or cannot be reached"},
    [WH_NET_UNREACHABLE] = {"host-unreachable", "no way leads to the server's address"},
    [WH_NET_REFUSED] = {"connection-refused", "the server refuses connections on this port"},
    [WH_NET_TIMEOUT] = {"connect-timeout", "the server did not answer in time"},
    [WH_NET_SILENT] = {"server-silent", "the server has gone silent"},
    [WH_NET_LOST] = {"connection-lost", "the connection broke off"},
    [WH_NET_MEMORY] = {"memory", "out of memory"},
    [WH_NET_OVERFLOW] = {"send-overflow", "more was written than can be kept until it is sent"},
};

const char *wh_net_error_word(wh_net_error error)
{
    return net_errors[error].word;
}

const char *wh_net_error_meaning(wh_net_error error)
{
    return net_errors[error].meaning;
}

static void mark(const wh_link *link, wh_phase phase)
{
    link->hooks->mark(link->hooks->ctx, phase);
}

static bool is_tls(const wh_link *link)
{
    return link->options.client != NULL;
}

static const wh_outcome *outcome_of(const wh_attempt *attempt)
{
    return attempt != NULL && attempt->has_conn ? wh_conn_outcome(&attempt->conn) : NULL;
}

static int running(const wh_link *link)
{
    int count = 0;
    for (int i = 0; i < link->attempt_count; i++) {
        count += !link->attempts[i]->retired;
    }
    return count;
}

/* ---- The end ----------------------------------------------------------------------------------- */

/* All is over: the outcome is settled and told, everything is freed. */
static void finish(wh_link *link)
{
    const wh_link_hooks *hooks = link->hooks;
    wh_outcome outcome;
    const wh_outcome *told = NULL;
    if (link->chosen != NULL && link->chosen->has_conn) {
        wh_conn_close(&link->chosen->conn); /* settles one that is open still */
        outcome = *wh_conn_outcome(&link->chosen->conn);
        told = &outcome;
    }
    for (int i = 0; i < link->attempt_count; i++) {
        wh_attempt_drop(link->attempts[i]);
        free(link->attempts[i]);
        link->attempts[i] = NULL;
    }
    link->attempt_count = 0;
    link->chosen = NULL;
    link->state = WH_LINK_IDLE;
    if (is_tls(link)) {
        hooks->closed(hooks->ctx, told);
    }
}

/* The app has what it wanted, or will not get it. */
static void app_is_done(const wh_link *link)
{
    if (link->was_open) {
        mark(link, WH_PHASE_APPLICATION);
    }
}

static void tell_end(const wh_link *link, wh_link_end end)
{
    if (!link->closed_by_app) {
        app_is_done(link);
        link->hooks->ended(link->hooks->ctx, end);
    }
}

/* Why TCP did not come about. lwIP says ECONNRESET where a server refuses, ETIMEDOUT never, ECONNABORTED when
 * it has sent its last SYN (much later than any deadline here) or when the device's own address goes; Linux
 * says ECONNREFUSED and ETIMEDOUT. What is not known to be the server's is the way's, and counts nothing. */
static wh_net_error error_of_connect(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case ECONNRESET:
        return WH_NET_REFUSED;
    case ETIMEDOUT:
        return WH_NET_TIMEOUT;
    case ENOMEM:
    case ENOBUFS:
    case ENFILE:
    case EMFILE:
        return WH_NET_MEMORY;
    default: /* EHOSTUNREACH, ENETUNREACH, ECONNABORTED, EADDRNOTAVAIL */
        return WH_NET_UNREACHABLE;
    }
}

/* Failures of the server itself, before TLS. */
static bool is_servers_fault(wh_net_error error)
{
    return error == WH_NET_REFUSED || error == WH_NET_TIMEOUT;
}

/* There never was a network. */
static bool is_offline(const wh_link *link)
{
    return link->state == WH_LINK_NETWORK || link->state == WH_LINK_ADDRESS;
}

static void tell_connect_failed(const wh_link *link, wh_net_error error)
{
    const wh_outcome *outcome = outcome_of(link->chosen);
    if (outcome != NULL && outcome->result != WH_RESULT_PENDING) {
        link->hooks->connected(link->hooks->ctx, outcome);
        return;
    }
    uint32_t backoff_s = 0;
    if (is_servers_fault(error)) {
        backoff_s = wh_conn_unreachable(link->options.client);
    } else if (is_offline(link) && (error == WH_NET_NO_NETWORK || error == WH_NET_NO_ADDRESS)) {
        backoff_s = link->hooks->offline(link->hooks->ctx);
    }
    link->hooks->unreachable(link->hooks->ctx, backoff_s);
}

static void fail(wh_link *link, wh_link_end end)
{
    if (link->chosen != NULL && link->chosen->has_conn && end.net != WH_NET_NO_NETWORK) {
        wh_conn_no_fallback(&link->chosen->conn);
    }
    if (!link->was_open && is_tls(link)) {
        tell_connect_failed(link, end.net);
    }
    tell_end(link, end);
    finish(link);
}

static void fail_net(wh_link *link, wh_net_error error)
{
    fail(link, (wh_link_end){.net = error});
}

/* ---- Parts of a connect ------------------------------------------------------------------------- */

static uint64_t limit_us(const wh_link *link, uint32_t part_ms, uint64_t now_us)
{
    uint64_t limit = (uint64_t)part_ms * 1000;
    if (link->options.timeout_ms > USUAL_DEADLINE_MS) {
        limit = limit * link->options.timeout_ms / USUAL_DEADLINE_MS;
    }
    return now_us + limit < link->deadline_us ? now_us + limit : link->deadline_us;
}

static void enter(wh_link *link, wh_link_state state, uint32_t part_ms, uint64_t now_us)
{
    link->state = state;
    link->part_us = limit_us(link, part_ms, now_us);
}

/* ---- Attempts --------------------------------------------------------------------------------- */

static void attempt_now(wh_link *link)
{
    if (link->attempt_count == WH_LINK_ATTEMPTS) {
        return;
    }
    wh_attempt *attempt = malloc(sizeof *attempt);
    if (attempt == NULL) {
        if (running(link) == 0) {
            fail_net(link, WH_NET_MEMORY);
        }
        return;
    }
    link->attempts[link->attempt_count++] = attempt;
    wh_attempt_begin(attempt, &link->address, link->options.client);
}

/* This attempt comes to nothing. Another one may. */
static void lose(wh_link *link, wh_attempt *attempt, wh_link_end end)
{
    if (running(link) == 1 || link->was_open) {
        fail(link, end);
    } else {
        wh_attempt_hang_up(attempt);
    }
}

static void retire_all(wh_link *link)
{
    for (int i = 0; i < link->attempt_count; i++) {
        wh_attempt_drop(link->attempts[i]);
        free(link->attempts[i]);
        link->attempts[i] = NULL;
    }
    link->attempt_count = 0;
    link->chosen = NULL;
}

/* Nothing is known of the server, which may be the network's fault. True if all begins anew. */
static bool begins_anew(wh_link *link, uint64_t now_us)
{
    const wh_link_hooks *hooks = link->hooks;
    if (link->doubted || link->chosen != NULL || now_us >= link->deadline_us ||
        !hooks->doubts_network(hooks->ctx)) {
        return false;
    }
    link->doubted = true;
    retire_all(link);
    enter(link, WH_LINK_NETWORK, ACCESS_POINT_MS, now_us);
    return true;
}

static void not_reached(wh_link *link, wh_attempt *attempt, wh_net_error error, uint64_t now_us)
{
    if (begins_anew(link, now_us)) {
        return;
    }
    if (attempt == NULL) {
        fail_net(link, error);
    } else {
        lose(link, attempt, (wh_link_end){.net = error});
    }
}

static void tls_failed(wh_link *link, wh_attempt *attempt, uint64_t now_us)
{
    bool in_full_next = wh_conn_fallback_due(&attempt->conn) && link->attempt_count == 1;
    if (in_full_next) {
        wh_attempt_hang_up(attempt);
        link->hedge_us = UINT64_MAX; /* the next one's is set when its TCP is up */
        enter(link, WH_LINK_TRYING, TCP_MS, now_us);
        attempt_now(link);
        return;
    }
    lose(link, attempt, (wh_link_end){.core = wh_conn_outcome(&attempt->conn)->error});
}

/* This attempt has opened: any other one is not needed. */
static void choose(wh_link *link, wh_attempt *attempt, uint64_t now_us)
{
    if (link->was_open) {
        return;
    }
    link->was_open = true;
    link->moved_us = now_us;
    link->state = link->closed_by_app ? link->state : WH_LINK_OPEN;
    link->chosen = attempt;
    for (int i = 0; i < link->attempt_count; i++) {
        if (link->attempts[i] != attempt) {
            wh_attempt_drop(link->attempts[i]);
            link->attempts[i]->retired = true;
        }
    }
    if (is_tls(link)) {
        mark(link, WH_PHASE_TLS);
        link->hooks->connected(link->hooks->ctx, wh_conn_outcome(&attempt->conn));
    }
    link->hooks->opened(link->hooks->ctx);
}

/* ---- Data ---------------------------------------------------------------------------------------- */

static bool write_some(wh_link *link, wh_attempt *attempt)
{
    const wh_link_hooks *hooks = link->hooks;
    const uint8_t *bytes = NULL;
    size_t size = hooks->peek(hooks->ctx, &bytes);
    if (size == 0 || wh_attempt_conn_state(attempt) != WH_CONN_OPEN) {
        return false;
    }
    int taken = wh_attempt_write(attempt, bytes, size);
    if (taken > 0) {
        hooks->taken(hooks->ctx, (size_t)taken);
        link->has_asked = true;
    }
    return taken > 0;
}

static void peer_closed(wh_link *link, wh_attempt *attempt)
{
    if (attempt->has_conn) {
        wh_conn_close(&attempt->conn);
    }
    tell_end(link, (wh_link_end){.core = WH_OK});
    link->closed_by_app = true; /* it has heard all there is */
    finish(link);
}

/* Nothing came: there is nothing now, or it is the end. */
static void see_end(wh_link *link, wh_attempt *attempt)
{
    switch (wh_attempt_conn_state(attempt)) {
    case WH_CONN_CLOSED:
        peer_closed(link, attempt);
        break;
    case WH_CONN_FAILED:
        if (attempt->has_conn) {
            fail(link, (wh_link_end){.core = wh_conn_outcome(&attempt->conn)->error});
        } else {
            fail_net(link, WH_NET_LOST);
        }
        break;
    default:
        break;
    }
}

/* True if some came; otherwise the link may have ended. */
static bool read_some(wh_link *link, wh_attempt *attempt)
{
    uint8_t bytes[512];
    const wh_link_hooks *hooks = link->hooks;
    bool is_heard = !link->closed_by_app;
    if (is_heard && !hooks->has_room(hooks->ctx)) {
        return false;
    }
    int got = wh_attempt_read(attempt, bytes, sizeof bytes);
    if (got > 0) {
        link->has_asked = false; /* it was answered, and may be left open for more */
    }
    if (got > 0 && is_heard) {
        hooks->data(hooks->ctx, bytes, (size_t)got);
    }
    if (got < 0) {
        fail(link, (wh_link_end){.core = got});
    } else if (got == 0) {
        see_end(link, attempt);
    }
    return got > 0;
}

/* ---- Closing ----------------------------------------------------------------------------------- */

static void close_now(wh_link *link, uint64_t now_us)
{
    if (link->chosen == NULL || !link->was_open) {
        finish(link);
        return;
    }
    if (link->chosen->has_conn) {
        wh_conn_close(&link->chosen->conn);
    }
    link->state = WH_LINK_LINGERING;
    link->close_us = now_us + linger_us;
    (void)wh_attempt_pump(link->chosen);
    if (wh_attempt_has_drained(link->chosen)) {
        wh_attempt_shut(link->chosen);
    }
}

static bool has_unsent(const wh_link *link)
{
    const uint8_t *bytes = NULL;
    return link->hooks->peek(link->hooks->ctx, &bytes) > 0 || !wh_attempt_has_drained(link->chosen);
}

static bool awaits_ticket(const wh_link *link)
{
    return link->chosen->has_conn && wh_conn_ticket_wait_ms(&link->chosen->conn) > 0;
}

static void linger(wh_link *link, uint64_t now_us)
{
    wh_attempt *attempt = link->chosen;
    bool was_drained = wh_attempt_has_drained(attempt);
    while (wh_attempt_pump(attempt)) {
        attempt->wire_size = 0; /* nobody wants it */
    }
    if (!was_drained && wh_attempt_has_drained(attempt)) {
        wh_attempt_shut(attempt);
    }
    if (attempt->ended || attempt->state != WH_ATTEMPT_UP || now_us >= link->close_us) {
        finish(link);
    }
}

void wh_link_close(wh_link *link, bool may_wait, uint64_t now_us)
{
    if (link->state == WH_LINK_IDLE || link->state == WH_LINK_LINGERING) {
        return;
    }
    bool is_first = !link->closed_by_app;
    if (is_first) {
        app_is_done(link);
    }
    link->closed_by_app = true;
    if (!link->was_open || !may_wait) {
        close_now(link, now_us);
    } else if (is_first) {
        uint32_t wait_ms = link->chosen->has_conn ? wh_conn_ticket_wait_ms(&link->chosen->conn) : 0;
        link->state = WH_LINK_WAITING;
        link->close_us = now_us + (uint64_t)wait_ms * 1000;
        link->deadline_us = now_us + flush_us;
    }
}

void wh_link_end_now(wh_link *link, wh_net_error error)
{
    if (link->state == WH_LINK_LINGERING) {
        finish(link);
    } else if (link->state != WH_LINK_IDLE) {
        fail_net(link, error);
    }
}

void wh_link_network_lost(wh_link *link)
{
    if (!is_offline(link)) {
        wh_link_end_now(link, WH_NET_NO_NETWORK);
    }
}

/* ---- Turns ---------------------------------------------------------------------------------------- */

void wh_link_begin(wh_link *link, const wh_link_options *options, const wh_link_hooks *hooks, uint64_t now_us)
{
    uint64_t timeout_us = (uint64_t)options->timeout_ms * 1000;
    *link = (wh_link){
        .hooks = hooks,
        .options = *options,
        .deadline_us = now_us + timeout_us,
        .hedge_us = UINT64_MAX,
        .doubt_us = UINT64_MAX,
    };
    strncpy(link->host, options->host, WH_HOST_MAX);
    link->options.host = link->host;
    enter(link, WH_LINK_NETWORK, ACCESS_POINT_MS, now_us);
}

static void await_network(wh_link *link, uint64_t now_us)
{
    const wh_link_hooks *hooks = link->hooks;
    if (!hooks->has_network(hooks->ctx)) {
        if (link->state == WH_LINK_NETWORK && hooks->has_access_point(hooks->ctx)) {
            enter(link, WH_LINK_ADDRESS, ADDRESS_MS, now_us);
        }
        return;
    }
    enter(link, WH_LINK_RESOLVING, hooks->trusts_network(hooks->ctx) ? DOUBT_MS : NAME_MS, now_us);
    if (!hooks->resolve(hooks->ctx, link->host, link->options.port)) {
        fail_net(link, WH_NET_MEMORY);
    }
}

bool wh_link_is_resolving(const wh_link *link)
{
    return link->state == WH_LINK_RESOLVING;
}

void wh_link_resolved(wh_link *link, const wh_address *address, uint64_t now_us)
{
    if (address == NULL) {
        not_reached(link, NULL, WH_NET_UNKNOWN_HOST, now_us);
        return;
    }
    mark(link, WH_PHASE_DNS);
    link->address = *address;
    enter(link, WH_LINK_TRYING, TCP_MS, now_us);
    bool trusts = link->hooks->trusts_network(link->hooks->ctx);
    link->doubt_us = trusts ? limit_us(link, DOUBT_MS, now_us) : UINT64_MAX;
    attempt_now(link);
}

/* The silence may be the server's answer to the session. */
static void hedge(wh_link *link)
{
    link->hedged = true;
    for (int i = 0; i < link->attempt_count; i++) {
        wh_attempt *attempt = link->attempts[i];
        if (!attempt->retired && attempt->has_conn && wh_conn_hedge(&attempt->conn)) {
            attempt_now(link);
            return;
        }
    }
}

static void server_timed_out(wh_link *link)
{
    /* The core forgets a session that nothing came of, so that the next wake goes in full. */
    for (int i = 0; i < link->attempt_count; i++) {
        wh_attempt *attempt = link->attempts[i];
        if (!attempt->retired && attempt->has_conn) {
            wh_conn_silent(&attempt->conn);
        }
    }
    fail_net(link, WH_NET_TIMEOUT);
}

/* The present part of the connect has taken too long. */
static void timed_out(wh_link *link, uint64_t now_us)
{
    switch (link->state) {
    case WH_LINK_NETWORK:
        fail_net(link, WH_NET_NO_NETWORK);
        break;
    case WH_LINK_ADDRESS:
        fail_net(link, WH_NET_NO_ADDRESS);
        break;
    case WH_LINK_RESOLVING:
        not_reached(link, NULL, WH_NET_UNKNOWN_HOST, now_us);
        break;
    default:
        server_timed_out(link);
        break;
    }
}

/* TCP is up: now TLS has its time. The second attempt beside the first shares the time of that one. */
static void came_up(wh_link *link, wh_attempt *attempt, uint64_t now_us)
{
    link->chosen = attempt;
    mark(link, WH_PHASE_TCP);
    if (!link->hedged) {
        enter(link, WH_LINK_TRYING, TLS_MS, now_us);
        link->hedge_us = now_us + (link->part_us - now_us) / 2;
    }
}

/* Moves one attempt on. */
static void step(wh_link *link, wh_attempt *attempt, const fd_set *writable, uint64_t now_us)
{
    if (wh_attempt_came_up(attempt, writable)) {
        came_up(link, attempt, now_us);
    }
    while (wh_attempt_pump(attempt)) {
    }
    if (attempt->state == WH_ATTEMPT_REFUSED) {
        not_reached(link, attempt, error_of_connect(attempt->error), now_us);
        return;
    }
    wh_conn_state state = wh_attempt_conn_state(attempt);
    if (state == WH_CONN_FAILED && attempt->has_conn) {
        tls_failed(link, attempt, now_us);
    } else if (state == WH_CONN_FAILED) {
        lose(link, attempt, (wh_link_end){.net = WH_NET_LOST});
    } else if (state == WH_CONN_OPEN || state == WH_CONN_CLOSED) {
        choose(link, attempt, now_us);
    }
}

static void try_all(wh_link *link, const fd_set *writable, uint64_t now_us)
{
    /* A step may end the link, or add an attempt, which has its turn next time. */
    int count = link->attempt_count;
    for (int i = 0; i < count && link->state == WH_LINK_TRYING && i < link->attempt_count; i++) {
        if (!link->attempts[i]->retired) {
            step(link, link->attempts[i], writable, now_us);
        }
    }
}

static void watch_clock(wh_link *link, uint64_t now_us)
{
    if (link->state == WH_LINK_TRYING && link->chosen == NULL && now_us >= link->doubt_us) {
        link->doubt_us = UINT64_MAX;
        (void)begins_anew(link, now_us);
    }
    if (link->state == WH_LINK_TRYING && !link->hedged && now_us >= link->hedge_us) {
        hedge(link);
    }
    bool connecting = link->state != WH_LINK_IDLE && link->state <= WH_LINK_TRYING;
    if (connecting && now_us >= link->part_us) {
        timed_out(link, now_us);
    }
}

/* When the server has been silent for too long, with the app waiting. */
static uint64_t silent_us(const wh_link *link)
{
    bool awaits_answer = link->state == WH_LINK_OPEN && link->has_asked && link->options.silence_ms > 0;
    return awaits_answer ? link->moved_us + (uint64_t)link->options.silence_ms * 1000 : UINT64_MAX;
}

/* What the app wrote has left, and no ticket is worth waiting for. */
static bool is_done(const wh_link *link, uint64_t now_us)
{
    return !has_unsent(link) && (now_us >= link->close_us || !awaits_ticket(link));
}

static bool is_served(const wh_link *link)
{
    return link->state == WH_LINK_OPEN || link->state == WH_LINK_WAITING;
}

/* Moves bytes between TCP, the connection and the app until nothing moves any more. */
static void serve(wh_link *link, uint64_t now_us)
{
    bool moved = true;
    while (moved && is_served(link)) {
        wh_attempt *attempt = link->chosen;
        moved = write_some(link, attempt);
        moved = read_some(link, attempt) || moved;
        /* Last: a read makes room for what waits here, even if nothing was complete enough to come out. */
        moved = (is_served(link) && wh_attempt_pump(attempt)) || moved;
        link->moved_us = moved ? now_us : link->moved_us;
    }
    if (link->state == WH_LINK_OPEN && !link->hooks->has_room(link->hooks->ctx)) {
        link->moved_us = now_us; /* it is the app that is behind */
    }
    if (now_us >= silent_us(link)) {
        fail_net(link, WH_NET_SILENT);
    }
    if (link->state == WH_LINK_WAITING && (now_us >= link->deadline_us || is_done(link, now_us))) {
        close_now(link, now_us);
    }
}

void wh_link_turn(wh_link *link, const fd_set *writable, uint64_t now_us)
{
    if (is_offline(link)) {
        await_network(link, now_us);
    }
    if (link->state == WH_LINK_TRYING) {
        try_all(link, writable, now_us);
    }
    watch_clock(link, now_us);
    serve(link, now_us);
    if (link->state == WH_LINK_LINGERING) {
        linger(link, now_us);
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* An attempt could not even be begun, and has its turn to say so. */
static bool has_refused(const wh_link *link)
{
    for (int i = 0; i < link->attempt_count; i++) {
        if (!link->attempts[i]->retired && link->attempts[i]->state == WH_ATTEMPT_REFUSED) {
            return true;
        }
    }
    return false;
}

/* When something is due that no byte announces. */
static uint64_t due_us(const wh_link *link, uint64_t now_us)
{
    uint64_t until_us = link->part_us;
    switch (link->state) {
    case WH_LINK_IDLE:
        return UINT64_MAX;
    case WH_LINK_OPEN:
        return silent_us(link);
    case WH_LINK_LINGERING:
        return link->close_us;
    case WH_LINK_WAITING:
        return now_us < link->close_us ? link->close_us : link->deadline_us;
    case WH_LINK_TRYING:
        if (has_refused(link)) {
            return now_us;
        }
        until_us = link->hedged ? until_us : earlier(until_us, link->hedge_us);
        return link->chosen != NULL ? until_us : earlier(until_us, link->doubt_us);
    default:
        return until_us;
    }
}

uint64_t wh_link_watch(const wh_link *link, fd_set *readable, fd_set *writable, int *highest, uint64_t now_us)
{
    for (int i = 0; i < link->attempt_count; i++) {
        if (!link->attempts[i]->retired) {
            wh_attempt_watch(link->attempts[i], readable, writable, highest);
        }
    }
    uint64_t until_us = due_us(link, now_us);
    if (until_us == UINT64_MAX) {
        return UINT64_MAX;
    }
    return until_us > now_us ? until_us - now_us : 0;
}

bool wh_link_is_idle(const wh_link *link)
{
    return link->state == WH_LINK_IDLE;
}
