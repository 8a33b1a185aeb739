/* What an app is told by the TLS session service, and what it can do with it. */
#include "visit.h"
#include "warmhello/service.h"
#include "warmhello/store.h"

#include <string.h>

enum { NOISE = 0xa5 };

/* ---- A service on a store that only counts ------------------------------------------------- */

typedef struct fake_store {
    unsigned forgotten;
    unsigned unpins;
    int result;
    wh_store_report report;
} fake_store;

static fake_store store;
static wh_service_memory memory;
static wh_service service;

static int fake_forget(void *ctx)
{
    fake_store *fake = ctx;
    fake->forgotten++;
    return fake->result;
}

static int fake_look(void *ctx, wh_store_report *out)
{
    fake_store *fake = ctx;
    *out = fake->report;
    return fake->result;
}

static void fake_unpin(void *ctx)
{
    ((fake_store *)ctx)->unpins++;
}

static const wh_service_hooks fake_hooks = {
    .ctx = &store, .forget = fake_forget, .look = fake_look, .unpin = fake_unpin};

static int start_service(void **state)
{
    (void)state;
    store = (fake_store){.result = WH_OK};
    memset(&memory, NOISE, sizeof memory);
    wh_service_init(&service, &memory, &fake_hooks);
    return 0;
}

#define SERVICE_TEST(name) TEST_WITH(name, start_service, NULL)

static wh_service_answer ask(uint16_t command, const void *payload, size_t size, wh_service_packet *answer)
{
    memset(answer, NOISE, sizeof *answer);
    return wh_service_handle(&service, command, payload, size, answer);
}

static wh_service_packet answer_to(uint16_t command)
{
    wh_service_packet answer;
    assert_int_equal(ask(command, NULL, 0, &answer), WH_SERVICE_ANSWERED);
    assert_int_equal(answer.command, command);
    assert_false(answer.is_event);
    return answer;
}

static void set(uint16_t number, const void *payload, size_t size)
{
    wh_service_packet unused;
    assert_int_equal(ask(WH_SERVICE_SET | number, payload, size, &unused), WH_SERVICE_SILENT);
}

static void assert_refused(uint16_t command, const void *payload, size_t size)
{
    wh_service_memory before = memory;
    wh_service_packet unused;
    assert_int_equal(ask(command, payload, size, &unused), WH_SERVICE_NOT_IMPLEMENTED);
    assert_memory_equal(&memory, &before, sizeof memory);
    assert_int_equal(store.forgotten, 0);
}

/* What a command answers; on the wire it lies as in memory. At least `fixed` bytes, at most `room`. */
static void read_answer(uint16_t command, void *out, size_t fixed, size_t room)
{
    wh_service_packet answer = answer_to(command);
    assert_in_range(answer.size, fixed, room);
    memset(out, 0, room);
    memcpy(out, answer.payload, answer.size);
}

static wh_service_outcome read_outcome(void)
{
    wh_service_outcome outcome;
    read_answer(WH_SERVICE_GET | WH_SERVICE_REG_OUTCOME, &outcome, offsetof(wh_service_outcome, group),
                sizeof outcome);
    return outcome;
}

static wh_service_counts read_counts(void)
{
    wh_service_counts counts;
    read_answer(WH_SERVICE_GET | WH_SERVICE_REG_COUNTS, &counts, WH_SERVICE_COUNTS_SIZE, sizeof counts);
    return counts;
}

/* A fleet hears of the end of a CA, and of a clock in doubt. */
SERVICE_TEST(trust_is_that_of_the_last_handshake_in_full_and_the_clock_that_of_the_last_tls)
{
    const wh_outcome in_full = {.result = WH_RESULT_FAILED,
                                .flights = 2,
                                .cas = 3,
                                .cas_usable = 2,
                                .cas_ending = 1,
                                .clock = WH_CLOCK_KNOWN};
    wh_service_connected(&service, &in_full);
    const wh_outcome resumed = {.result = WH_RESULT_RESUMED, .flights = 3, .clock = WH_CLOCK_SUSPECT};
    wh_service_connected(&service, &resumed); /* which reads no CA */
    wh_service_connected(&service, &(wh_outcome){.result = WH_RESULT_FAILED, .alert = -1});
    wh_service_trust trust;
    read_answer(WH_SERVICE_GET | WH_SERVICE_REG_TRUST, &trust, WH_SERVICE_TRUST_SIZE, sizeof trust);
    assert_int_equal(trust.cas, 3);
    assert_int_equal(trust.usable, 2);
    assert_int_equal(trust.ending, 1);
    assert_int_equal(trust.clock, WH_CLOCK_SUSPECT);
}

