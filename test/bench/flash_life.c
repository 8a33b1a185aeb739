/* A board's years with flash, for `npm run bench:store`: how often it resumes, and how often a program
 * or an erase comes, wake by wake, with the core's own code from the offer to the settling. The power goes,
 * and handshakes are lost, now and then.
 *
 * The handshakes themselves are left out: what a session brings is taken from one real
 * handshake of each kind, so a year takes seconds. `flash_life check` holds such wakes
 * against real ones: both must come to the same operations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wolfssl/ssl.h>

#include "kept.h"
#include "board.h"
#include "flash_copy.h"
#include "rtc.h"
#include "session_source.h"
#include "resumption.h"
#include "session.h"
#include "warmhello/store.h"

enum { CHECKED_WAKES = 200 };

/* Two tickets come with a full handshake by TLS 1.3, one with a resumed one: what OpenSSL gives. */
enum { TICKETS_FULL = 2, TICKETS_RESUMED = 1 };

/* Records of which it is known when the server gave what is in them: those of the last days. */
enum { NOTED = 4096 };

enum {
#define WH_REASON(name, word, meaning) COUNTED_##name,
#include "warmhello/reasons.def"
#undef WH_REASON
    REASONS
};

/* What shall happen. */
typedef struct plan {
    bench_kind kind;
    uint32_t interval_s;
    uint32_t wakes;
    uint32_t sectors;
    /* The power goes before one wake of so many, at random which; 0 for never. */
    uint32_t loss_every;
    /* The network goes when the session is on its way, in one wake of so many; 0 for never. */
    uint32_t lost_every;
    bool clock;
    /* As in wh_policy. */
    uint32_t trust;
} plan;

/* Once in so many wakes, at random at which of them. */
typedef struct now_and_then {
    uint32_t every;
    uint32_t at;
    uint64_t chance;
} now_and_then;

typedef struct life {
    plan plan;
    now_and_then losses;
    now_and_then lost;
    tls_server *server;
    wh_client client;
    WOLFSSL *ssl;
    uint8_t session[WH_SESSION_MAX];
    size_t session_size;
    /* When the server gave the session in a record, in true time, by the record's generation. */
    int64_t since_s[NOTED];
} life;

/* Wakes of one sort, and those of them that resumed. */
typedef struct share {
    uint32_t wakes;
    uint32_t resumed;
} share;

typedef struct tally {
    share all;
    /* The first ones after a loss of power, and why those in full were that. */
    share after_loss;
    uint32_t reasons[REASONS];
    /* The first ones after a lost handshake, and programs in them and in all that follow until a handshake in
     * full or the next loss of either kind. */
    share after_lost;
    uint32_t wakes_since_lost;
    uint64_t programs_since_lost;
    /* Wakes after which flash held a session that the server knew, which a loss of power would leave. */
    uint32_t covered;
} tally;

static void must(bool ok, const char *what)
{
    if (!ok) {
        source_give_up(what);
    }
}

static bool comes(now_and_then *n, uint32_t wake)
{
    if (n->every == 0) {
        return false;
    }
    if (wake % n->every == 0) {
        n->chance = n->chance * 6364136223846793005u + 1442695040888963407u;
        n->at = (uint32_t)((n->chance >> 32) % n->every);
    }
    return wake % n->every == n->at;
}

/* ---- A session of a real handshake --------------------------------------------------------- */

static void take_session(life *l)
{
    wh_stored stored;
    (void)source_visit_server(&l->client, l->server, NULL, NULL);
    must(wh_store_get(&l->client.binding, &stored) == WH_OK, "the handshake left no session");
    int size = wh_session_save(&stored.session, source_protocol(l->plan.kind), l->session, sizeof l->session);
    wh_session_release(&stored.session);
    must(size > 0, "the session cannot be serialised");
    l->session_size = (size_t)size;
}

