#include "network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS = 32, OPENS = 4, REQUEST_MAX = 40000 };

/* Nothing that a connect may do takes so many steps. */
enum { STEPS_MAX = 100000 };

typedef enum happening {
    NETWORK_CHANGES,
    NAME_KNOWN,
    TCP_UP,
    ANSWER,
    TCP_ENDS,
    TCP_RESETS,
    APP_CLOSES,
    APP_HURRIES,
    APP_WRITES,
    APP_TAKES
} happening;

typedef struct event {
    uint64_t at_us;
    happening what;
    unsigned number; /* of the open, or of the change */
} event;

/* One TCP connection that was asked for. */
typedef struct opened {
    const tcp_script *script;
    unsigned tcp;
    bool is_open;
    bool is_up;
    bool is_shut;
    bool was_reset;
    /* The server has ended its side. */
    bool has_finished;
    bool server_ended;
    bool is_cut;
    tls_peer *peer;
    /* From the server, on its way. */
    uint8_t waiting[65536];
    size_t waiting_size;
    size_t given;
    size_t sent;
    size_t early_size;
    size_t got;
    bool answers; /* an answer is on its way */
} opened;

typedef struct network {
    const network_script *script;
    wh_connect connect;
    network_run run;
    event events[EVENTS];
    unsigned event_count;
    opened opens[OPENS];
    size_t written;
    bool app_closed;
    bool hurried;
    bool has_opened;
    bool resolving;
    uint64_t began_us;
} network;

static uint64_t clock_us;

static void require(bool holds, const char *rule)
{
    if (!holds) {
        (void)fprintf(stderr, "the connect breaks a rule: %s\n", rule);
        abort();
    }
}

static uint64_t simulated_us(void *ctx)
{
    (void)ctx;
    return clock_us;
}

void network_use_clock(wh_platform *platform)
{
    uint64_t real_us = platform->elapsed_us(platform->ctx);
    clock_us = clock_us > real_us ? clock_us : real_us;
    platform->elapsed_us = simulated_us;
}

void network_pass_ms(uint64_t ms)
{
    clock_us += ms * 1000;
}

/* ---- Events ------------------------------------------------------------------------------------------- */

static void later(network *n, uint64_t ms, happening what, unsigned number)
{
    if (ms == NEVER) {
        return;
    }
    require(n->event_count < EVENTS, "this test has room for its events");
    n->events[n->event_count++] = (event){clock_us + ms * 1000, what, number};
}

/* The first of the earliest. False: there is none. */
static bool next_event(const network *n, unsigned *at)
{
    for (unsigned i = 0; i < n->event_count; i++) {
        if (i == 0 || n->events[i].at_us < n->events[*at].at_us) {
            *at = i;
        }
    }
    return n->event_count > 0;
}

static uint64_t since_ms(const network *n)
{
    return (clock_us - n->began_us) / 1000;
}

/* ---- The server ------------------------------------------------------------------------------------------
 */

static opened *on_tcp(network *n, unsigned tcp)
{
    for (unsigned i = 0; i < n->run.opens; i++) {
        if (n->opens[i].is_open && n->opens[i].tcp == tcp) {
            return &n->opens[i];
        }
    }
    require(false, "a step is about a TCP connection that is open");
    return NULL;
}

static void answer_request(network *n, opened *o)
{
    uint8_t bytes[2048];
    size_t got = 0;
    size_t before = o->got;
    while ((got = peer_read(o->peer, bytes, sizeof bytes)) > 0) {
        n->run.server_got += got;
        o->got += got;
    }
    size_t whole = n->script->request_size > 0 ? n->script->request_size : 7;
    if (before < whole && o->got >= whole && !n->script->is_mute) {
        peer_write(o->peer, (const uint8_t *)"answer", 6);
    }
    if (peer_got_close_notify(o->peer)) {
        n->run.server_saw_close = true;
        peer_close(o->peer); /* without it OpenSSL forgets the session */
        o->server_ended = o->server_ended || !n->script->never_closes;
    }
}

static void take_plain(network *n, opened *o, size_t size)
{
    n->run.server_got += size;
    if (!n->script->is_mute && n->run.server_got == size) {
        memcpy(o->waiting, "answer", 6);
        o->waiting_size = 6;
    }
}