static uint8_t forget_error(void)
{
    wh_service_forget_report report;
    read_answer(WH_SERVICE_CMD_FORGET, &report, WH_SERVICE_FORGET_REPORT_SIZE, sizeof report);
    return report.error;
}

/* A connect from begin to end. */
static void connect_once(wh_outcome outcome)
{
    uint32_t connect = wh_service_connecting(&service);
    wh_service_connected(&service, &outcome);
    wh_service_closed(&service, connect, &outcome);
}

/* The events that are due, as a bit for each number above 0x80. */
static unsigned events(void)
{
    unsigned seen = 0;
    wh_service_packet packet;
    while (wh_service_next(&service, &packet)) {
        if (packet.is_event) {
            seen |= 1U << (packet.command & 0xfU);
        }
    }
    return seen;
}

#define EVENT(number) (1U << ((number)&0xfU))

static const wh_outcome full = {
    .result = WH_RESULT_FULL,
    .reason = WH_REASON_NONE,
    .alert = -1,
    .protocol = WH_TLS13,
    .cipher = 0x1301,
    .group = "x25519",
    .handshake_us = 123456,
    .handshake_tx = 300,
    .handshake_rx = 1700,
    .flights = 3,
    .total_tx = 400,
    .total_rx = 2100,
    .kept = true,
    .stored = WH_TIERS_BOTH,
};

static const wh_outcome resumed = {
    .result = WH_RESULT_RESUMED,
    .reason = WH_REASON_ACCEPTED,
    .alert = -1,
    .protocol = WH_TLS13,
    .kind = WH_KIND_PSK,
    .session_age_s = 600,
    .session_lifetime_s = 7200,
    .kept = true,
    .stored = WH_TIERS_RTC,
};

static wh_outcome full_because(wh_reason reason)
{
    wh_outcome outcome = full;
    outcome.reason = reason;
    return outcome;
}

static wh_outcome failed_by(int error)
{
    return (wh_outcome){.result = WH_RESULT_FAILED, .error = error, .alert = -1};
}

/* ---- Outcome and counts ----------------------------------------------------------------------- */

static void assert_compact(const wh_outcome *expected)
{
    uint8_t bytes[WH_OUTCOME_COMPACT_SIZE];
    size_t size = wh_outcome_compact(expected, NULL, bytes);
    wh_service_packet answer = answer_to(WH_SERVICE_GET | WH_SERVICE_REG_COMPACT);
    assert_int_equal(answer.size, size);
    assert_memory_equal(answer.payload, bytes, size);
}

SERVICE_TEST(the_last_connect_can_be_read_in_a_few_bytes)
{
    assert_compact(&(wh_outcome){.result = WH_RESULT_PENDING});
    wh_outcome in_full = {.result = WH_RESULT_FULL, .flights = 4, .handshake_us = 900000, .attempts = 1};
    in_full.cas = in_full.cas_usable = 2;
    in_full.cas_ending = 1;
    uint32_t connect = wh_service_connecting(&service);
    wh_service_connected(&service, &in_full);
    assert_compact(&in_full);
    in_full.error = WH_PEER_TRUNCATED; /* after the handshake */
    wh_service_closed(&service, connect, &in_full);
    assert_compact(&in_full);

    /* What a resumption does not know of CAs is what the last handshake in full has found. */
    wh_outcome later = {.result = WH_RESULT_RESUMED, .kind = WH_KIND_PSK, .session_age_s = 600};
    wh_service_connected(&service, &later);
    later.cas = later.cas_usable = 2;
    later.cas_ending = 1;
    assert_compact(&later);
    wh_service_init(&service, &memory, &fake_hooks); /* deep sleep */
    assert_compact(&later);
}

SERVICE_TEST(the_outcome_of_the_last_connect_can_be_read)
{
    connect_once(full);
    wh_service_outcome read = read_outcome();
    assert_int_equal(read.number, 1);
    assert_int_equal(read.handshake_us, 123456);
    assert_int_equal(read.handshake_rx, 1700);
    assert_int_equal(read.total_rx, 2100);
    assert_int_equal(read.result, WH_RESULT_FULL);
    assert_int_equal(read.protocol, WH_TLS13);
    assert_int_equal(read.stored, WH_TIERS_BOTH);
    assert_int_equal(read.alert, -1);
    assert_string_equal(read.group, "x25519");
    connect_once(resumed);
    read = read_outcome();
    assert_int_equal(read.number, 2);
    assert_int_equal(read.session_age_s, 600);
    assert_int_equal(read.session_lifetime_s, 7200);
    assert_string_equal(read.group, "");
}