/* Makes it the session of a connection, as if it had come just now. */
static void arrive(life *l)
{
    uint8_t bytes[WH_SESSION_MAX];
    wh_session session;
    memcpy(bytes, l->session, l->session_size);
    must(wh_session_load(bytes, l->session_size, 0, &session) == WH_OK, "the session cannot be read");
    must(wh_session_attach(&session, l->ssl) == WH_OK, "the session cannot be used");
    wh_session_release(&session);
}

/* ---- What the server knows -------------------------------------------------------------------- */

static wh_rtc look(void)
{
    wh_rtc state;
    (void)wh_store_tiers(); /* finds what a loss of power has left, as the wake would */
    must(wh_rtc_load(0, &state) == WH_OK, "there is no randomness");
    return state;
}

/* When the server gave what is offered next. */
static int64_t next_since(const life *l, const wh_rtc *state)
{
    uint32_t generation = state->record_size > 0 ? state->record_generation : state->flash_generation;
    return l->since_s[generation % NOTED];
}

/* A resumption by TLS 1.2 leaves the session as it is, so its time runs out; whatever else came is new. */
static void note_records(life *l, const wh_rtc *before, const wh_rtc *after, int64_t offered_since_s,
                         const wh_outcome *outcome)
{
    bool same = outcome->result == WH_RESULT_RESUMED && l->plan.kind != BENCH_PSK;
    for (uint32_t g = before->generation + 1; g <= after->generation; g++) {
        l->since_s[g % NOTED] = same ? offered_since_s : the_board.wall_s;
    }
}

static bool knows(int64_t since_s)
{
    return the_board.wall_s - since_s < BENCH_LIFETIME_S;
}

/* ---- A wake ------------------------------------------------------------------------------------ */

/* How it meets the server. */
typedef struct meeting {
    /* The network goes when the session is on its way. */
    bool lost;
    /* The server does not know the session any more. */
    bool forgotten;
} meeting;

typedef wh_outcome (*wake_run)(life *l, meeting m);

static wh_outcome short_wake(life *l, meeting m)
{
    wh_outcome outcome = {0};
    wh_resumption r;
    wh_resumption_begin(&r, &l->client, &outcome);
    must(wh_resumption_attach(&r, l->ssl) == WH_OK && wh_resumption_offer(&r),
         "the session cannot be offered");
    if (m.lost) {
        wh_resumption_free(&r);
        return outcome;
    }
    bool resumed = r.offered && !m.forgotten;
    outcome.result = resumed ? WH_RESULT_RESUMED : WH_RESULT_FULL;
    outcome.protocol = source_protocol(l->plan.kind);
    r.renewed12 = l->plan.kind == BENCH_TICKET && !resumed;
    arrive(l);
    wh_resumption_handshake_done(&r, l->ssl);
    for (int i = 0; i < (resumed ? TICKETS_RESUMED : TICKETS_FULL); i++) {
        wh_resumption_ticket(&r, l->ssl); /* without effect in TLS 1.2 */
    }
    wh_resumption_settle(&r);
    return outcome;
}

static wh_outcome real_wake(life *l, meeting m)
{
    if (m.lost) {
        return source_lose_handshake(&l->client);
    }
    if (m.forgotten) {
        server_forget_sessions(l->server); /* its clock is not the board's */
    }
    return source_visit_server(&l->client, l->server, NULL, NULL).outcome;
}

/* ---- A life ------------------------------------------------------------------------------------ */

static void count(share *s, const wh_outcome *outcome)
{
    s->wakes++;
    s->resumed += outcome->result == WH_RESULT_RESUMED;
}

/* What was before a wake. */
typedef struct past {
    bool power_lost;
    /* The wake before this one lost its handshake; that one or an earlier one did. */
    bool just_lost;
    bool since_lost;
} past;