/* The server has got these. */
static void server_takes(network *n, opened *o, const uint8_t *bytes, size_t size)
{
    const tcp_script *script = o->script;
    unsigned number = (unsigned)(o - n->opens);
    if (script->resets || script->ends) {
        if (!o->is_cut) {
            later(n, 0, script->resets ? TCP_RESETS : TCP_ENDS, number);
        }
        o->is_cut = true;
        return;
    }
    if (script->garbage != NULL) {
        o->waiting_size = strlen(script->garbage);
        memcpy(o->waiting, script->garbage, o->waiting_size);
    } else if (o->peer == NULL) {
        take_plain(n, o, size);
    } else {
        peer_take(o->peer, bytes, size);
        n->run.early_got += peer_early_size(o->peer) - o->early_size;
        n->run.early_in_first = n->run.early_in_first || (o->sent == size && peer_early_size(o->peer) > 0);
        o->early_size = peer_early_size(o->peer);
    }
    if (!o->answers) {
        o->answers = script->answer_ms != NEVER;
        later(n, script->answer_ms, ANSWER, number);
    }
}

static void server_answers(network *n, opened *o)
{
    o->answers = false;
    if (o->peer == NULL) {
        return;
    }
    if (peer_is_open(o->peer) || o->early_size > 0) {
        n->run.server_resumed = peer_resumed(o->peer);
        answer_request(n, o);
    }
    size_t size = 0;
    while ((size = peer_give(o->peer, o->waiting + o->waiting_size, sizeof o->waiting - o->waiting_size)) >
           0) {
        o->waiting_size += size;
    }
}

/* Nothing comes after the first record, of which the server has sent all by now. */
static void stall(opened *o)
{
    size_t record = o->waiting_size > 5 ? 5u + (o->waiting[3] << 8 | o->waiting[4]) : 0;
    o->waiting_size = o->given > 0 || record > o->waiting_size ? 0 : record;
    o->server_ended = false;
}

/* What has arrived goes to the connect, as far as it has room. True if anything moved. */
static bool deliver(network *n, opened *o)
{
    if (!o->is_open || !o->is_up || o->was_reset || o->has_finished) {
        return false;
    }
    if (o->script->stalls_after_hello) {
        stall(o);
    }
    size_t room = wh_connect_room(&n->connect, o->tcp);
    size_t limit = o->script->reset_after > 0 ? o->script->reset_after : o->script->end_after;
    size_t left = limit > 0 && limit - o->given < o->waiting_size ? limit - o->given : o->waiting_size;
    size_t size = left < room ? left : room;
    if (room == 0) {
        return false;
    }
    if (size > 0) {
        wh_connect_received(&n->connect, o->tcp, o->waiting, size);
        o->waiting_size -= size;
        memmove(o->waiting, o->waiting + size, o->waiting_size);
        o->given += size;
        return true;
    }
    if (limit > 0 && o->given == limit && o->script->reset_after > 0) {
        o->was_reset = true;
        wh_connect_failed(&n->connect, o->tcp, WH_NETWORK_LOST);
        return true;
    }
    if ((limit > 0 && o->given == limit) || (o->server_ended && o->waiting_size == 0 && !o->answers)) {
        o->has_finished = true;
        wh_connect_received(&n->connect, o->tcp, NULL, 0);
        return true;
    }
    return false;
}

/* ---- Steps
 * --------------------------------------------------------------------------------------------------- */

static void open_tcp(network *n, unsigned tcp)
{
    require(n->run.opens < OPENS, "so many TCP connections are not needed");
    require(tcp < WH_CONNECT_TCPS, "a TCP connection has a number");
    for (unsigned i = 0; i < n->run.opens; i++) {
        require(!n->opens[i].is_open || n->opens[i].tcp != tcp, "a number is of one TCP connection");
    }
    unsigned number = n->run.opens++;
    opened *o = &n->opens[number];
    memset(o, 0, sizeof *o);
    o->script = &n->script->tcps[number];
    o->tcp = tcp;
    o->is_open = true;
    require(wh_connect_awaits_ready(&n->connect, tcp), "TCP is waited for");
    later(n, o->script->up_ms, TCP_UP, number);
}

static void send_bytes(network *n, const wh_step *step)
{
    opened *o = on_tcp(n, step->tcp);
    size_t narrow = o->script->narrow;
    size_t size = narrow > 0 && narrow < step->size ? narrow : step->size;
    require(o->is_up && !o->is_shut, "bytes are sent while TCP is up");
    require(step->size > 0, "there is something to send");
    size_t stall = o->script->stalls_after;
    if (o->was_reset) {
        size = 0;
    } else if (stall > 0 && o->sent + size > stall) {
        size = stall - o->sent;
    }
    o->sent += size;
    uint8_t copy[65536];
    memcpy(copy, step->bytes, size);
    wh_connect_sent(&n->connect, step->tcp, size);
    if (size > 0) {
        server_takes(n, o, copy, size);
    }
}

static void close_tcp(network *n, unsigned tcp)
{
    opened *o = on_tcp(n, tcp);
    o->is_open = false;
    peer_free(o->peer);
    o->peer = NULL;
}