SERVICE_TEST(before_any_connect_the_outcome_is_pending_with_number_0)
{
    wh_service_outcome read = read_outcome();
    assert_int_equal(read.number, 0);
    assert_int_equal(read.result, WH_RESULT_PENDING);
}

SERVICE_TEST(each_connect_is_counted_as_what_it_was)
{
    connect_once(full);
    connect_once(resumed);
    connect_once(full_because(WH_REASON_REFUSED));
    connect_once(full_because(WH_REASON_FALLBACK));
    connect_once(failed_by(WH_PEER_UNTRUSTED));
    wh_service_counts counts = read_counts();
    assert_int_equal(counts.full, 3);
    assert_int_equal(counts.resumed, 1);
    assert_int_equal(counts.refused, 1);
    assert_int_equal(counts.fallback, 1);
    assert_int_equal(counts.failed, 1);
    assert_int_equal(answer_to(WH_SERVICE_CMD_RESET_COUNTS).size, 0);
    wh_service_counts none = {0};
    counts = read_counts();
    assert_memory_equal(&counts, &none, sizeof counts);
    assert_int_equal(read_outcome().number, 5);
}

SERVICE_TEST(a_failed_connect_tells_its_error_and_one_without_tls_none)
{
    connect_once(failed_by(WH_PEER_UNTRUSTED));
    assert_int_equal(read_outcome().error, -WH_PEER_UNTRUSTED);
    uint32_t connect = wh_service_connecting(&service);
    const wh_outcome refused = {
        .result = WH_RESULT_FAILED, .error = WH_NETWORK_REFUSED, .alert = -1, .backoff_s = 60};
    wh_service_connected(&service, &refused);
    wh_service_closed(&service, connect, &refused);
    assert_int_equal(read_outcome().result, WH_RESULT_FAILED);
    assert_int_equal(read_outcome().error, -WH_NETWORK_REFUSED);
    assert_int_equal(read_outcome().backoff_s, 60);
    assert_int_equal(read_counts().failed, 2);
}

SERVICE_TEST(a_long_group_name_is_cut_to_what_the_payload_holds)
{
    wh_outcome outcome = full;
    outcome.group = "a name longer than any that IANA's registry holds today";
    connect_once(outcome);
    assert_int_equal(strlen(read_outcome().group), WH_SERVICE_GROUP_MAX_BYTES);
    assert_int_equal(answer_to(WH_SERVICE_GET | WH_SERVICE_REG_OUTCOME).size, WH_SERVICE_OUTCOME_SIZE);
}

/* ---- The stored session ------------------------------------------------------------------------- */

SERVICE_TEST(the_stored_session_tells_where_it_is_and_how_long_it_lasts)
{
    store.report = (wh_store_report){.tiers = WH_TIERS_FLASH, .expires_in_s = 3600, .erases = 17};
    wh_service_stored_session session;
    read_answer(WH_SERVICE_GET | WH_SERVICE_REG_STORED_SESSION, &session, WH_SERVICE_STORED_SESSION_SIZE,
                sizeof session);
    assert_int_equal(session.stored, WH_TIERS_FLASH);
    assert_int_equal(session.expires_in_s, 3600);
    wh_service_flash_wear wear;
    read_answer(WH_SERVICE_GET | WH_SERVICE_REG_FLASH_WEAR, &wear, WH_SERVICE_FLASH_WEAR_SIZE, sizeof wear);
    assert_int_equal(wear.value, 17);
}

SERVICE_TEST(a_store_that_cannot_be_read_is_unknown_not_empty)
{
    store.result = WH_PLATFORM_FLASH;
    wh_service_stored_session session;
    read_answer(WH_SERVICE_GET | WH_SERVICE_REG_STORED_SESSION, &session, WH_SERVICE_STORED_SESSION_SIZE,
                sizeof session);
    assert_int_equal(session.expires_in_s, WH_SERVICE_EXPIRES_IN_UNKNOWN);
}

/* ---- Events ---------------------------------------------------------------------------------------- */

