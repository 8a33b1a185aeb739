/* Instructions of whole connections, for `npm run bench:store`. Callgrind counts the client's
 * work alone and notes who called whom; what restoring and saving took is read from that, so
 * the parts and the handshake around them are one measurement.
 *
 * Three dumps for each visit, labelled NAME:PART with the parts of session_source.h. Run it
 * with --instr-atstart=no --collect-atstart=no. */
#include <stdio.h>

#include <valgrind/callgrind.h>

#include "board.h"
#include "rtc.h"
#include "session_source.h"
#include "warmhello/store.h"
#include "warmhello/warmhello.h"

/* As in boards/partitions.csv. */
enum { SECTORS = 8 };

static const char *visit_name;

static void mark(bool begins)
{
    (void)begins;
    CALLGRIND_TOGGLE_COLLECT;
}

static void dump(const char *part)
{
    char label[64];
    (void)snprintf(label, sizeof label, "%s:%s", visit_name, part);
    CALLGRIND_DUMP_STATS_AT(label);
}

static unsigned record_size(void)
{
    wh_rtc state;
    return wh_rtc_load(0, &state) == WH_OK ? state.record_size : 0;
}

/* One counted connection, which must be resumed or not as said. */
static void visit(const char *name, bool resumed, wh_client *client, tls_server *server)
{
    const nor *chip = &the_board.chip;
    uint64_t programs = chip->programs;
    uint64_t erases = chip->erases;
    visit_name = name;
    board_sleep(60000000u);
    source_visit made = source_visit_server(client, server, mark, dump);
    if ((made.outcome.result == WH_RESULT_RESUMED) != resumed || made.server_resumed != resumed ||
        made.outcome.store_error != WH_OK) {
        source_give_up("the connection went otherwise than planned");
    }
    (void)printf("{\"name\":\"%s\",\"result\":\"%s\",\"stored\":\"%s\",\"recordBytes\":%u,"
                 "\"programs\":%llu,\"erases\":%llu}\n",
                 name, wh_result_word(made.outcome.result), wh_tiers_word(made.outcome.stored), record_size(),
                 (unsigned long long)(chip->programs - programs),
                 (unsigned long long)(chip->erases - erases));
}

static void warm_up(wh_client *client, tls_server *server)
{
    for (int i = 0; i < 2; i++) {
        (void)source_visit_server(client, server, NULL, NULL);
    }
    if (wh_store_forget() != WH_OK) {
        source_give_up("the store cannot be emptied");
    }
    board_renew(SECTORS, 2);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        source_give_up("usage: store_costs id|ticket|psk");
    }
    bench_kind kind = source_read_kind(argv[1]);
    board_start(SECTORS, 1);
    tls_server *server = source_start(kind);
    wh_client client;
    source_make_client(&client, server, kind, 0);
    warm_up(&client, server);
    CALLGRIND_START_INSTRUMENTATION;
    visit("full", false, &client, server);
    visit("resumed", true, &client, server);
    board_lose_power();
    visit("power-lost", true, &client, server);
    visit("both-tiers", true, &client, server);
    CALLGRIND_STOP_INSTRUMENTATION;
    wh_client_free(&client);
    server_stop(server);
    board_stop();
    return 0;
}
