/* A board's years with flash, for `npm run bench:store`: how often a program or an erase
 * comes, wake by wake, with the core's own code from the offer to the settling.
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
#include "session_source.h"
#include "resumption.h"
#include "session.h"
#include "warmhello/store.h"

enum { CHECKED_WAKES = 200 };

/* Two tickets come with a full handshake by TLS 1.3, one with a resumed one. */
enum { TICKETS_FULL = 2, TICKETS_RESUMED = 1 };

typedef struct life {
    bench_kind kind;
    uint32_t interval_s;
    uint32_t wakes;
    /** The power goes at random, that often in the mean; 0 for never. */
    uint32_t power_loss_s;
    uint64_t chance;
    tls_server *server;
    wh_client client;
    WOLFSSL *ssl;
    uint8_t session[WH_SESSION_MAX];
    size_t session_size;
    /** When the server made the session that it still knows, on the board's wall clock. */
    int64_t server_since_s;
} life;

typedef struct tally {
    uint32_t full;
    /** Wakes after which flash held a session, which a loss of power would leave. */
    uint32_t covered;
    uint32_t power_losses;
    /** Of them, those that left nothing to offer. */
    uint32_t lost_sessions;
} tally;

static void must(bool ok, const char *what)
{
    if (!ok) {
        source_give_up(what);
    }
}

/* ---- A session of a real handshake --------------------------------------------------------- */