SERVICE_TEST(each_connect_is_told_by_its_event)
{
    connect_once(full_because(WH_REASON_EXPIRED));
    wh_service_packet packet;
    assert_true(wh_service_next(&service, &packet));
    assert_int_equal(packet.command, WH_SERVICE_GET | WH_SERVICE_REG_OUTCOME);
    assert_true(wh_service_next(&service, &packet));
    assert_true(packet.is_event);
    assert_int_equal(packet.command, WH_SERVICE_EV_FULL);
    assert_int_equal(packet.size, WH_SERVICE_FULL_EVENT_SIZE);
    assert_int_equal(packet.payload[0], WH_REASON_EXPIRED);
    assert_int_equal(events(), EVENT(WH_SERVICE_EV_SESSION_STORED));
    connect_once(resumed);
    assert_int_equal(events(), EVENT(WH_SERVICE_EV_RESUMED) | EVENT(WH_SERVICE_EV_SESSION_STORED));
    connect_once(failed_by(WH_PEER_CLOSED));
    assert_int_equal(events(), EVENT(WH_SERVICE_EV_FAILED) | EVENT(WH_SERVICE_EV_SESSION_LOST));
    assert_false(wh_service_next(&service, &packet));
}

SERVICE_TEST(a_tls12_session_that_stays_is_no_new_one)
{
    wh_outcome outcome = resumed;
    outcome.protocol = WH_TLS12;
    outcome.kind = WH_KIND_TICKET;
    outcome.kept = false;
    connect_once(outcome);
    assert_int_equal(events(), EVENT(WH_SERVICE_EV_RESUMED));
}

SERVICE_TEST(a_session_of_another_peer_is_no_new_one)
{
    wh_outcome outcome = full;
    outcome.kept = false; /* but there is one in the store */
    connect_once(outcome);
    assert_int_equal(events(), EVENT(WH_SERVICE_EV_FULL));
}

SERVICE_TEST(a_session_is_new_also_when_its_connection_breaks_off)
{
    wh_outcome outcome = full;
    outcome.error = WH_PEER_TRUNCATED;
    connect_once(outcome);
    assert_int_equal(events(), EVENT(WH_SERVICE_EV_FULL) | EVENT(WH_SERVICE_EV_SESSION_STORED));
}

SERVICE_TEST(a_connect_that_the_app_gives_up_is_no_outcome)
{
    connect_once(full);
    (void)events();
    store.report.tiers = WH_TIERS_RTC;
    const wh_outcome pending = {.result = WH_RESULT_PENDING, .reason = WH_REASON_REFUSED, .alert = -1};
    wh_service_closed(&service, wh_service_connecting(&service), &pending);
    assert_int_equal(events(), 0);
    assert_int_equal(read_outcome().result, WH_RESULT_FULL);
    assert_int_equal(read_outcome().stored, WH_TIERS_RTC);
}

SERVICE_TEST(a_session_that_outlives_a_failed_connect_is_not_lost)
{
    connect_once(full);
    (void)events();
    store.report.tiers = WH_TIERS_RTC;
    connect_once(failed_by(WH_PEER_CLOSED));
    assert_int_equal(events(), EVENT(WH_SERVICE_EV_FAILED));
    assert_int_equal(read_outcome().stored, WH_TIERS_RTC);
}

/* ---- Forgetting --------------------------------------------------------------------------------------- */

SERVICE_TEST(forgetting_deletes_the_session_and_says_so)
{
    connect_once(full);
    (void)events();
    assert_int_equal(forget_error(), WH_OK);
    assert_int_equal(store.forgotten, 1);
    assert_int_equal(events(), EVENT(WH_SERVICE_EV_SESSION_LOST));
}

SERVICE_TEST(a_failure_to_forget_is_reported)
{
    store.result = WH_PLATFORM_FLASH;
    assert_int_equal(forget_error(), -WH_PLATFORM_FLASH);
}

SERVICE_TEST(forgetting_while_a_connection_is_open_forgets_when_that_one_closes)
{
    uint32_t before = wh_service_connecting(&service);
    wh_service_connected(&service, &full);
    assert_int_equal(forget_error(), WH_OK);
    assert_int_equal(store.forgotten, 1);
    uint32_t after = wh_service_connecting(&service);
    wh_service_closed(&service, after, &full);
    assert_int_equal(store.forgotten, 1);
    wh_service_closed(&service, before, &full);
    assert_int_equal(store.forgotten, 2);
    assert_int_equal(read_outcome().stored, WH_TIERS_NONE);
    assert_false(events() & EVENT(WH_SERVICE_EV_SESSION_STORED));
    connect_once(full);
    assert_int_equal(store.forgotten, 2);
}

/* ---- Settings --------------------------------------------------------------------------------------------
 */

static wh_client_config configured(const char *host, uint16_t port)
{
    wh_client_config config = {.host = host, .port = port};
    wh_service_configure(&service, &config);
    return config;
}

SERVICE_TEST(without_settings_a_client_is_configured_as_given)
{
    wh_client_config config = configured("a.test", 443);
    assert_int_equal(config.min_version, WH_PROTOCOL_NONE);
    assert_false(config.policy.disabled || config.policy.pinned);
    assert_int_equal(config.policy.max_authenticated_s, 0);
    assert_int_equal(config.policy.ticket_wait_ms, 0);
}

