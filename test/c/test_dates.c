/* Dates in certificates: read right, and checked with and without a wall clock. */
#include "visit.h"
#include "clock.h"

#include "dates.h"
#include "warmhello/store.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { UTC_TIME = 0x17, GENERALIZED_TIME = 0x18, DAY = 86400, HOUR = 3600 };

static int64_t parse(const char *text, uint8_t format)
{
    return wh_dates_parse((const uint8_t *)text, format, (int)strlen(text));
}

static void assert_read(int year, int month, int day, int second_of_day)
{
    struct tm fields = {
        .tm_year = year - 1900,
        .tm_mon = month - 1,
        .tm_mday = day,
        .tm_hour = second_of_day / HOUR,
        .tm_min = second_of_day / 60 % 60,
        .tm_sec = second_of_day % 60,
    };
    char text[80];
    (void)snprintf(text, sizeof text, "%04d%02d%02d%02d%02d%02dZ", year, month, day, fields.tm_hour,
                   fields.tm_min, fields.tm_sec);
    time_t expected = timegm(&fields);
    assert_int_equal(parse(text, GENERALIZED_TIME), expected);
    if (year >= 1950 && year < 2050) {
        assert_int_equal(parse(text + 2, UTC_TIME), expected);
    }
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Leap years, and the ends of centuries that are none, among them. */
TEST_CASE(every_day_of_three_centuries_is_read_as_timegm_does)
{
    int second = 0;
    for (int year = 1890; year < 2190; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= days_in(year, month); day++) {
                assert_read(year, month, day, second);
                second = (second + 7919) % DAY;
            }
        }
    }
}

TEST_CASE(known_dates_are_read)
{
    assert_int_equal(parse("700101000000Z", UTC_TIME), 0);
    assert_int_equal(parse("000229120000Z", UTC_TIME), 951825600);
    assert_int_equal(parse("491231235959Z", UTC_TIME), 2524607999);
    assert_int_equal(parse("500101000000Z", UTC_TIME), -631152000);
    assert_int_equal(parse("99991231235959Z", GENERALIZED_TIME), 253402300799); /* RFC 5280 4.1.2.5 */
    assert_int_equal(parse("20380119031408Z", GENERALIZED_TIME), 2147483648);
}

TEST_CASE(a_malformed_date_is_not_read)
{
    static const char *const utc[] = {
        "",
        "700101000000",
        "700101000000z",
        "700101000000+",
        "7001010000Z",
        "70010100000Z",
        "7001010000000",
        "700001000000Z",
        "701301000000Z",
        "700100000000Z",
        "700132000000Z",
        "700101240000Z",
        "700101006000Z",
        "700101000060Z",
        "7001a1000000Z",
        "/00101000000Z",
        "70010100000:Z",
        " 70101000000Z",
        "70010100000 Z",
        "19700101000000Z",
    };
    for (size_t i = 0; i < sizeof utc / sizeof utc[0]; i++) {
        assert_true(parse(utc[i], UTC_TIME) == INT64_MIN);
    }
    assert_true(parse("700101000000Z", GENERALIZED_TIME) == INT64_MIN);
    assert_true(parse("x9700101000000Z", GENERALIZED_TIME) == INT64_MIN);
    assert_true(wh_dates_parse((const uint8_t *)"700101000000Z", UTC_TIME, -1) == INT64_MIN);
    assert_true(wh_dates_parse((const uint8_t *)"700101000000Z", UTC_TIME, 0) == INT64_MIN);
}

/* ---- In handshakes --------------------------------------------------------------------------- */

static wake_visit visit_dated(long from_s, long to_s)
{
    pairing at = pair_with(server_start(&(server_options){.valid_from_s = from_s, .valid_to_s = to_s}));
    wake_visit visit = wake_at(&at);
    return visit;
}

PLATFORM_TEST(without_a_wall_clock_a_certificate_from_the_future_is_accepted)
{
    wh_host_set_wall_known(&the_device, false);
    assert_int_equal(visit_dated(HOUR, 30L * DAY).outcome.error, WH_OK);
}

PLATFORM_TEST(without_a_wall_clock_the_floor_refuses_what_had_ended_before)
{
    wh_platform *platform = &the_device.platform;
    platform->wall_floor_s = platform->wall_s(platform->ctx);
    wh_host_set_wall_known(&the_device, false);
    assert_int_equal(visit_dated(-30L * DAY, -HOUR).outcome.error, WH_PEER_EXPIRED);
    assert_int_equal(visit_dated(-30L * DAY, HOUR).outcome.error, WH_OK);
    platform->wall_floor_s += 2L * HOUR;
    assert_int_equal(visit_dated(-30L * DAY, HOUR).outcome.error, WH_PEER_EXPIRED);
}

