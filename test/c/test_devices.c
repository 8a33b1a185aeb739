/* Many devices in one process, one after another. */
#include "visit.h"

#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "warmhello/store.h"

enum { SECOND = 1000000, WEEK_S = 7 * 86400 };

/* ---- A thousand --------------------------------------------------------------------------------- */

enum {
    DEVICES = 1000,
    /* One in so many has flash, and one in so many loses its power: some with flash, some without. */
    FLASH_EACH = 25,
    POWER_LOSS_EACH = 10,
    /* Between the sleeps of two devices, and more than the test takes. */
    STEP_S = 500,
    /* Has no factor in common with the number of devices. */
    STRIDE = 389,
};

typedef struct device {
    wh_host_device host;
    /* NULL without flash. */
    nor *chip;
    /* The server's number for its session. */
    uint32_t session;
} device;

static void use(const wh_host_device *host)
{
    assert_int_equal(wh_platform_use(&host->platform), WH_OK);
}

static bool loses_power(unsigned number)
{
    return number % POWER_LOSS_EACH == 0;
}

/* Each with a clock of its own. */
static void begin_device(device *d, unsigned number)
{
    if (number % FLASH_EACH == 0) {
        d->chip = malloc(sizeof *d->chip);
        assert_non_null(d->chip);
        nor_init(d->chip, FLASH_SECTORS, number);
    }
    assert_int_equal(wh_host_start(&d->host, d->chip != NULL ? &d->chip->flash : NULL), WH_OK);
    wh_host_sleep(&d->host, (DEVICES - number) * 3600ull * SECOND);
    wh_host_jump_wall(&d->host, (int64_t)number * 60);
    wh_host_set_wall_known(&d->host, number % 3 != 0 || loses_power(number));
}

static void end_device(const device *d)
{
    if (d->chip != NULL) {
        assert_null(nor_violation(d->chip));
        free(d->chip);
    }
}

static void first_wake(device *d, const wh_client_config *config, tls_server *server, uint32_t session)
{
    use(&d->host);
    wake_visit visit = wake_and_visit(config, server);
    assert_full(visit, WH_REASON_NONE);
    assert_int_equal(visit.outcome.stored, d->chip != NULL ? WH_TIERS_BOTH : WH_TIERS_RTC);
    assert_int_equal(visit.session_number, session);
    d->session = session;
}

static void next_wake(device *d, unsigned number, const wh_client_config *config, tls_server *server)
{
    uint32_t asleep_s = number * STEP_S;
    wh_host_sleep(&d->host, (uint64_t)asleep_s * SECOND);
    if (loses_power(number)) {
        wh_host_lose_power(&d->host);
    }
    use(&d->host);
    wake_visit visit = wake_and_visit(config, server);
    if (loses_power(number) && d->chip == NULL) {
        assert_full(visit, WH_REASON_NONE);
        return;
    }
    assert_resumed(visit, WH_KIND_PSK);
    assert_int_equal(visit.session_number, d->session);
    assert_in_range(visit.outcome.session_age_s + 1, asleep_s,
                    asleep_s + STEP_S - 1); /* by the wall clock: 1 less */
}

TEST_CASE(a_thousand_devices_resume_each_its_own_session)
{
    pairing at = pair_with(server_start(
        &(server_options){.min_version = WH_TLS13, .lifetime_s = WEEK_S, .numbers_sessions = true}));
    device *devices = calloc(DEVICES, sizeof *devices);
    assert_non_null(devices);
    for (unsigned i = 0; i < DEVICES; i++) {
        begin_device(&devices[i], i);
    }
    size_t heap = wh_host_memory_take().live_bytes;
    for (unsigned i = 0; i < DEVICES; i++) {
        first_wake(&devices[i], &at.config, at.server, i + 1);
    }
    for (unsigned i = 0; i < DEVICES; i++) {
        unsigned number = (i + 1) * STRIDE % DEVICES;
        next_wake(&devices[number], number, &at.config, at.server);
    }
    assert_int_equal(wh_host_memory_take().live_bytes, heap);
    wh_platform_remove();
    for (unsigned i = 0; i < DEVICES; i++) {
        end_device(&devices[i]);
    }
    free(devices);
    server_stop(at.server);
}

/* ---- Two -------------------------------------------------------------------------------------------- */

/* Of one configuration and one server: what sessions are tied to is equal. */
static struct {
    wh_host_device a;
    wh_host_device b;
    tls_server *server;
    wh_client_config config;
} two;

static int start_two(void **state)
{
    (void)state;
    memset(&two, 0, sizeof two);
    two.server = server_start(&(server_options){.min_version = WH_TLS13, .numbers_sessions = true});
    two.config = config_for(two.server);
    int result = wh_host_start(&two.b, NULL);
    return result == WH_OK ? wh_host_start(&two.a, NULL) : result;
}

static int stop_two(void **state)
{
    (void)state;
    wh_platform_remove();
    server_stop(two.server);
    return 0;
}

#define TWO_TEST(name) TEST_WITH(name, start_two, stop_two)

static wake_visit wake_of(const wh_host_device *host)
{
    use(host);
    return wake_and_visit(&two.config, two.server);
}

/* One direction at a time, as much as is there. */
static bool move_bytes(wire_line *line, const wh_host_device *host)
{
    uint8_t bytes[512];
    use(host);
    int size = conn_drain(&line->conn, bytes, sizeof bytes);
    if (size > 0) {
        peer_take(line->peer, bytes, (size_t)size);
        return true;
    }
    size_t given = peer_give(line->peer, bytes, sizeof bytes);
    return given > 0 && wh_conn_feed(&line->conn, bytes, given) == (int)given;
}

