/* A server that breaks off each handshake with a session, and none without: what that costs, and for how
 * long. */
#include "network.h"
#include "visit.h"
#include "warmhello/store.h"

#include <string.h>

#define TEN_MINUTES_MS 600000u

/* OpenSSL is that server: without a session id context it cannot resume where it asks for certificates. */
static const server_options tls12 = {
    .max_version = WH_TLS12, .wants_certificate = true, .no_id_context = true};
static const server_options tls13 = {
    .min_version = WH_TLS13, .wants_certificate = true, .no_id_context = true};
static const server_options *const all[] = {&tls12, &tls13};
enum { COUNT = sizeof all / sizeof all[0] };

/* How often the power goes: in each of so many sleeps. */
typedef struct scene {
    tls_server *server;
    client_identity identity;
    wh_client_config config;
    unsigned loses_power;
    unsigned wakes;
} scene;

static scene begin(const server_options *options, unsigned loses_power)
{
    scene s = {.server = server_start(options), .loses_power = loses_power};
    s.identity = server_client_identity(s.server);
    s.config = config_for(s.server);
    s.config.certificate = pem_bytes(s.identity.certificate, &s.config.certificate_size);
    s.config.key = pem_bytes(s.identity.key, &s.config.key_size);
    return s;
}

static void end(scene *s)
{
    free_client_identity(&s->identity);
    server_stop(s->server);
    assert_int_equal(wh_store_forget(), WH_OK);
    network_pass_ms(6ull * TEN_MINUTES_MS); /* for the wear budget */
}

static network_run wake(scene *s)
{
    wh_client client;
    const network_script script = {.server = s->server};
    network_pass_ms(TEN_MINUTES_MS);
    if (s->loses_power != 0 && ++s->wakes % s->loses_power == 0) {
        wh_host_lose_power(&the_device);
        network_use_clock(&the_device.platform);
    }
    make_client(&client, &s->config);
    network_run run = network_run_connect(&client, NULL, &script);
    wh_client_free(&client);
    assert_int_equal(run.error, WH_OK);
    return run;
}

/* Broken off with the session, and then in full. */
static void assert_broken(network_run run)
{
    assert_int_equal(run.outcome.result, WH_RESULT_FULL);
    assert_string_equal(wh_reason_word(run.outcome.reason), wh_reason_word(WH_REASON_FALLBACK));
    assert_int_equal(run.opens, 2);
}

static void assert_rests(scene *s, int connects)
{
    for (int i = 0; i < connects; i++) {
        network_run run = wake(s);
        assert_int_equal(run.outcome.result, WH_RESULT_FULL);
        assert_string_equal(wh_reason_word(run.outcome.reason), wh_reason_word(WH_REASON_RESTING));
        assert_int_equal(run.opens, 1);
    }
}

static void is_left_in_peace(unsigned loses_power)
{
    wh_host_set_wall_known(&the_device, loses_power == 0);
    for (int i = 0; i < COUNT; i++) {
        scene s = begin(all[i], loses_power);
        assert_int_equal(wake(&s).outcome.reason, WH_REASON_NONE);
        assert_broken(wake(&s));
        assert_broken(wake(&s));
        for (int connects = 8; connects <= 32; connects *= 2) {
            assert_rests(&s, connects);
            assert_broken(wake(&s));
        }
        end(&s);
    }
}

static int begin_test(void **state)
{
    int result = start_platform_with_flash(state);
    network_use_clock(&the_device.platform);
    return result;
}

#define TEST(name) TEST_WITH(name, begin_test, stop_platform_with_flash)

TEST(a_server_that_breaks_off_is_left_in_peace_for_a_while_that_grows)
{
    is_left_in_peace(0);
}

TEST(also_where_the_power_is_lost_in_each_sleep)
{
    is_left_in_peace(1);
}

/* Between two losses the copy in flash counts no rests down, so there are more of them, and never more
 * breaks. */
TEST(and_where_it_is_lost_now_and_then)
{
    wh_host_set_wall_known(&the_device, false);
    for (int i = 0; i < COUNT; i++) {
        scene s = begin(all[i], 3);
        unsigned opens = 0;
        for (int n = 0; n < 10; n++) {
            opens += wake(&s).opens;
        }
        assert_int_equal(opens, 12);
        for (int n = 0; n < 100; n++) {
            opens += wake(&s).opens;
        }
        assert_in_range(opens, 112, 118);
        end(&s);
    }
}

TEST(a_server_that_resumes_again_is_trusted_again)
{
    for (int i = 0; i < COUNT; i++) {
        scene s = begin(all[i], 0);
        (void)wake(&s);
        assert_broken(wake(&s));
        assert_broken(wake(&s));
        server_set_id_context(s.server);
        assert_rests(&s, 8);
        assert_int_equal(wake(&s).outcome.result, WH_RESULT_RESUMED);
        assert_int_equal(wake(&s).outcome.result, WH_RESULT_RESUMED);
        end(&s);
    }
}

/* What breaks off once is the network, most often. */
TEST(one_break_costs_no_session)
{
    for (int i = 0; i < COUNT; i++) {
        scene s = begin(all[i], 0);
        (void)wake(&s);
        assert_broken(wake(&s));
        server_set_id_context(s.server);
        (void)wake(&s); /* refused, since it was made without the context */
        (void)wake(&s); /* by TLS 1.2 in full once more: the server might have 1.3 */
        for (int n = 0; n < 3; n++) {
            assert_int_equal(wake(&s).outcome.result, WH_RESULT_RESUMED);
        }
        end(&s);
    }
}

TEST(rests_begin_beside_another_peer)
{
    tls_server *broken = server_start(
        &(server_options){.min_version = WH_TLS13, .wants_certificate = true, .no_id_context = true});
    tls_server *other = server_start(&(server_options){.min_version = WH_TLS13, .no_tickets13 = true});
    client_identity identity = server_client_identity(broken);
    wh_client_config to_broken = config_for(broken);
    to_broken.certificate = pem_bytes(identity.certificate, &to_broken.certificate_size);
    to_broken.key = pem_bytes(identity.key, &to_broken.key_size);
    wh_client_config to_other = config_for(other);
    unsigned opens = 0;
    for (int wake = 0; wake < 10; wake++) {
        wh_client client;
        const network_script script = {.server = broken};
        network_pass_ms(600000);
        make_client(&client, &to_broken);
        opens += network_run_connect(&client, NULL, &script).opens;
        wh_client_free(&client);
        const network_script script2 = {.server = other};
        make_client(&client, &to_other);
        (void)network_run_connect(&client, NULL, &script2);
        wh_client_free(&client);
    }
    assert_in_range(opens, 10, 12);
    free_client_identity(&identity);
    server_stop(broken);
    server_stop(other);
}
