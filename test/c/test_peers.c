/* One device, several servers: each keeps its own session, and one too many pushes out the one that was used
 * least recently. */
#include "visit.h"
#include "warmhello/store.h"

#include <stdlib.h>
#include <string.h>

enum { SLOT_AT = WH_HOST_STATE_SIZE - WH_RTC_SIZE, SLOT_STATE = 112, SERVERS = 6, DAY_S = 86400 };

static pairing servers[SERVERS];

/* Kinds of sessions in turn, with lives of a day. */
static void start_servers(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        server_options options = i % 2 == 0 ? ticket13 : ticket12;
        options.lifetime_s = DAY_S;
        servers[i] = pair_with(server_start(&options));
    }
}

static wh_kind kind_of(unsigned server)
{
    return server % 2 == 0 ? WH_KIND_PSK : WH_KIND_TICKET;
}

static void assert_resumes(unsigned server)
{
    assert_resumed(wake_at(&servers[server]), kind_of(server));
}

static void assert_goes_full(unsigned server, wh_reason reason)
{
    assert_full(wake_at(&servers[server]), reason);
}

static void assert_all_resume(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_resumes(i);
    }
}

static void assert_all_go_full(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_goes_full(i, WH_REASON_NONE);
    }
}

static void use_peers(unsigned peers, const wh_flash *flash)
{
    wh_platform_remove();
    wh_host_set_peers(&the_device, peers);
    assert_int_equal(wh_host_start(&the_device, flash), WH_OK);
}

static int start_with_flash(void **state)
{
    static nor chip;
    nor_init(&chip, NOR_SECTORS_MAX, 1);
    *state = &chip;
    start_servers(SERVERS);
    wh_host_set_peers(&the_device, WH_PEERS_MAX);
    return wh_host_start(&the_device, &chip.flash);
}

static int stop_with_flash(void **state)
{
    wh_host_set_peers(&the_device, 1);
    return stop_platform_with_flash(state);
}

#define PEERS_TEST(name) TEST_WITH(name, start_with_flash, stop_with_flash)

PEERS_TEST(as_many_peers_as_there_are_slots_resume_through_sleep_and_a_loss_of_power)
{
    const nor *chip = *state;
    for (unsigned peers = 1; peers <= WH_PEERS_MAX; peers++) {
        use_peers(peers, &chip->flash);
        assert_int_equal(wh_store_forget(), WH_OK);
        assert_all_go_full(peers);
        wh_host_sleep(&the_device, TEN_MINUTES_US);
        assert_all_resume(peers);
        wh_host_lose_power(&the_device);
        assert_all_resume(peers);
        wh_host_sleep(&the_device, TEN_MINUTES_US);
        assert_all_resume(peers);
    }
}

PEERS_TEST(they_outlive_sleep_without_flash)
{
    use_peers(3, NULL);
    assert_all_go_full(3);
    wh_host_sleep(&the_device, TEN_MINUTES_US);
    assert_all_resume(3);
    wh_host_lose_power(&the_device);
    assert_all_go_full(3);
}

PEERS_TEST(one_too_many_pushes_out_the_least_recently_used)
{
    assert_all_go_full(4);
    assert_resumes(0);
    assert_resumes(2);
    assert_goes_full(4, WH_REASON_BINDING); /* in the place of 1 */
    assert_resumes(0);
    assert_resumes(2);
    assert_resumes(3);
    assert_resumes(4);
    wh_host_sleep(&the_device, TEN_MINUTES_US);
    assert_goes_full(1, WH_REASON_BINDING);     /* in the place of 0 */
    assert_goes_full(0, WH_REASON_ALTERNATING); /* in the place of 2 */
    assert_resumes(1);
    assert_resumes(3);
    assert_resumes(4);
}

PEERS_TEST(a_loss_of_power_leaves_the_order_in_which_sessions_were_stored)
{
    assert_goes_full(1, WH_REASON_NONE);
    assert_goes_full(3, WH_REASON_NONE);
    assert_goes_full(0, WH_REASON_NONE);
    assert_goes_full(2, WH_REASON_NONE);
    assert_resumes(1); /* stores nothing anew, by TLS 1.2 */
    wh_host_lose_power(&the_device);
    assert_goes_full(4, WH_REASON_BINDING);
    assert_resumes(3);
    assert_resumes(0);
    assert_resumes(2);
    assert_resumes(4);
    assert_goes_full(1, WH_REASON_BINDING);
}