SERVICE_TEST(settings_reach_the_next_client)
{
    set(WH_SERVICE_REG_ENABLED, "\0", 1);
    set(WH_SERVICE_REG_MIN_PROTOCOL, "\2", 1);
    set(WH_SERVICE_REG_MAX_AGE, "\x10\x0e\0\0", 4);
    set(WH_SERVICE_REG_TICKET_WAIT, "\xff\xff\xff\xff", 4);
    set(WH_SERVICE_REG_PINNED_PEER, "\xbb\1A.test", 8);
    assert_true(wh_service_settings_changed(&service));
    wh_client_config config = configured("a.TEST", 443);
    assert_false(wh_service_settings_changed(&service));
    assert_true(config.policy.disabled);
    assert_int_equal(config.min_version, WH_TLS13);
    assert_int_equal(config.policy.max_authenticated_s, 3600);
    assert_int_equal(config.policy.ticket_wait_ms, WH_TICKET_WAIT_NONE);
    assert_true(config.policy.pinned);
    assert_false(configured("a.test", 8883).policy.pinned);
    assert_false(configured("b.test", 443).policy.pinned);
}

SERVICE_TEST(consent_to_early_data_is_the_firmware_s_until_the_app_says_otherwise)
{
    wh_client_config provisioned = {.host = "a.test", .port = 443, .policy.early_data = true};
    assert_false(configured("a.test", 443).policy.early_data);
    wh_service_configure(&service, &provisioned);
    assert_true(provisioned.policy.early_data);
    set(WH_SERVICE_REG_EARLY_DATA, "\1", 1);
    assert_true(configured("a.test", 443).policy.early_data);
    set(WH_SERVICE_REG_EARLY_DATA, "\2", 1);
    wh_service_configure(&service, &provisioned);
    assert_false(provisioned.policy.early_data);
    wh_service_packet answer;
    assert_int_equal(ask(WH_SERVICE_SET | WH_SERVICE_REG_EARLY_DATA, "\3", 1, &answer),
                     WH_SERVICE_NOT_IMPLEMENTED);
}

SERVICE_TEST(what_became_of_early_data_can_be_read)
{
    wh_outcome outcome = resumed;
    outcome.early_data = WH_EARLY_DATA_ACCEPTED;
    outcome.early_bytes = 100;
    connect_once(outcome);
    assert_int_equal(read_outcome().early_data, WH_EARLY_DATA_ACCEPTED);
    assert_int_equal(read_outcome().early, 100);
}

SERVICE_TEST(a_version_that_the_firmware_does_not_speak_is_not_taken)
{
    wh_client_config config = {
        .host = "a.test", .port = 443, .min_version = WH_TLS12, .max_version = WH_TLS12};
    wh_service_packet answer;
    assert_int_equal(ask(WH_SERVICE_SET | WH_SERVICE_REG_MIN_PROTOCOL, "\2", 1, &answer), WH_SERVICE_SILENT);
    wh_service_configure(&service, &config); /* now it is known */
    assert_int_equal(config.min_version, WH_TLS12);
    assert_int_equal(ask(WH_SERVICE_SET | WH_SERVICE_REG_MIN_PROTOCOL, "\1", 1, &answer), WH_SERVICE_SILENT);
    assert_int_equal(ask(WH_SERVICE_SET | WH_SERVICE_REG_MIN_PROTOCOL, "\2", 1, &answer),
                     WH_SERVICE_NOT_IMPLEMENTED);
}

SERVICE_TEST(another_pinned_peer_takes_the_pin_off_the_stored_session)
{
    set(WH_SERVICE_REG_PINNED_PEER, "\xbb\1A.test", 8);
    assert_int_equal(store.unpins, 1);
    set(WH_SERVICE_REG_MAX_AGE, "\x10\x0e\0\0", 4);
    assert_int_equal(store.unpins, 1);
    set(WH_SERVICE_REG_PINNED_PEER, "\0\0", 2);
    assert_int_equal(store.unpins, 2);
}

SERVICE_TEST(no_setting_lowers_the_firmware_s_own_version)
{
    set(WH_SERVICE_REG_MIN_PROTOCOL, "\1", 1);
    wh_client_config config = {.host = "a.test", .port = 1, .min_version = WH_TLS13, .max_version = WH_TLS13};
    wh_service_configure(&service, &config);
    assert_int_equal(config.min_version, WH_TLS13);
}

