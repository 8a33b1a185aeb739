/* Every reason in reasons.def, by a connection that gives it. */
#include "visit.h"
#include "warmhello/store.h"

#include <string.h>

enum { HOUR = 3600, DAY = 86400 };

/* A server that has been visited once; `chip` is the flash. */
typedef struct scene {
    tls_server *server;
    wh_client_config config;
    nor *chip;
} scene;

static wh_outcome again(const scene *s)
{
    return wake_and_visit(&s->config, s->server).outcome;
}

static void visited(scene *s, const server_options *options)
{
    s->server = server_start(options);
    s->config = config_for(s->server);
    wh_outcome outcome = again(s);
    assert_int_equal(outcome.error, WH_OK);
    assert_int_equal(outcome.store_error, WH_OK);
    assert_int_equal(outcome.stored, WH_TIERS_BOTH);
}

static wh_outcome slept(const scene *s, uint64_t s_asleep)
{
    wh_host_sleep(&the_device, s_asleep * 1000000u);
    return again(s);
}

/* ---- One function a reason ------------------------------------------------------------------ */

static wh_outcome none(scene *s)
{
    s->server = server_start(&ticket12);
    s->config = config_for(s->server);
    return again(s);
}

static wh_outcome accepted(scene *s)
{
    visited(s, &ticket12);
    return again(s);
}

static wh_outcome other_binding(scene *s)
{
    visited(s, &ticket12);
    s->config.port++;
    return again(s);
}

static wh_outcome alternating(scene *s)
{
    visited(s, &ticket12);
    wh_client_config other = s->config;
    other.port++;
    assert_int_equal(wake_and_visit(&other, s->server).outcome.reason, WH_REASON_BINDING);
    return again(s);
}

static wh_outcome disabled(scene *s)
{
    visited(s, &ticket12);
    s->config.policy.disabled = true;
    return again(s);
}

static wh_outcome expired(scene *s)
{
    visited(s, &(server_options){.min_version = WH_TLS13, .lifetime_s = 300});
    return slept(s, 300);
}

static wh_outcome over_7_days(scene *s)
{
    visited(s, &(server_options){.min_version = WH_TLS13, .lifetime_s = 7L * DAY});
    return slept(s, 7ull * DAY);
}

/* The full handshake fails as it should: the certificate has expired. */
static wh_outcome over_not_after(scene *s)
{
    visited(s, &(server_options){.max_version = WH_TLS12, .valid_to_s = HOUR});
    wh_outcome outcome = slept(s, HOUR + 60);
    assert_int_equal(outcome.error, WH_PEER_EXPIRED);
    return outcome;
}

static wh_outcome authenticated_too_long_ago(scene *s)
{
    visited(s, &ticket13);
    s->config.policy.max_authenticated_s = HOUR;
    return slept(s, HOUR);
}

static wh_outcome trust_spent(scene *s)
{
    wh_host_set_wall_known(&the_device, false);
    visited(s, &ticket13);
    s->config.policy.trust_after_power_loss = WH_TRUST_NONE;
    wh_host_lose_power(&the_device);
    assert_int_equal(again(s).result, WH_RESULT_RESUMED);
    return again(s);
}

static wh_outcome spent(scene *s)
{
    visited(s, &ticket13);
    server_stop_tickets13(s->server);
    assert_int_equal(again(s).result, WH_RESULT_RESUMED);
    assert_int_equal(again(s).result, WH_RESULT_RESUMED);
    return again(s);
}

static wh_outcome store_failed(scene *s)
{
    visited(s, &ticket13);
    wh_host_lose_power(&the_device);
    assert_int_equal(again(s).result, WH_RESULT_RESUMED); /* its new ticket is in both tiers */
    nor_set_fault(s->chip, (nor_fault){.nth = 1, .shape = NOR_CUT_BEFORE});
    return again(s);
}

/* A record whose header promises more than the session in it. */
static wh_outcome unusable(scene *s)
{
    visited(s, &ticket12);
    wh_client client;
    wh_stored stored;
    uint8_t record[WH_RECORD_MAX];
    uint8_t session[WH_SESSION_MAX];
    make_client(&client, &s->config);
    assert_int_equal(wh_store_get(&client.binding, &stored), WH_OK);
    wh_client_free(&client);
    int size = wh_session_save(&stored.session, WH_TLS12, session, sizeof session);
    wh_session_release(&stored.session);
    assert_true(size > 0);
    memset(session + 5, 0, 4); /* the lifetime that wolfSSL knows of */
    stored.info.generation += 10;
    size = wh_record_seal(&stored.info, session, (size_t)size, record);
    assert_true(size > 0);
    assert_int_equal(wh_store_persist(record, (uint16_t)size), WH_OK);
    wh_host_lose_power(&the_device);
    return again(s);
}

