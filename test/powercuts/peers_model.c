/* Several peers in any order, with sleeps and losses of power between, beside a model of a few lines: a list
 * of peers, of which the one that was used least recently goes first.
 *
 * peers_model [--steps N] [--seed S] */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "kept.h"
#include "sessions.h"

/* A sleep is longer than the wear budget, and all of them shorter than a session lives. */
enum { BINDINGS = 7, NOBODY = BINDINGS, SECTORS = 8, SLEEP_US = 4100000 };

/* ---- The model ------------------------------------------------------------------------------- */

typedef struct place {
    /* NOBODY: it is free. */
    unsigned peer;
    /* Its session, 0 for none. */
    uint32_t serial;
    wh_protocol protocol;
    /* In RTC RAM, and under the seal of its session. */
    bool pinned, was_pinned;
    /* The step in which it was used, and that in which the session was stored. */
    uint64_t used, stored;
    /* Another peer, which has no place, is remembered here. */
    bool is_given_up;
} place;

static place places[WH_PEERS_MAX];
static unsigned peers;
static bool has_flash;
static uint64_t step;
static uint32_t last_serial;
static uint64_t failures;
static uint64_t random_state;

static unsigned below(unsigned n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % n;
}

static void complain(const char *what, unsigned peer)
{
    if (failures++ < 20) {
        (void)fprintf(stderr, "step %" PRIu64 ", %u peers, peer %u: %s\n", step, peers, peer, what);
    }
}

static place *place_of(unsigned peer)
{
    for (unsigned i = 0; i < peers; i++) {
        if (places[i].peer == peer) {
            return &places[i];
        }
    }
    return NULL;
}

static bool is_pinned(const place *p)
{
    for (unsigned i = 0; i < peers; i++) {
        if (places[i].pinned && places[i].used > p->used) {
            return false; /* another one is */
        }
    }
    return p->pinned;
}

static unsigned order_of(const place *p)
{
    if (p->peer == NOBODY) {
        return 0;
    }
    if (is_pinned(p)) {
        return 4;
    }
    return p->serial == 0 ? 1 : p->is_given_up ? 2 : 3;
}

/* The place that a peer gets that has none. */
static place *next_place(void)
{
    place *best = &places[0];
    for (unsigned i = 1; i < peers; i++) {
        unsigned a = order_of(&places[i]);
        unsigned b = order_of(best);
        if (a < b || (a == b && places[i].used < best->used)) {
            best = &places[i];
        }
    }
    return best;
}

static place *place_for(unsigned peer)
{
    place *p = place_of(peer);
    return p != NULL ? p : next_place();
}

/* ---- What a device does ------------------------------------------------------------------------ */

/* What a connect finds, which must be what the model has. */
static place *find(unsigned peer, got_session *got)
{
    place *p = place_of(peer);
    *got = get_session(peer);
    if (got->serial != (p != NULL ? p->serial : 0)) {
        complain(got->serial == 0 ? "its session is lost" : "another session than expected", peer);
    }
    if (p != NULL) {
        p->used = step;
        p->is_given_up = p->is_given_up && got->serial == 0;
    }
    return got->serial != 0 ? p : NULL;
}

static void store(unsigned peer, wh_protocol protocol)
{
    place *p = place_for(peer);
    bool pinned = below(6) == 0;
    uint32_t serial = ++last_serial;
    *p = (place){peer, serial, protocol, pinned, pinned, step, step, false};
    if (put_session(serial, &(putting){.protocol = protocol, .binding = peer, .pinned = pinned}) != WH_OK) {
        complain("its session cannot be stored", peer);
    }
    int written = persist_rtc(peer);
    if (written != (has_flash ? WH_OK : WH_MISS_EMPTY)) {
        complain("its session cannot be written", peer);
    }
    if (get_session(peer).serial != serial) {
        complain("its session is not where it was put", peer);
    }
}

static void lose_session(place *p)
{
    p->serial = 0;
}

/* The session goes out, by TLS 1.3 for once; then there comes another one, or none. */
static void connect_to(unsigned peer)
{
    got_session got;
    place *p = find(peer, &got);
    bool is_for_once = p != NULL && p->protocol == WH_TLS13;
    if (is_for_once) {
        lose_session(p);
        if (wh_store_spend(&got.info.binding, got.generation) != WH_OK) {
            complain("its session cannot be spent", peer);
        }
    }
    if (p == NULL || (is_for_once && below(4) != 0)) {
        store(peer, below(2) == 0 ? WH_TLS12 : WH_TLS13);
    }
}