PLATFORM_TEST(a_known_wall_clock_overrules_the_floor)
{
    wh_platform *platform = &the_device.platform;
    platform->wall_floor_s = platform->wall_s(platform->ctx) - 365L * DAY;
    assert_int_equal(visit_dated(-30L * DAY, -HOUR).outcome.error, WH_PEER_EXPIRED);
    assert_int_equal(visit_dated(HOUR, 30L * DAY).outcome.error, WH_PEER_NOT_YET);
}

PLATFORM_TEST(a_wall_clock_below_the_floor_is_not_believed)
{
    wh_platform *platform = &the_device.platform;
    platform->wall_floor_s = platform->wall_s(platform->ctx) + 30L * DAY;
    assert_int_equal(wh_clock_wall_s(), 0);
    assert_int_equal(wh_clock_now(1).wall_s, 0);
    assert_int_equal(visit_dated(20L * DAY, 90L * DAY).outcome.error, WH_OK); /* notBefore is not looked at */
    assert_int_equal(visit_dated(-DAY, 29L * DAY).outcome.error, WH_PEER_EXPIRED);
}

/* A server that goes on longer than its CA. */
static tls_server *server_of_an_ended_ca(void)
{
    tls_server *server = server_start(&(server_options){.valid_from_s = -DAY, .valid_to_s = 8000L * DAY});
    wh_host_sleep(&the_device, 3651ull * DAY * 1000000u);
    return server;
}

PLATFORM_TEST(an_expired_ca_is_named)
{
    pairing at = pair_with(server_of_an_ended_ca());
    wake_visit visit = wake_at(&at);
    assert_int_equal(visit.outcome.error, WH_PEER_CA_EXPIRED);
    assert_int_equal(visit.outcome.clock, WH_CLOCK_SUSPECT);
    assert_int_equal(visit.outcome.cas, 1);
    assert_int_equal(visit.outcome.cas_usable, 0);
}

PLATFORM_TEST(a_clock_by_which_all_has_ended_is_suspect)
{
    pairing at = pair_with(server_start(&(server_options){0}));
    wh_host_sleep(&the_device, 3651ull * DAY * 1000000u);
    wake_visit visit = wake_at(&at);
    assert_int_equal(visit.outcome.error, WH_PLATFORM_CLOCK);
    assert_int_equal(visit.outcome.clock, WH_CLOCK_SUSPECT);
    assert_int_equal(visit.outcome.result, WH_RESULT_FAILED);
    assert_int_equal(visit.outcome.backoff_s, 0); /* no fault of the server's */
}

/* The client is made before the network is up, and the time comes from the network. */
PLATFORM_TEST(an_expired_ca_is_seen_when_the_clock_becomes_known)
{
    wh_host_set_wall_known(&the_device, false);
    pairing at = pair_with(server_of_an_ended_ca());
    wh_client client;
    make_client(&client, &at.config);
    wh_host_set_wall_known(&the_device, true);
    assert_int_equal(visit_server(&client, at.server).outcome.error, WH_PEER_CA_EXPIRED);
    wh_client_free(&client);
}

/* ---- What is recorded -------------------------------------------------------------------------- */

static int64_t recorded_not_after_s(const server_options *options)
{
    pairing at = pair_with(server_start(options));
    assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_FULL);
    wh_client client;
    wh_stored stored;
    make_client(&client, &at.config);
    assert_int_equal(wh_store_get(&client.binding, &stored), WH_OK);
    wh_session_release(&stored.session);
    wh_client_free(&client);
    return stored.info.lineage.not_after_s;
}

PLATFORM_TEST(the_lowest_not_after_of_chain_and_ca_is_recorded)
{
    const wh_protocol both[] = {WH_TLS12, WH_TLS13};
    for (size_t i = 0; i < 2; i++) {
        int64_t now_s = (int64_t)time(NULL);
        server_options options = {.min_version = both[i], .max_version = both[i], .valid_to_s = 20L * DAY};
        assert_in_range(recorded_not_after_s(&options), now_s + 20L * DAY, now_s + 20L * DAY + 10);
        options.valid_to_s = 4000L * DAY; /* longer than the CA's */
        assert_in_range(recorded_not_after_s(&options), now_s + 3650L * DAY, now_s + 3650L * DAY + 10);
    }
}

PLATFORM_TEST(without_a_wall_clock_it_is_recorded_too)
{
    wh_host_set_wall_known(&the_device, false);
    int64_t now_s = (int64_t)time(NULL);
    const server_options options = {.max_version = WH_TLS12, .valid_to_s = 20L * DAY};
    assert_in_range(recorded_not_after_s(&options), now_s + 20L * DAY, now_s + 20L * DAY + 10);
}