SERVICE_TEST(a_pinned_peer_without_port_is_any_port_of_the_host)
{
    set(WH_SERVICE_REG_PINNED_PEER, "\0\0a.test", 8);
    assert_true(configured("a.test", 8883).policy.pinned);
}

SERVICE_TEST(what_is_written_is_what_is_read)
{
    uint8_t longest[WH_SERVICE_PINNED_PEER_SIZE];
    memset(longest, 'h', sizeof longest);
    set(WH_SERVICE_REG_PINNED_PEER, longest, sizeof longest);
    wh_service_packet answer = answer_to(WH_SERVICE_GET | WH_SERVICE_REG_PINNED_PEER);
    assert_int_equal(answer.size, sizeof longest);
    assert_memory_equal(answer.payload, longest, sizeof longest);
}

/* ---- Deep sleep
 * --------------------------------------------------------------------------------------------- */

SERVICE_TEST(deep_sleep_keeps_counts_settings_and_outcome)
{
    connect_once(full);
    set(WH_SERVICE_REG_ENABLED, "\0", 1);
    wh_service_init(&service, &memory, &fake_hooks);
    assert_int_equal(read_counts().full, 1);
    assert_int_equal(read_outcome().handshake_us, 123456);
    assert_true(configured("a.test", 1).policy.disabled);
}

SERVICE_TEST(a_loss_of_power_leaves_the_defaults)
{
    connect_once(full);
    set(WH_SERVICE_REG_ENABLED, "\0", 1);
    ((uint8_t *)&memory)[sizeof memory / 2] ^= 1U;
    wh_service_init(&service, &memory, &fake_hooks);
    assert_int_equal(read_counts().full, 0);
    assert_false(configured("a.test", 1).policy.disabled);
}

/* ---- Bad input
 * ------------------------------------------------------------------------------------------------ */

SERVICE_TEST(what_the_service_does_not_know_is_refused_and_changes_nothing)
{
    assert_refused(WH_SERVICE_GET | 0x1ff, NULL, 0);
    assert_refused(WH_SERVICE_SET | 0x1ff, "\0", 1);
    assert_refused(WH_SERVICE_SET | WH_SERVICE_REG_OUTCOME, "\0", 1);
    assert_refused(0x7f, NULL, 0);
    assert_refused(0x3000, NULL, 0);
    assert_refused(0x8000, NULL, 0);
}

SERVICE_TEST(a_payload_of_another_length_is_refused_and_changes_nothing)
{
    uint8_t zeros[WH_SERVICE_PAYLOAD_MAX + 1] = {0};
    assert_refused(WH_SERVICE_SET | WH_SERVICE_REG_ENABLED, NULL, 0);
    assert_refused(WH_SERVICE_SET | WH_SERVICE_REG_ENABLED, zeros, 2);
    assert_refused(WH_SERVICE_SET | WH_SERVICE_REG_MAX_AGE, zeros, 3);
    assert_refused(WH_SERVICE_SET | WH_SERVICE_REG_MAX_AGE, zeros, 5);
    assert_refused(WH_SERVICE_SET | WH_SERVICE_REG_PINNED_PEER, zeros, 1);
    assert_refused(WH_SERVICE_SET | WH_SERVICE_REG_PINNED_PEER, zeros, sizeof zeros);
    assert_refused(WH_SERVICE_GET | WH_SERVICE_REG_COUNTS, zeros, 1);
    assert_refused(WH_SERVICE_CMD_FORGET, zeros, 1);
}

SERVICE_TEST(a_value_that_there_is_not_is_refused)
{
    assert_refused(WH_SERVICE_SET | WH_SERVICE_REG_MIN_PROTOCOL, "\3", 1);
    assert_refused(WH_SERVICE_SET | WH_SERVICE_REG_PINNED_PEER, "\0\0a\0b", 5);
}

/* ---- With the real core
 * ------------------------------------------------------------------------------------------ */

/* A visit whose connection the service hears of. It forgets in between if told to. */
static void visit(tls_server *server, const wh_client_config *config, bool forgets)
{
    wh_client client;
    make_client(&client, config);
    wire_line line;
    uint32_t connect = wh_service_connecting(&service);
    assert_int_equal(line_open(&line, &client, server), WH_OK);
    while (wh_conn_get_state(&line.conn) == WH_CONN_HANDSHAKE) {
        line_run(&line);
    }
    wh_service_connected(&service, wh_conn_outcome(&line.conn));
    if (forgets) {
        assert_int_equal(forget_error(), WH_OK);
    }
    line_run(&line);
    wh_conn_close(&line.conn);
    wh_service_closed(&service, connect, wh_conn_outcome(&line.conn));
    line_free(&line);
    wh_client_free(&client);
}