/* The server knows the session no more, and gives no other. */
static void be_refused_by(unsigned peer)
{
    got_session got;
    place *p = find(peer, &got);
    if (p != NULL) {
        lose_session(p);
        if (wh_store_drop(&got.info.binding, got.generation, WH_OK) != WH_OK) {
            complain("its session cannot be dropped", peer);
        }
    }
}

/* A server that does not answer is remembered, in a place of its own if there is one without a session. */
static void fail_at(unsigned peer)
{
    wh_binding binding = binding_number(peer);
    got_session got;
    (void)find(peer, &got);
    place *p = place_for(peer);
    wh_store_note_peer(&binding, (wh_peer){.failures = (uint8_t)(1 + peer)});
    if (p->serial == 0 && p->peer != peer) {
        *p = (place){.peer = peer, .used = step, .pinned = false};
    } else if (p->peer != peer) {
        p->is_given_up = true;
        p->pinned = false;
        p->used = step;
    } else {
        p->used = step;
    }
    if (wh_store_peer(&binding).failures != 1 + peer) {
        complain("it is not remembered", peer);
    }
}

static void lose_power(void)
{
    board_lose_power();
    for (unsigned i = 0; i < peers; i++) {
        place *p = &places[i];
        *p = has_flash && p->serial != 0 ? (place){p->peer,       p->serial, p->protocol, p->was_pinned,
                                                   p->was_pinned, p->stored, p->stored,   false}
                                         : (place){.peer = NOBODY};
    }
}

static void forget(void)
{
    if (wh_store_forget() != WH_OK) {
        complain("it cannot be forgotten", 0);
    }
    for (unsigned i = 0; i < peers; i++) {
        lose_session(&places[i]);
    }
    for (unsigned i = 0; i < BINDINGS; i++) {
        got_session got;
        step++;
        (void)find(i, &got);
    }
}

static void check_report(void)
{
    wh_store_report report;
    bool has_any = false;
    for (unsigned i = 0; i < peers; i++) {
        has_any = has_any || places[i].serial != 0;
    }
    if (wh_store_report_make(&report) != WH_OK || report.tiers != wh_store_tiers() ||
        (report.tiers != WH_TIERS_NONE) != has_any) {
        complain("the report tells otherwise", 0);
    }
}

static void one_step(void)
{
    unsigned peer = below(BINDINGS);
    step++;
    board_sleep(SLEEP_US);
    switch (below(40)) {
    case 0:
        lose_power();
        break;
    case 1:
        forget();
        break;
    case 2:
    case 3:
        be_refused_by(peer);
        break;
    case 4:
    case 5:
        fail_at(peer);
        break;
    case 6:
        wh_store_unpin();
        for (unsigned i = 0; i < peers; i++) {
            places[i].pinned = false;
        }
        break;
    default:
        connect_to(peer);
    }
    check_report();
}

static void live(uint64_t seed, uint64_t steps)
{
    random_state = seed;
    board_renew(SECTORS, seed);
    the_board.chip.flash.erase_interval_s = 1;
    board_set_peers(peers, has_flash);
    for (unsigned i = 0; i < WH_PEERS_MAX; i++) {
        places[i] = (place){.peer = NOBODY};
    }
    for (uint64_t i = 0; i < steps; i++) {
        one_step();
    }
    if (nor_violation(&the_board.chip) != NULL) {
        complain(nor_violation(&the_board.chip), 0);
    }
}

int main(int argc, char **argv)
{
    uint64_t steps = 4000;
    uint64_t seed = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        uint64_t value = strtoull(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--steps") == 0) {
            steps = value;
        } else if (strcmp(argv[i], "--seed") == 0) {
            seed = value;
        }
    }
    sessions_make_templates();
    board_start(SECTORS, seed);
    for (peers = 2; peers <= WH_PEERS_MAX; peers++) {
        has_flash = false;
        live(seed, steps);
        has_flash = true;
        live(seed, steps);
    }
    board_stop();
    (void)printf("{\"steps\": %" PRIu64 ", \"failures\": %" PRIu64 "}\n", step, failures);
    return failures == 0 && board_live_bytes() == 0 ? 0 : 1;
}