static size_t request_size(const network *n)
{
    if (n->script->writes_nothing) {
        return 0;
    }
    return n->script->request_size > 0 ? n->script->request_size : 7;
}

static void write_some(network *n)
{
    static uint8_t request[REQUEST_MAX];
    size_t whole = request_size(n);
    bool waits = since_ms(n) < n->script->writes_ms;
    for (int taken = 1; !waits && n->written < whole && taken > 0;) {
        size_t left = whole - n->written;
        size_t piece = n->script->piece;
        taken = wh_connect_write(&n->connect, request + n->written, piece > 0 && piece < left ? piece : left);
        n->written += taken > 0 ? (size_t)taken : 0;
    }
    if (n->app_closed && !n->script->hurries && !n->hurried) {
        wh_connect_close(&n->connect, n->written == whole);
    }
}

static void app_closes(network *n)
{
    n->app_closed = true;
    if (n->script->hurries) {
        wh_connect_hurry(&n->connect);
    } else {
        write_some(n);
    }
}

static unsigned open_count(const network *n)
{
    unsigned count = 0;
    for (unsigned i = 0; i < n->run.opens; i++) {
        count += n->opens[i].is_open;
    }
    return count;
}

static bool is_secured(const network *n)
{
    wh_result result = wh_connect_outcome(&n->connect)->result;
    return result == WH_RESULT_FULL || result == WH_RESULT_RESUMED;
}

static void read_some(network *n)
{
    uint8_t bytes[100];
    require(n->has_opened && !n->app_closed, "plaintext is for an app that is there");
    require(n->script->server == NULL || is_secured(n), "plaintext is of a server that is known");
    require(open_count(n) == 1, "once it is open one TCP connection is left");
    require(since_ms(n) >= n->script->held_until_ms, "no plaintext for an app without room");
    int got = wh_connect_read(&n->connect, bytes, sizeof bytes);
    require(got >= 0, "a read gives bytes or none");
    n->run.got += (size_t)got;
    if (got > 0 && n->script->closes_ms == 0) {
        app_closes(n);
    }
}

static void perform_tcp(network *n, const wh_step *step)
{
    switch (step->kind) {
    case WH_STEP_OPEN:
        open_tcp(n, step->tcp);
        break;
    case WH_STEP_SEND:
        n->run.sends++;
        send_bytes(n, step);
        break;
    case WH_STEP_SHUT:
        require(on_tcp(n, step->tcp)->is_up, "what is up can be shut");
        on_tcp(n, step->tcp)->is_shut = true;
        on_tcp(n, step->tcp)->server_ended = !n->script->never_closes;
        break;
    default:
        close_tcp(n, step->tcp);
        break;
    }
}

static void perform(network *n, const wh_step *step)
{
    switch (step->kind) {
    case WH_STEP_RENEW_NETWORK:
        n->run.renewals++;
        break;
    case WH_STEP_RESOLVE:
        n->resolving = true;
        later(n, n->script->name_ms, NAME_KNOWN, 0);
        break;
    case WH_STEP_OPENED:
        require(!n->has_opened, "it opens once");
        n->has_opened = true;
        n->run.opened_ms = since_ms(n);
        n->run.opened_early = n->script->server != NULL && !is_secured(n);
        n->run.secured_ms = n->run.opened_early ? NEVER : n->run.opened_ms;
        write_some(n);
        break;
    case WH_STEP_SECURED:
        require(n->run.opened_early && n->run.secured_ms == NEVER, "it is secured once, after it has opened");
        require(is_secured(n), "the handshake is done then");
        n->run.secured_ms = since_ms(n);
        break;
    case WH_STEP_READ:
        read_some(n);
        break;
    default:
        perform_tcp(n, step);
        break;
    }
}

/* ---- Time
 * ------------------------------------------------------------------------------------------------------ */

static void tcp_up(network *n, opened *o)
{
    if (!o->is_open) {
        return;
    }
    if (o->script->error != WH_OK) {
        wh_connect_failed(&n->connect, o->tcp, o->script->error);
        return;
    }
    o->is_up = true;
    if (o->script->ends_ms > 0) {
        later(n, o->script->ends_ms, TCP_ENDS, (unsigned)(o - n->opens));
    }
    if (o->script->resets_ms > 0) {
        later(n, o->script->resets_ms, TCP_RESETS, (unsigned)(o - n->opens));
    }
    o->peer = n->script->server != NULL ? peer_accept(n->script->server) : NULL;
    wh_connect_ready(&n->connect, o->tcp);
}