PEERS_TEST(the_pinned_peer_keeps_its_place)
{
    servers[1].config.policy.pinned = true;
    assert_goes_full(1, WH_REASON_NONE);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < SERVERS; i++) {
            if (i != 1) {
                (void)wake_at(&servers[i]);
            }
        }
        wh_host_sleep(&the_device, TEN_MINUTES_US);
    }
    assert_resumes(1);
    wh_host_lose_power(&the_device);
    for (unsigned i = 2; i < SERVERS; i++) {
        (void)wake_at(&servers[i]);
    }
    assert_resumes(1);
    wh_store_unpin();
    servers[1].config.policy.pinned = false;
    for (unsigned i = 2; i < SERVERS; i++) {
        (void)wake_at(&servers[i]);
    }
    assert_false(wake_at(&servers[1]).server_resumed);
}

PEERS_TEST(a_peer_that_is_pinned_takes_the_pin_of_the_one_before)
{
    use_peers(2, wh_platform_get()->flash);
    servers[0].config.policy.pinned = true;
    servers[1].config.policy.pinned = true;
    assert_goes_full(0, WH_REASON_NONE);
    assert_goes_full(1, WH_REASON_NONE);
    assert_goes_full(2, WH_REASON_BINDING);
    assert_resumes(1);
    assert_goes_full(3, WH_REASON_BINDING);
    assert_resumes(1);
}

PEERS_TEST(a_server_that_gives_no_sessions_takes_no_place_of_one_that_does)
{
    pairing silent =
        pair_with(server_start(&(server_options){.min_version = WH_TLS13, .no_tickets13 = true}));
    assert_all_go_full(4);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(wake_at(&silent).outcome.stored, WH_TIERS_NONE);
        assert_all_resume(4);
    }
}

PEERS_TEST(an_outcome_and_a_report_tell_of_the_peers)
{
    wh_store_report report;
    assert_int_equal(wh_store_tiers(), WH_TIERS_NONE);
    assert_int_equal(wake_at(&servers[0]).outcome.stored, WH_TIERS_BOTH);
    assert_int_equal(wake_at(&servers[1]).outcome.stored, WH_TIERS_BOTH);
    assert_int_equal(wh_store_report_make(&report), WH_OK);
    assert_int_equal(report.tiers, WH_TIERS_BOTH);
    assert_in_range(report.expires_in_s, DAY_S - 60, DAY_S);
    wh_host_lose_power(&the_device);
    assert_int_equal(wh_store_tiers(), WH_TIERS_FLASH);
    assert_int_equal(wh_store_forget(), WH_OK);
    assert_int_equal(wh_store_tiers(), WH_TIERS_NONE);
}

/* ---- Two at the same time ------------------------------------------------------------------------ */

PEERS_TEST(two_connections_are_open_at_the_same_time)
{
    for (unsigned round = 0; round < 4; round++) {
        wh_client clients[2];
        wire_line lines[2];
        for (unsigned i = 0; i < 2; i++) {
            make_client(&clients[i], &servers[i].config);
            assert_int_equal(line_open(&lines[i], &clients[i], servers[i].server), WH_OK);
        }
        for (unsigned i = 2; i > 0; i--) {
            uint8_t bytes[16];
            line_run(&lines[i - 1]);
            assert_int_equal(wh_conn_get_state(&lines[i - 1].conn), WH_CONN_OPEN);
            assert_int_equal(wh_conn_read(&lines[i - 1].conn, bytes, sizeof bytes), 0);
        }
        for (unsigned i = 0; i < 2; i++) {
            const wh_outcome *outcome = wh_conn_outcome(&lines[i].conn);
            wh_conn_close(&lines[i].conn);
            assert_int_equal(outcome->stored, WH_TIERS_BOTH);
            assert_int_equal(outcome->result, round == 0 ? WH_RESULT_FULL : WH_RESULT_RESUMED);
            line_free(&lines[i]);
            wh_client_free(&clients[i]);
        }
        wh_host_sleep(&the_device, TEN_MINUTES_US);
        if (round == 2) {
            wh_host_lose_power(&the_device);
        }
    }
}