static void take_session(life *l)
{
    wh_stored stored;
    (void)source_visit_server(&l->client, l->server, NULL, NULL);
    must(wh_store_get(&l->client.binding, &stored) == WH_OK, "the handshake left no session");
    int size = wh_session_save(&stored.session, source_protocol(l->kind), l->session, sizeof l->session);
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

/* ---- A wake ------------------------------------------------------------------------------------ */

/* A session of TLS 1.2 stays as it is, so its time runs out. By TLS 1.3 each ticket is new. */
static bool server_has_forgotten(const life *l)
{
    return l->kind != BENCH_PSK && the_board.wall_s - l->server_since_s >= BENCH_LIFETIME_S;
}

static wh_outcome short_wake(life *l)
{
    wh_outcome outcome = {0};
    wh_resumption r;
    wh_resumption_begin(&r, &l->client, &outcome);
    must(wh_resumption_offer(&r, l->ssl) == WH_OK, "the session cannot be offered");
    bool resumed = r.offered && !server_has_forgotten(l);
    outcome.result = resumed ? WH_RESULT_RESUMED : WH_RESULT_FULL;
    outcome.protocol = source_protocol(l->kind);
    r.renewed12 = l->kind == BENCH_TICKET && !resumed;
    arrive(l);
    wh_resumption_handshake_done(&r, l->ssl);
    for (int i = 0; i < (resumed ? TICKETS_RESUMED : TICKETS_FULL); i++) {
        wh_resumption_ticket(&r, l->ssl); /* without effect in TLS 1.2 */
    }
    wh_resumption_settle(&r);
    return outcome;
}

static wh_outcome real_wake(life *l)
{
    if (server_has_forgotten(l)) {
        server_forget_sessions(l->server); /* its clock is not the board's */
    }
    return source_visit_server(&l->client, l->server, NULL, NULL).outcome;
}

static bool power_goes(life *l)
{
    l->chance = l->chance * 6364136223846793005u + 1442695040888963407u;
    return l->power_loss_s != 0 && (l->chance >> 32) % l->power_loss_s < l->interval_s;
}

static tally live(life *l, wh_outcome (*wake)(life *l))
{
    tally t = {0};
    l->chance = 1;
    for (uint32_t i = 0; i < l->wakes; i++) {
        bool lost = i > 0 && power_goes(l);
        if (lost) {
            board_lose_power();
        }
        wh_outcome outcome = wake(l);
        if (outcome.result == WH_RESULT_FULL) {
            t.full++;
            l->server_since_s = the_board.wall_s;
        }
        t.power_losses += lost ? 1 : 0;
        t.lost_sessions += lost && outcome.reason == WH_REASON_NONE ? 1 : 0;
        t.covered += outcome.stored == WH_TIERS_BOTH || outcome.stored == WH_TIERS_FLASH ? 1 : 0;
        board_sleep((uint64_t)l->interval_s * 1000000u);
    }
    must(nor_violation(&the_board.chip) == NULL, "a rule of NOR flash was broken");
    return t;
}

/* ---- The board ----------------------------------------------------------------------------------- */

static void begin(life *l)
{
    board_start(BENCH_SECTORS, 1);
    l->server = source_start(l->kind);
    source_make_client(&l->client, l->server, l->kind);
    l->ssl = wolfSSL_new(l->client.ctx);
    must(l->ssl != NULL, "out of memory");
    take_session(l);
    board_renew(BENCH_SECTORS, 1);
}

static void end(life *l)
{
    wolfSSL_free(l->ssl);
    wh_client_free(&l->client);
    server_stop(l->server);
    board_stop();
}

static void extremes(uint32_t *least, uint32_t *most)
{
    *least = UINT32_MAX;
    *most = 0;
    for (int i = 0; i < BENCH_SECTORS; i++) {
        uint32_t wear = the_board.chip.wear[i];
        *least = wear < *least ? wear : *least;
        *most = wear > *most ? wear : *most;
    }
}

static void tell(const life *l, const tally *t)
{
    const nor *chip = &the_board.chip;
    uint32_t least = 0;
    uint32_t most = 0;
    extremes(&least, &most);
    (void)printf("{\"intervalS\":%u,\"wakes\":%u,\"powerLossS\":%u,\"sectors\":%d,\"lifetimeS\":%d,"
                 "\"recordBytes\":%zu,\"full\":%u,\"programs\":%llu,\"erases\":%llu,\"wearLeast\":%u,"
                 "\"wearMost\":%u,\"covered\":%u,\"powerLosses\":%u,\"lostSessions\":%u}\n",
                 l->interval_s, l->wakes, l->power_loss_s, BENCH_SECTORS, BENCH_LIFETIME_S,
                 l->session_size + WH_RECORD_OVERHEAD, t->full, (unsigned long long)chip->programs,
                 (unsigned long long)chip->erases, least, most, t->covered, t->power_losses,
                 t->lost_sessions);
}

/* ---- Short wakes against real ones ------------------------------------------------------------- */

static void check_one(bench_kind kind, uint32_t interval_s)
{
    life l = {
        .kind = kind, .interval_s = interval_s, .wakes = CHECKED_WAKES, .power_loss_s = 36 * interval_s};
    begin(&l);
    tally quick = live(&l, short_wake);
    nor chip = the_board.chip;
    board_renew(BENCH_SECTORS, 1);
    tally real = live(&l, real_wake);
    must(quick.full == real.full && quick.covered == real.covered,
         "short wakes end otherwise than real ones");
    must(chip.programs == the_board.chip.programs && chip.erases == the_board.chip.erases,
         "short wakes write otherwise than real ones");
    (void)printf("%u wakes, every %u s: %llu programs, %llu erases\n", l.wakes, l.interval_s,
                 (unsigned long long)chip.programs, (unsigned long long)chip.erases);
    end(&l);
}

static void check(void)
{
    static const bench_kind kinds[] = {BENCH_ID, BENCH_TICKET, BENCH_PSK};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        check_one(kinds[i], 60);
        check_one(kinds[i], 3600);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "check") == 0) {
        check();
        return 0;
    }
    if (argc != 5) {
        source_give_up("usage: flash_life check | id|ticket|psk INTERVAL_S WAKES POWER_LOSS_S");
    }
    life l = {
        .kind = source_read_kind(argv[1]),
        .interval_s = (uint32_t)strtoul(argv[2], NULL, 10),
        .wakes = (uint32_t)strtoul(argv[3], NULL, 10),
        .power_loss_s = (uint32_t)strtoul(argv[4], NULL, 10),
    };
    must(l.interval_s > 0, "an interval is 1 s or more");
    begin(&l);
    tally t = live(&l, short_wake);
    tell(&l, &t);
    end(&l);
    return 0;
}