static int start_with_core(void **state)
{
    memset(&memory, NOISE, sizeof memory);
    wh_service_init(&service, &memory, &wh_service_core_hooks);
    return start_platform(state);
}

#define CORE_TEST(name) TEST_WITH(name, start_with_core, stop_platform)

static int start_with_core_and_flash(void **state)
{
    memset(&memory, NOISE, sizeof memory);
    wh_service_init(&service, &memory, &wh_service_core_hooks);
    return start_platform_with_flash(state);
}

#define CORE_FLASH_TEST(name) TEST_WITH(name, start_with_core_and_flash, stop_platform_with_flash)

CORE_TEST(forgetting_between_connect_and_ticket_leaves_nothing_to_offer)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13}));
    visit(at.server, &at.config, false);
    assert_int_equal(wh_store_tiers(), WH_TIERS_RTC);
    visit(at.server, &at.config, true);
    assert_int_equal(wh_store_tiers(), WH_TIERS_NONE);
    visit(at.server, &at.config, false);
    assert_int_equal(read_outcome().result, WH_RESULT_FULL);
    assert_int_equal(read_outcome().reason, WH_REASON_NONE);
    assert_int_equal(read_counts().resumed, 1);
    server_stop(at.server);
}

CORE_TEST(disabling_goes_in_full_and_enabling_resumes_again)
{
    pairing at = pair_with(server_start(&(server_options){.max_version = WH_TLS12}));
    visit(at.server, &at.config, false);
    set(WH_SERVICE_REG_ENABLED, "\0", 1);
    wh_client_config disabled = at.config;
    wh_service_configure(&service, &disabled);
    visit(at.server, &disabled, false);
    assert_int_equal(read_outcome().reason, WH_REASON_DISABLED);
    set(WH_SERVICE_REG_ENABLED, "\1", 1);
    wh_client_config enabled = at.config;
    wh_service_configure(&service, &enabled);
    visit(at.server, &enabled, false);
    assert_int_equal(read_outcome().result, WH_RESULT_RESUMED);
    server_stop(at.server);
}

/* Lets the handshake get as far as `size` bytes of the server's answer. */
static void begin_handshake(wire_line *line, size_t size)
{
    uint8_t bytes[1024];
    int hello = conn_drain(&line->conn, bytes, sizeof bytes);
    assert_true(hello > 0);
    peer_take(line->peer, bytes, (size_t)hello);
    if (size > 0) {
        assert_int_equal(peer_give(line->peer, bytes, size), size);
        assert_int_equal(wh_conn_feed(&line->conn, bytes, size), size);
    }
    assert_int_equal(wh_conn_get_state(&line->conn), WH_CONN_HANDSHAKE);
}

/* A visit in which the app reads and forgets in the middle of the handshake. */
static void forget_in_handshake(tls_server *server, const wh_client_config *config, size_t answered)
{
    wh_client client;
    make_client(&client, config);
    wire_line line;
    uint32_t connect = wh_service_connecting(&service);
    assert_int_equal(line_open(&line, &client, server), WH_OK);
    uint32_t before = read_outcome().number;
    begin_handshake(&line, answered);
    assert_int_equal(read_outcome().number, before);
    assert_int_equal(forget_error(), WH_OK);
    assert_int_equal(wh_store_tiers(), WH_TIERS_NONE);
    assert_int_equal(wh_conn_get_state(&line.conn), WH_CONN_HANDSHAKE);
    line_run(&line);
    assert_int_equal(wh_conn_get_state(&line.conn), WH_CONN_OPEN);
    wh_service_connected(&service, wh_conn_outcome(&line.conn));
    assert_int_equal(read_outcome().number, before + 1);
    wh_conn_close(&line.conn);
    wh_service_closed(&service, connect, wh_conn_outcome(&line.conn));
    assert_int_equal(wh_store_tiers(), WH_TIERS_NONE);
    assert_int_equal(read_outcome().stored, WH_TIERS_NONE);
    line_free(&line);
    wh_client_free(&client);
}

/* Before the server's answer, and in the midst of its first record. */
static void forget_in_handshakes_with(const server_options *options)
{
    static const size_t answered[] = {0, 40};
    for (size_t i = 0; i < sizeof answered / sizeof *answered; i++) {
        pairing at = pair_with(server_start(options));
        forget_in_handshake(at.server, &at.config, answered[i]);
        assert_int_equal(read_outcome().result, WH_RESULT_FULL);
        visit(at.server, &at.config, false);
        assert_int_equal(wh_store_tiers(), WH_TIERS_RTC);
        forget_in_handshake(at.server, &at.config, answered[i]);
        assert_int_equal(read_outcome().result, WH_RESULT_RESUMED);
        visit(at.server, &at.config, false);
        assert_int_equal(read_outcome().result, WH_RESULT_FULL);
        assert_int_equal(read_outcome().reason, WH_REASON_NONE);
        assert_int_equal(forget_error(), WH_OK);
        server_stop(at.server);
    }
}