/* Behind the hello of one, whose session is spent, others come that need its place. */
PEERS_TEST(a_place_that_is_taken_in_the_middle_of_a_connection_harms_nobody)
{
    use_peers(2, wh_platform_get()->flash);
    wh_client client;
    wire_line line;
    uint8_t bytes[16];
    assert_all_go_full(2);
    make_client(&client, &servers[0].config);
    assert_int_equal(line_open(&line, &client, servers[0].server), WH_OK);
    assert_goes_full(2, WH_REASON_BINDING);
    assert_goes_full(3, WH_REASON_BINDING);
    line_run(&line);
    assert_int_equal(wh_conn_read(&line.conn, bytes, sizeof bytes), 0);
    wh_conn_close(&line.conn);
    assert_int_equal(wh_conn_outcome(&line.conn)->result, WH_RESULT_RESUMED);
    line_free(&line);
    wh_client_free(&client);
    assert_resumes(0);
    assert_resumes(3);
}

/* What was found before the hello is taken if it is there still, in whichever slot. */
PEERS_TEST(a_session_that_was_found_is_known_to_be_there)
{
    wh_stored found[4];
    wh_client clients[4];
    assert_all_go_full(4);
    for (unsigned i = 0; i < 4; i++) {
        make_client(&clients[i], &servers[i].config);
        assert_int_equal(wh_store_get(&clients[i].binding, &found[i]), WH_OK);
    }
    assert_int_equal(wh_store_spend(&clients[1].binding, found[1].info.generation), WH_OK);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(wh_store_still_has(&found[i]), i != 1);
        wh_session_release(&found[i].session);
        wh_client_free(&clients[i]);
    }
}

static uint32_t generation_of(unsigned server, wh_binding *binding)
{
    wh_client client;
    wh_stored stored;
    make_client(&client, &servers[server].config);
    *binding = client.binding;
    assert_int_equal(wh_store_get(binding, &stored), WH_OK);
    wh_session_release(&stored.session);
    wh_client_free(&client);
    return stored.info.generation;
}

PEERS_TEST(what_is_to_be_dropped_and_has_lost_its_place_is_no_use_of_the_place)
{
    wh_binding binding;
    use_peers(2, NULL);
    assert_all_go_full(2);
    uint32_t generation = generation_of(0, &binding);
    assert_resumes(1);
    assert_goes_full(2, WH_REASON_BINDING); /* in the place of 0 */
    assert_int_equal(wh_store_drop(&binding, generation, WH_MISS_UPGRADE), WH_OK);
    assert_goes_full(3, WH_REASON_BINDING);
    assert_resumes(2);
    assert_goes_full(1, WH_REASON_ALTERNATING);
}

/* The copy in flash may outlive the place in RTC RAM, and its peer come back to another place. */
PEERS_TEST(of_two_sessions_of_a_peer_the_newer_one_is_offered)
{
    server_options options = ticket12;
    options.numbers_sessions = true;
    pairing peer = pair_with(server_start(&options));
    wh_client client;
    wire_line line;
    wh_binding binding;
    uint8_t bytes[16];
    use_peers(2, wh_platform_get()->flash);
    assert_int_equal(wake_at(&peer).session_number, 1);
    assert_goes_full(2, WH_REASON_NONE);
    make_client(&client, &servers[4].config);
    assert_int_equal(line_open(&line, &client, servers[4].server), WH_OK);
    line_run(&line);
    assert_int_equal(wh_conn_read(&line.conn, bytes, sizeof bytes), 0); /* in RTC RAM, not in flash yet */
    assert_int_equal(wake_at(&peer).session_number, 2);
    uint32_t generation = generation_of(4, &binding);
    assert_int_equal(wh_store_spend(&binding, generation), WH_OK);
    wake_visit visit = wake_at(&peer);
    assert_true(visit.server_resumed);
    assert_int_equal(visit.session_number, 2);
    line_free(&line);
    wh_client_free(&client);
}