static void read_ticket(wire_line *line, const wh_host_device *host)
{
    uint8_t bytes[16];
    use(host);
    assert_int_equal(wh_conn_get_state(&line->conn), WH_CONN_OPEN);
    assert_int_equal(wh_conn_read(&line->conn, bytes, sizeof bytes), 0);
    wh_conn_close(&line->conn);
    assert_int_equal(wh_conn_outcome(&line->conn)->stored, WH_TIERS_RTC);
}

TWO_TEST(two_handshakes_take_turns)
{
    wh_client clients[2];
    wire_line lines[2];
    const wh_host_device *hosts[2] = {&two.a, &two.b};
    for (int i = 0; i < 2; i++) {
        use(hosts[i]);
        make_client(&clients[i], &two.config);
        assert_int_equal(line_open(&lines[i], &clients[i], two.server), WH_OK);
    }
    for (bool any = true; any;) {
        any = move_bytes(&lines[0], hosts[0]);
        any = move_bytes(&lines[1], hosts[1]) || any;
    }
    uint32_t sessions[2];
    for (int i = 0; i < 2; i++) {
        read_ticket(&lines[i], hosts[i]);
        sessions[i] = peer_session_number(lines[i].peer);
        line_free(&lines[i]);
        wh_client_free(&clients[i]);
    }
    assert_int_not_equal(sessions[0], sessions[1]);
    for (int i = 0; i < 2; i++) {
        wake_visit visit = wake_of(hosts[i]);
        assert_resumed(visit, WH_KIND_PSK);
        assert_int_equal(visit.session_number, sessions[i]);
    }
}

TWO_TEST(what_one_forgets_the_other_has_still)
{
    assert_full(wake_of(&two.a), WH_REASON_NONE);
    assert_full(wake_of(&two.b), WH_REASON_NONE);
    use(&two.a);
    assert_int_equal(wh_store_forget(), WH_OK);
    assert_full(wake_of(&two.a), WH_REASON_NONE);
    assert_resumed(wake_of(&two.b), WH_KIND_PSK);
}

/* The slot of one in the other, with the clock that it is counted on. */
static void move_slot(const wh_host_device *from, wh_host_device *to)
{
    uint8_t saved[WH_HOST_STATE_SIZE];
    uint8_t key[sizeof to->key];
    memcpy(key, to->key, sizeof key);
    assert_int_equal(wh_host_save_state(from, saved, sizeof saved), WH_OK);
    assert_int_equal(wh_host_load_state(to, saved, sizeof saved), WH_OK);
    wh_host_set_key(to, key);
}

TWO_TEST(one_cannot_read_what_the_other_has_sealed)
{
    assert_memory_not_equal(two.a.key, two.b.key, sizeof two.a.key);
    assert_full(wake_of(&two.a), WH_REASON_NONE);
    move_slot(&two.a, &two.b);
    assert_full(wake_of(&two.b), WH_REASON_DAMAGED);
    move_slot(&two.a, &two.b);
    wh_host_set_key(&two.b, two.a.key);
    assert_resumed(wake_of(&two.b), WH_KIND_PSK); /* it was the key and nothing else */
}

TWO_TEST(a_client_connects_on_its_own_device_only)
{
    assert_full(wake_of(&two.b), WH_REASON_NONE);
    use(&two.a);
    wh_client client;
    make_client(&client, &two.config);
    use(&two.b);
    wire_line line;
    assert_int_equal(line_open(&line, &client, two.server), WH_USAGE_STATE);
    assert_int_equal(wh_conn_get_state(&line.conn), WH_CONN_FAILED);
    line_free(&line);
    use(&two.a);
    assert_full(visit_server(&client, two.server), WH_REASON_NONE);
    wh_client_free(&client);
    assert_resumed(wake_of(&two.b), WH_KIND_PSK);
}

TWO_TEST(a_session_does_not_go_to_another_device)
{
    use(&two.a);
    wh_client client;
    make_client(&client, &two.config);
    wire_line line;
    assert_int_equal(line_open(&line, &client, two.server), WH_OK);
    line_run(&line);
    use(&two.b); /* a mistake of the caller's: the tickets are not read yet */
    uint8_t bytes[16];
    assert_int_equal(wh_conn_read(&line.conn, bytes, sizeof bytes), 0);
    assert_int_equal(wh_conn_outcome(&line.conn)->store_error, WH_USAGE_STATE);
    assert_false(wh_conn_outcome(&line.conn)->kept);
    assert_int_equal(wh_store_tiers(), WH_TIERS_NONE);
    line_free(&line);
    wh_client_free(&client);
}

TWO_TEST(memory_that_one_lacks_the_other_has)
{
    wh_client client;
    wh_host_fail_allocation(&two.a, 1);
    assert_full(wake_of(&two.b), WH_REASON_NONE);
    use(&two.a);
    assert_int_equal(wh_client_init(&client, &two.config), WH_PLATFORM_MEMORY);
}

/* That wolfSSL lacked memory is noted, and asked for when a connection fails. */
TWO_TEST(that_it_lacked_is_not_told_of_the_other)
{
    use(&two.b);
    wh_client client;
    make_client(&client, &two.config);
    wire_line line;
    assert_int_equal(line_open(&line, &client, two.server), WH_OK);
    use(&two.a);
    wh_client other;
    wh_host_fail_allocation(&two.a, 1);
    assert_int_equal(wh_client_init(&other, &two.config), WH_PLATFORM_MEMORY);
    use(&two.b);
    assert_int_equal(wh_conn_eof(&line.conn), WH_PEER_CLOSED);
    line_free(&line);
    wh_client_free(&client);
}