static void add(tally *t, const past *p, const wh_outcome *outcome, uint64_t programs)
{
    count(&t->all, outcome);
    if (p->power_lost) {
        count(&t->after_loss, outcome);
        t->reasons[outcome->reason]++;
    }
    if (p->just_lost) {
        count(&t->after_lost, outcome);
    }
    if (p->since_lost) {
        t->wakes_since_lost++;
        t->programs_since_lost += programs;
    }
}

static void live_once(life *l, wake_run wake, uint32_t n, past *p, tally *t)
{
    uint64_t programs = the_board.chip.programs;
    p->power_lost = comes(&l->losses, n) && n > 0;
    if (p->power_lost) {
        board_lose_power();
        p->just_lost = p->since_lost = false;
    }
    wh_rtc before = look();
    int64_t since_s = next_since(l, &before);
    meeting m = {.lost = comes(&l->lost, n) && n > 0, .forgotten = !knows(since_s)};
    wh_outcome outcome = wake(l, m);
    wh_rtc after = look();
    note_records(l, &before, &after, since_s, &outcome);
    if (m.lost) {
        p->just_lost = p->since_lost = outcome.kind != WH_KIND_NONE;
        return;
    }
    p->since_lost = p->since_lost && outcome.result == WH_RESULT_RESUMED;
    add(t, p, &outcome, the_board.chip.programs - programs);
    t->covered += wh_flash_copy_exists(&after) && knows(l->since_s[after.flash_generation % NOTED]);
    p->just_lost = false;
}

static tally live(life *l, wake_run wake)
{
    tally t = {0};
    past p = {0};
    l->losses = (now_and_then){.every = l->plan.loss_every, .chance = 1};
    l->lost = (now_and_then){.every = l->plan.lost_every, .chance = 2};
    the_board.wall_known = l->plan.clock;
    for (uint32_t n = 0; n < l->plan.wakes; n++) {
        live_once(l, wake, n, &p, &t);
        board_sleep((uint64_t)l->plan.interval_s * 1000000u);
    }
    must(nor_violation(&the_board.chip) == NULL, "a rule of NOR flash was broken");
    return t;
}

/* ---- The board ----------------------------------------------------------------------------------- */

static void begin(life *l, const plan *p)
{
    *l = (life){.plan = *p};
    board_start(p->sectors, 1);
    l->server = source_start(p->kind);
    source_make_client(&l->client, l->server, p->kind, p->trust);
    l->ssl = wolfSSL_new(l->client.ctx);
    must(l->ssl != NULL, "out of memory");
    take_session(l);
    board_renew(p->sectors, 1);
}

static void end(life *l)
{
    wolfSSL_free(l->ssl);
    wh_client_free(&l->client);
    server_stop(l->server);
    board_stop();
}

static void tell_share(const char *name, const share *s)
{
    (void)printf("\"%s\":{\"wakes\":%u,\"resumed\":%u},", name, s->wakes, s->resumed);
}

static void tell_reasons(const tally *t)
{
    const char *comma = "";
    (void)printf("\"reasonsAfterLoss\":{");
    for (int i = 0; i < REASONS; i++) {
        if (t->reasons[i] > 0) {
            (void)printf("%s\"%s\":%u", comma, wh_reason_word((wh_reason)i), t->reasons[i]);
            comma = ",";
        }
    }
    (void)printf("},");
}

static void tell_wear(uint32_t sectors)
{
    uint32_t least = UINT32_MAX;
    uint32_t most = 0;
    for (uint32_t i = 0; i < sectors; i++) {
        uint32_t wear = the_board.chip.wear[i];
        least = wear < least ? wear : least;
        most = wear > most ? wear : most;
    }
    (void)printf("\"programs\":%llu,\"erases\":%llu,\"wearLeast\":%u,\"wearMost\":%u}\n",
                 (unsigned long long)the_board.chip.programs, (unsigned long long)the_board.chip.erases,
                 least, most);
}