static wh_outcome damaged(scene *s)
{
    visited(s, &ticket12);
    nor_rot(s->chip, 32 + 150, 20, 3);
    wh_platform_get()->rtc[88 + 150] ^= 1;
    return again(s);
}

static wh_outcome refused(scene *s)
{
    visited(s, &ticket12);
    server_forget_sessions(s->server);
    return again(s);
}

static wh_outcome fallback_again(scene *s)
{
    static const uint8_t handshake_failure[] = {21, 3, 3, 0, 2, 2, 40};
    wh_client client;
    wire_line line;
    make_client(&client, &s->config);
    assert_int_equal(line_open(&line, &client, s->server), WH_OK);
    assert_true(wh_conn_feed(&line.conn, handshake_failure, sizeof handshake_failure) < 0);
    line_free(&line);
    wh_outcome outcome = visit_server(&client, s->server).outcome;
    wh_client_free(&client);
    return outcome;
}

static wh_outcome fallback(scene *s)
{
    visited(s, &ticket12);
    return fallback_again(s);
}

static wh_outcome upgrade(scene *s)
{
    visited(s, &ticket12);
    server_forget_sessions(s->server);
    assert_int_equal(again(s).reason, WH_REASON_REFUSED);
    return again(s);
}

static wh_outcome no_extended_master(scene *s)
{
    s->server = server_start(&(server_options){.max_version = WH_TLS12, .no_ems = true});
    s->config = config_for(s->server);
    assert_int_equal(again(s).store_error, WH_MISS_NO_EXTENDED_MASTER);
    return again(s);
}

static wh_outcome resting(scene *s)
{
    (void)fallback(s);
    (void)fallback_again(s);
    return again(s);
}

/* A wake in a network that breaks every connection off. */
static void broken_wake(const scene *s)
{
    wh_client client;
    make_client(&client, &s->config);
    for (int attempt = 0; attempt < 2; attempt++) {
        wire_line line;
        assert_int_equal(line_open(&line, &client, s->server), WH_OK);
        assert_int_equal(wh_conn_eof(&line.conn), WH_PEER_CLOSED);
        line_free(&line);
    }
    wh_client_free(&client);
}

static wh_outcome suspect(scene *s)
{
    visited(s, &ticket12);
    broken_wake(s);
    broken_wake(s);
    return again(s);
}

/* ---- All of them --------------------------------------------------------------------------------- */

typedef wh_outcome (*reason_maker)(scene *s);

static const reason_maker makers[] = {
    [WH_REASON_NONE] = none,
    [WH_REASON_ACCEPTED] = accepted,
    [WH_REASON_BINDING] = other_binding,
    [WH_REASON_ALTERNATING] = alternating,
    [WH_REASON_DISABLED] = disabled,
    [WH_REASON_EXPIRED] = expired,
    [WH_REASON_OVER_7_DAYS] = over_7_days,
    [WH_REASON_CERTIFICATE_EXPIRED] = over_not_after,
    [WH_REASON_AUTHENTICATION_OLD] = authenticated_too_long_ago,
    [WH_REASON_TRUST_SPENT] = trust_spent,
    [WH_REASON_SPENT] = spent,
    [WH_REASON_SUSPECT] = suspect,
    [WH_REASON_STORE] = store_failed,
    [WH_REASON_UNUSABLE] = unusable,
    [WH_REASON_DAMAGED] = damaged,
    [WH_REASON_REFUSED] = refused,
    [WH_REASON_FALLBACK] = fallback,
    [WH_REASON_RESTING] = resting,
    [WH_REASON_UPGRADE] = upgrade,
    [WH_REASON_NO_EXTENDED_MASTER] = no_extended_master,
};

static const wh_reason reasons[] = {
#define WH_REASON(name, word, meaning) name,
#include "warmhello/reasons.def"
#undef WH_REASON
};

static void is_made(wh_reason reason, nor *chip)
{
    assert_true(reason < sizeof makers / sizeof makers[0]);
    assert_non_null(makers[reason]);
    wh_platform_remove();
    nor_init(chip, FLASH_SECTORS, 1);
    assert_int_equal(wh_host_start(&the_device, &chip->flash), WH_OK);
    scene s = {.chip = chip};
    wh_outcome outcome = makers[reason](&s);
    assert_string_equal(wh_reason_word(outcome.reason), wh_reason_word(reason));
    if (reason != WH_REASON_ACCEPTED && reason != WH_REASON_CERTIFICATE_EXPIRED) {
        assert_int_equal(outcome.result, WH_RESULT_FULL);
    }
}

FLASH_TEST(each_reason_has_a_connection_that_gives_it)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        is_made(reasons[i], *state);
    }
}