/* ---- Bindings that look alike -------------------------------------------------------------------- */

static void visit_as(unsigned server, const wh_binding *binding, wake_visit *out)
{
    wh_client client;
    make_client(&client, &servers[server].config);
    client.binding = *binding;
    *out = visit_server(&client, servers[server].server);
    wh_client_free(&client);
}

PEERS_TEST(two_bindings_of_one_tag_are_never_mixed_up)
{
    wh_binding alike[2] = {{{1, 2, 3, 4, 5}}, {{1, 2, 3, 4, 6}}};
    wake_visit visit;
    assert_int_equal(wh_binding_tag(&alike[0]), wh_binding_tag(&alike[1]));
    for (unsigned i = 0; i < 8; i++) {
        visit_as(i % 2, &alike[i % 2], &visit);
        assert_full(visit, i == 0 ? WH_REASON_NONE : WH_REASON_BINDING); /* they share a place */
    }
    visit_as(1, &alike[1], &visit);
    assert_true(visit.server_resumed);
    assert_goes_full(2, WH_REASON_NONE);
    assert_resumes(2);
    wh_host_lose_power(&the_device);
    visit_as(0, &alike[0], &visit); /* whose session may be in flash still, and no other's is offered */
    assert_int_equal(visit.outcome.error, WH_OK);
    assert_string_not_equal(wh_reason_word(visit.outcome.reason), wh_reason_word(WH_REASON_REFUSED));
    assert_resumes(2);
}

/* ---- Forgetting ------------------------------------------------------------------------------------- */

enum { PIECE = 12, HEADER = 24 };

/* Up to one byte: the last of a tag and the zeros behind it may be anywhere. */
static bool is_blank(const uint8_t *bytes)
{
    size_t others = 0;
    for (size_t i = 0; i < PIECE; i++) {
        others += bytes[i] != bytes[PIECE / 2];
    }
    return others <= 1;
}

static void assert_gone(const uint8_t *bytes, size_t size, const nor *chip)
{
    uint8_t now[SLOT_AT + WH_PEERS_MAX * WH_RTC_SIZE];
    assert_int_equal(wh_host_save_state(&the_device, now, sizeof now), WH_OK);
    for (size_t at = 0; at + PIECE <= size; at += PIECE) {
        if (!is_blank(bytes + at)) {
            assert_false(contains(now + SLOT_AT, sizeof now - SLOT_AT, bytes + at, PIECE));
            assert_false(nor_contains(chip, bytes + at, PIECE));
        }
    }
}

static struct {
    uint8_t state[SLOT_AT + WH_PEERS_MAX * WH_RTC_SIZE];
    nor chip;
    uint8_t sessions[WH_PEERS_MAX][WH_SESSION_MAX];
    size_t sizes[WH_PEERS_MAX];
} before;

static void take_session(unsigned server)
{
    wh_client client;
    wh_stored stored;
    make_client(&client, &servers[server].config);
    assert_int_equal(wh_store_get(&client.binding, &stored), WH_OK);
    int size =
        wh_session_save(&stored.session, stored.info.protocol, before.sessions[server], WH_SESSION_MAX);
    assert_true(size > 0);
    before.sizes[server] = (size_t)size;
    wh_session_release(&stored.session);
    wh_client_free(&client);
}

PEERS_TEST(a_forget_leaves_nothing_of_any_peer)
{
    const nor *chip = *state;
    assert_all_go_full(4);
    for (unsigned i = 0; i < 4; i++) {
        take_session(i);
    }
    before.chip = *chip;
    assert_int_equal(wh_host_save_state(&the_device, before.state, sizeof before.state), WH_OK);
    assert_int_equal(wh_store_forget(), WH_OK);
    assert_int_equal(wh_store_tiers(), WH_TIERS_NONE);
    for (unsigned i = 0; i < 4; i++) {
        assert_gone(before.sessions[i], before.sizes[i], chip);
        assert_gone(before.state + SLOT_AT + (size_t)i * WH_RTC_SIZE + SLOT_STATE, WH_RTC_SIZE - SLOT_STATE,
                    chip);
    }
    for (size_t sector = 0; sector < NOR_SECTORS_MAX; sector++) {
        assert_gone(before.chip.cells.bits + sector * WH_FLASH_SECTOR + HEADER, WH_FLASH_SECTOR - HEADER,
                    chip);
    }
    assert_all_go_full(4);
    assert_all_resume(4);
}