static void tell(const life *l, const tally *t)
{
    (void)printf("{\"wakes\":%u,\"lifetimeS\":%d,\"recordBytes\":%zu,", l->plan.wakes, BENCH_LIFETIME_S,
                 l->session_size + WH_RECORD_OVERHEAD);
    tell_share("all", &t->all);
    tell_share("afterLoss", &t->after_loss);
    tell_reasons(t);
    tell_share("afterLost", &t->after_lost);
    (void)printf("\"wakesSinceLost\":%u,\"programsSinceLost\":%llu,\"covered\":%u,", t->wakes_since_lost,
                 (unsigned long long)t->programs_since_lost, t->covered);
    tell_wear(l->plan.sectors);
}

/* ---- Short wakes against real ones ------------------------------------------------------------- */

static bool is_same(const share *a, const share *b)
{
    return a->wakes == b->wakes && a->resumed == b->resumed;
}

static void check_one(const plan *p)
{
    static life l;
    begin(&l, p);
    tally quick = live(&l, short_wake);
    nor chip = the_board.chip;
    board_renew(p->sectors, 1);
    tally real = live(&l, real_wake);
    must(is_same(&quick.all, &real.all) && is_same(&quick.after_loss, &real.after_loss) &&
             is_same(&quick.after_lost, &real.after_lost) && quick.covered == real.covered &&
             memcmp(quick.reasons, real.reasons, sizeof real.reasons) == 0,
         "short wakes end otherwise than real ones");
    must(chip.programs == the_board.chip.programs && chip.erases == the_board.chip.erases,
         "short wakes write otherwise than real ones");
    (void)printf("%u wakes, every %u s: %u resumed, %llu programs, %llu erases\n", real.all.wakes,
                 p->interval_s, real.all.resumed, (unsigned long long)chip.programs,
                 (unsigned long long)chip.erases);
    end(&l);
}

static void check(void)
{
    static const bench_kind kinds[] = {BENCH_ID, BENCH_TICKET, BENCH_PSK};
    static const plan plans[] = {
        {.interval_s = 60, .sectors = 8, .loss_every = 36, .clock = true},
        {.interval_s = 3600, .sectors = 8, .loss_every = 36, .clock = true},
        {.interval_s = 600, .sectors = 8, .loss_every = 1},
        {.interval_s = 600, .sectors = 2, .loss_every = 3},
        {.interval_s = 600, .sectors = 2, .loss_every = 3, .trust = UINT32_MAX},
        {.interval_s = 60, .sectors = 2, .lost_every = 12},
        {.interval_s = 600, .sectors = 8, .loss_every = 18, .lost_every = 7},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (size_t j = 0; j < sizeof plans / sizeof plans[0]; j++) {
            plan p = plans[j];
            p.kind = kinds[i];
            p.wakes = CHECKED_WAKES;
            check_one(&p);
        }
    }
}

/* ---- The command line ----------------------------------------------------------------------------- */

static uint32_t number(const char *word)
{
    return (uint32_t)strtoul(word, NULL, 10);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "check") == 0) {
        check();
        return 0;
    }
    if (argc != 9) {
        source_give_up("usage: flash_life check\n"
                       "       flash_life id|ticket|psk INTERVAL_S WAKES SECTORS LOSS_EVERY LOST_EVERY "
                       "clock|no-clock TRUST");
    }
    plan p = {
        .kind = source_read_kind(argv[1]),
        .interval_s = number(argv[2]),
        .wakes = number(argv[3]),
        .sectors = number(argv[4]),
        .loss_every = number(argv[5]),
        .lost_every = number(argv[6]),
        .clock = strcmp(argv[7], "clock") == 0,
        .trust = number(argv[8]),
    };
    must(p.interval_s > 0 && p.sectors >= 2 && p.sectors <= NOR_SECTORS_MAX, "1 s or more, 2 to 8 sectors");
    static life l;
    begin(&l, &p);
    tally t = live(&l, short_wake);
    tell(&l, &t);
    end(&l);
    return 0;
}