CORE_TEST(forgetting_in_a_tls12_handshake_lets_it_go_on_and_leaves_nothing)
{
    forget_in_handshakes_with(&(server_options){.max_version = WH_TLS12});
}

CORE_TEST(forgetting_in_a_tls13_handshake_lets_it_go_on_and_leaves_nothing)
{
    forget_in_handshakes_with(&(server_options){.min_version = WH_TLS13});
}

static uint64_t flash_uses(const nor *chip)
{
    return chip->reads + nor_operations(chip);
}

/* A visit that came about; no call that tells the service of it may touch flash. */
static void visit_without_flash_for_the_service(tls_server *server, const nor *chip, wh_result result)
{
    wh_client_config config = config_for(server);
    wh_client client;
    make_client(&client, &config);
    wire_line line;
    uint64_t uses = flash_uses(chip);
    uint32_t connect = wh_service_connecting(&service);
    assert_int_equal(flash_uses(chip), uses);
    assert_int_equal(line_open(&line, &client, server), WH_OK);
    line_run(&line);
    assert_int_equal(wh_conn_outcome(&line.conn)->result, result);
    uses = flash_uses(chip);
    wh_service_connected(&service, wh_conn_outcome(&line.conn));
    assert_int_equal(flash_uses(chip), uses);
    wh_conn_close(&line.conn);
    uses = flash_uses(chip);
    wh_service_closed(&service, connect, wh_conn_outcome(&line.conn));
    assert_int_equal(flash_uses(chip), uses);
    line_free(&line);
    wh_client_free(&client);
}

CORE_FLASH_TEST(telling_the_service_of_a_connect_uses_no_flash)
{
    const nor *chip = *state;
    static const server_options versions[] = {{.max_version = WH_TLS12}, {.min_version = WH_TLS13}};
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        tls_server *server = server_start(&versions[i]);
        visit_without_flash_for_the_service(server, chip, WH_RESULT_FULL);
        assert_int_equal(wh_store_tiers(), WH_TIERS_BOTH);
        visit_without_flash_for_the_service(server, chip, WH_RESULT_RESUMED);
        server_stop(server);
    }
}

CORE_FLASH_TEST(telling_the_service_of_a_connect_that_fails_uses_no_flash_until_it_is_over)
{
    const nor *chip = *state;
    uint64_t uses = flash_uses(chip);
    uint32_t connect = wh_service_connecting(&service);
    wh_outcome outcome = failed_by(WH_PEER_CLOSED);
    wh_service_connected(&service, &outcome);
    assert_int_equal(flash_uses(chip), uses);
    wh_service_closed(&service, connect, &outcome);
    assert_true(flash_uses(chip) > uses); /* it looks what is left: the count above does count */
}

/* ---- The profile ----------------------------------------------------------------------------------- */

static uint8_t profile_told(void)
{
    wh_service_profile profile = {0xff};
    read_answer(WH_SERVICE_GET | WH_SERVICE_REG_PROFILE, &profile, WH_SERVICE_PROFILE_SIZE, sizeof profile);
    return profile.value;
}

SERVICE_TEST(the_profile_is_that_of_the_firmware_and_no_setting_goes_beyond_it)
{
    assert_int_equal(profile_told(), WH_PROFILE_BALANCED);
    set(WH_SERVICE_REG_MIN_PROTOCOL, "\1", 1);
    set(WH_SERVICE_REG_MAX_AGE, "\x81\x51\1\0", 4); /* a second more than a day */
    set(WH_SERVICE_REG_EARLY_DATA, "\1", 1);
    wh_client_config config = {.host = "a.test", .port = 1, .policy = {.profile = WH_PROFILE_STRICT}};
    wh_service_configure(&service, &config);
    assert_int_equal(profile_told(), WH_PROFILE_STRICT);
    assert_int_equal(config.min_version, WH_PROTOCOL_NONE);
    assert_int_equal(config.policy.max_authenticated_s, 0);
    assert_false(config.policy.early_data);
    set(WH_SERVICE_REG_MAX_AGE, "\x10\x0e\0\0", 4);
    wh_service_configure(&service, &config);
    assert_int_equal(config.policy.max_authenticated_s, 3600);
}