static bool has_session(unsigned server)
{
    wh_client client;
    wh_stored stored;
    make_client(&client, &servers[server].config);
    bool has = wh_store_get(&client.binding, &stored) == WH_OK;
    wh_session_release(&stored.session);
    wh_client_free(&client);
    return has;
}

/* The power goes in any operation of it: then all is forgotten, or, before the first one, nothing. */
PEERS_TEST(a_forget_that_the_power_cuts_short_forgets_all_or_nothing)
{
    nor *chip = *state;
    static nor whole;
    assert_all_go_full(4);
    whole = *chip;
    bool is_whole = false;
    for (uint64_t op = 1; !is_whole; op++) {
        *chip = whole;
        nor_attach(chip);
        wh_host_lose_power(&the_device);
        assert_int_equal(wh_store_tiers(), WH_TIERS_FLASH);
        nor_set_fault(chip, (nor_fault){.nth = op, .cut = true, .shape = NOR_CUT_BEFORE});
        is_whole = wh_store_forget() == WH_OK && !chip->off;
        nor_power_on(chip);
        wh_host_lose_power(&the_device);
        unsigned found = 0;
        for (unsigned i = 0; i < 4; i++) {
            found += has_session(i);
        }
        assert_int_equal(found, op == 1 ? 4 : 0);
    }
}

/* ---- Damage ------------------------------------------------------------------------------------------- */

PEERS_TEST(damage_in_one_slot_touches_no_other)
{
    uint8_t sound[SLOT_AT + WH_PEERS_MAX * WH_RTC_SIZE];
    use_peers(4, NULL);
    assert_all_go_full(4);
    assert_int_equal(wh_host_save_state(&the_device, sound, sizeof sound), WH_OK);
    for (unsigned slot = 0; slot < 4; slot++) {
        for (size_t at = 0; at < WH_RTC_SIZE; at += at < SLOT_STATE ? 31 : 401) {
            uint8_t damaged[sizeof sound];
            memcpy(damaged, sound, sizeof damaged);
            damaged[SLOT_AT + slot * WH_RTC_SIZE + at] ^= 0x10;
            assert_int_equal(wh_host_load_state(&the_device, damaged, sizeof damaged), WH_OK);
            for (unsigned i = 0; i < 4; i++) {
                wh_client client;
                wh_stored stored;
                make_client(&client, &servers[i].config);
                int result = wh_store_get(&client.binding, &stored);
                assert_true(result == WH_OK || i == slot);
                assert_true(result != WH_OK || stored.age.known);
                wh_session_release(&stored.session);
                wh_client_free(&client);
            }
        }
    }
}

/* The slot's peer goes on with what flash has, in the same run of the clock. */
PEERS_TEST(damage_in_a_slot_costs_no_session_that_is_in_flash)
{
    uint8_t sound[SLOT_AT + WH_PEERS_MAX * WH_RTC_SIZE];
    wh_host_set_wall_known(&the_device, false);
    assert_all_go_full(4);
    wh_host_sleep(&the_device, TEN_MINUTES_US);
    assert_int_equal(wh_host_save_state(&the_device, sound, sizeof sound), WH_OK);
    for (unsigned slot = 0; slot < 4; slot++) {
        uint8_t damaged[sizeof sound];
        memcpy(damaged, sound, sizeof damaged);
        damaged[SLOT_AT + slot * WH_RTC_SIZE + SLOT_STATE / 2] ^= 0x10;
        assert_int_equal(wh_host_load_state(&the_device, damaged, sizeof damaged), WH_OK);
        wake_visit visit = wake_at(&servers[slot]);
        assert_resumed(visit, kind_of(slot));
        assert_in_range(visit.outcome.session_age_s, 599, 660);
    }
}