static void happen(network *n, const event *e)
{
    opened *o = &n->opens[e->number];
    switch (e->what) {
    case NETWORK_CHANGES:
        wh_connect_network(&n->connect, n->script->changes[e->number].network);
        break;
    case NAME_KNOWN:
        wh_connect_resolved(&n->connect, !n->script->is_unknown_name);
        break;
    case TCP_UP:
        tcp_up(n, o);
        break;
    case ANSWER:
        server_answers(n, o);
        break;
    case TCP_ENDS:
    case TCP_RESETS:
        if (o->is_open && e->what == TCP_RESETS) {
            o->was_reset = true;
            wh_connect_failed(&n->connect, o->tcp, WH_NETWORK_LOST);
        } else if (o->is_open) {
            o->has_finished = true;
            wh_connect_received(&n->connect, o->tcp, NULL, 0);
        }
        break;
    case APP_CLOSES:
        app_closes(n);
        break;
    case APP_HURRIES:
        wh_connect_hurry(&n->connect);
        n->hurried = true;
        break;
    case APP_WRITES:
        break; /* the next turn sees it */
    case APP_TAKES:
        wh_connect_hold(&n->connect, false);
        break;
    }
}

/* TCP has room again as soon as it has sent. */
static bool move_bytes(network *n)
{
    bool moved = false;
    for (unsigned i = 0; i < n->run.opens; i++) {
        opened *o = &n->opens[i];
        bool is_stalled =
            o->is_open && !o->was_reset && o->script->stalls_after > 0 && o->sent == o->script->stalls_after;
        if (o->is_open && o->is_up && !is_stalled && wh_connect_awaits_ready(&n->connect, o->tcp)) {
            wh_connect_ready(&n->connect, o->tcp);
            moved = true;
        }
        moved = deliver(n, o) || moved;
    }
    return moved;
}

static void wait(network *n, uint64_t wait_us)
{
    unsigned at = 0;
    bool has_event = next_event(n, &at);
    uint64_t event_us = has_event ? n->events[at].at_us : NEVER;
    uint64_t due_us = wait_us == UINT64_MAX ? NEVER : clock_us + wait_us;
    require(event_us != NEVER || due_us != NEVER, "what nothing can end is not waited for");
    if (event_us > due_us) {
        clock_us = due_us;
        return;
    }
    clock_us = event_us > clock_us ? event_us : clock_us;
    event e = n->events[at];
    n->events[at] = n->events[--n->event_count];
    happen(n, &e);
}

static void begin(network *n, wh_client *client, const wh_connect_options *options,
                  const network_script *script)
{
    memset(n, 0, sizeof *n);
    n->script = script;
    n->run.opened_ms = NEVER;
    n->run.secured_ms = NEVER;
    n->began_us = clock_us;
    wh_connect_options given = options != NULL ? *options : (wh_connect_options){0};
    given.network = script->network;
    wh_connect_begin(&n->connect, client, &given);
    for (unsigned i = 0; i < 4 && script->changes[i].at_ms != 0; i++) {
        later(n, script->changes[i].at_ms, NETWORK_CHANGES, i);
    }
    if (script->closes_ms != 0) {
        later(n, script->closes_ms, APP_CLOSES, 0);
    }
    if (script->hurries_ms != 0) {
        later(n, script->hurries_ms, APP_HURRIES, 0);
    }
    if (script->writes_ms != 0) {
        later(n, script->writes_ms, APP_WRITES, 0);
    }
    if (script->held_until_ms != 0) {
        wh_connect_hold(&n->connect, true);
        later(n, script->held_until_ms, APP_TAKES, 0);
    }
}

network_run network_run_connect(wh_client *client, const wh_connect_options *options,
                                const network_script *script)
{
    static network n;
    begin(&n, client, options, script);
    wh_step step = {0};
    for (unsigned steps = 0; step.kind != WH_STEP_OVER; steps++) {
        require(steps < STEPS_MAX, "it comes to an end");
        if (n.has_opened) {
            write_some(&n);
        }
        step = wh_connect_next(&n.connect);
        if (step.kind == WH_STEP_WAIT && !move_bytes(&n)) {
            wait(&n, step.wait_us);
        } else if (step.kind != WH_STEP_WAIT && step.kind != WH_STEP_OVER) {
            perform(&n, &step);
        }
    }
    for (unsigned i = 0; i < n.run.opens; i++) {
        require(!n.opens[i].is_open, "every TCP connection was closed");
    }
    require(wh_connect_next(&n.connect).kind == WH_STEP_OVER, "what is over stays so");
    n.run.outcome = *wh_connect_outcome(&n.connect);
    n.run.error = wh_connect_error(&n.connect);
    n.run.over_ms = since_ms(&n);
    wh_connect_free(&n.connect);
    wh_connect_free(&n.connect);
    return n.run;
}