/* Memory may outlive a power that was gone: by the slot that was used last the others are known to be of
 * before. */
PEERS_TEST(no_slot_is_believed_when_one_shows_that_the_clock_began_anew)
{
    uint8_t kept[SLOT_AT + WH_PEERS_MAX * WH_RTC_SIZE];
    use_peers(2, NULL);
    assert_goes_full(1, WH_REASON_NONE); /* of TLS 1.2: it would be offered */
    wh_host_sleep(&the_device, 3600ull * 1000000);
    assert_goes_full(0, WH_REASON_NONE);
    assert_int_equal(wh_host_save_state(&the_device, kept, SLOT_AT + (size_t)2 * WH_RTC_SIZE), WH_OK);
    wh_host_lose_power(&the_device);
    uint8_t later[sizeof kept];
    assert_int_equal(wh_host_save_state(&the_device, later, SLOT_AT + (size_t)2 * WH_RTC_SIZE), WH_OK);
    memcpy(later + SLOT_AT, kept + SLOT_AT, (size_t)2 * WH_RTC_SIZE);
    assert_int_equal(wh_host_load_state(&the_device, later, SLOT_AT + (size_t)2 * WH_RTC_SIZE), WH_OK);
    wh_host_sleep(&the_device, 60ull * 1000000); /* past the use of the slot of 1, not of that of 0 */
    assert_goes_full(1, WH_REASON_NONE);
}

/* ---- Flash --------------------------------------------------------------------------------------------- */

PEERS_TEST(only_as_many_as_there_are_pairs_of_sectors_outlive_a_loss_of_power)
{
    nor *chip = *state;
    nor_init(chip, 5, 1);
    use_peers(4, &chip->flash);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(wake_at(&servers[i]).outcome.stored, i < 2 ? WH_TIERS_BOTH : WH_TIERS_RTC);
    }
    assert_all_resume(4);
    wh_host_lose_power(&the_device);
    assert_resumes(0);
    assert_resumes(1);
    assert_goes_full(2, WH_REASON_NONE);
    assert_goes_full(3, WH_REASON_NONE);
}

/* All parts together wear their sectors no faster than one store would. */
PEERS_TEST(the_wear_budget_is_the_region_s)
{
    enum { INTERVAL_S = 600, ROUNDS = 100, ROUND_S = 60 };
    nor *chip = *state;
    chip->flash.erase_interval_s = INTERVAL_S;
    for (unsigned round = 0; round < ROUNDS; round++) {
        wh_host_sleep(&the_device, ROUND_S * 1000000ull);
        assert_int_equal(wh_store_forget(), WH_OK); /* makes an erase necessary */
        for (unsigned i = 0; i < 4; i++) {
            (void)wake_at(&servers[i]);
        }
    }
    assert_in_range(chip->erases, 4, NOR_SECTORS_MAX + ROUNDS * ROUND_S / INTERVAL_S);
}

/* Firmware with another number parts the same flash otherwise. */
PEERS_TEST(another_number_of_peers_finds_no_session_that_was_spent)
{
    static const unsigned numbers[] = {4, 1, 3, 2, 4, 2, 1, 4};
    const nor *chip = *state;
    uint32_t last[4] = {0};
    for (unsigned i = 0; i < 8; i++) {
        use_peers(numbers[i], &chip->flash);
        for (unsigned server = 0; server < 4; server++) {
            wake_visit visit = wake_at(&servers[server]);
            assert_int_equal(visit.outcome.error, WH_OK);
            assert_true(visit.outcome.kept || kind_of(server) == WH_KIND_TICKET);
            last[server]++;
        }
        unsigned resumed = 0;
        wh_host_sleep(&the_device, TEN_MINUTES_US);
        for (unsigned n = 0; n < numbers[i]; n++) {
            unsigned server = 3 - n; /* the last ones that were visited */
            resumed += wake_at(&servers[server]).server_resumed;
        }
        assert_int_equal(resumed, numbers[i]);
    }
}
