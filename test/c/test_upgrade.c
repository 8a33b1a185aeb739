/* A server of TLS 1.2 that learns TLS 1.3, and a client that has a session of TLS 1.2 by then. */
#include "visit.h"

static const server_options kinds[] = {
    {.max_version = WH_TLS12, .session_ids = true},
    {.max_version = WH_TLS12},
};
static const wh_kind kind_of[] = {WH_KIND_ID, WH_KIND_TICKET};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void assert_put_aside(const wake_visit *visit)
{
    assert_int_equal(visit->outcome.protocol, WH_TLS12);
    assert_false(visit->outcome.kept);
    assert_int_equal(visit->outcome.stored, WH_TIERS_NONE);
    assert_string_equal(wh_error_word(visit->outcome.store_error), "upgrade");
}

/* From now on it is as with any server of TLS 1.3. */
static void assert_is_at_tls13(const wh_client_config *config, tls_server *server)
{
    wake_visit visit = wake_and_visit(config, server);
    assert_int_equal(visit.outcome.result, WH_RESULT_FULL);
    assert_int_equal(visit.outcome.protocol, WH_TLS13);
    assert_resumed(wake_and_visit(config, server), WH_KIND_PSK);
}

PLATFORM_TEST(a_restart_with_tls13_is_found_out)
{
    for (size_t i = 0; i < KINDS; i++) {
        pairing at = pair_with(server_start(&kinds[i]));
        assert_full(wake_at(&at), WH_REASON_NONE);
        server_forget_sessions(at.server);
        server_add_tls13(at.server);
        wake_visit refused = wake_at(&at);
        assert_full(refused, WH_REASON_REFUSED);
        assert_put_aside(&refused);
        assert_is_at_tls13(&at.config, at.server);
        assert_int_equal(wh_store_forget(), WH_OK);
        wh_host_sleep(&the_device, 3600ull * 1000000u); /* for the wear budget */
    }
}

/* OpenSSL with both versions resumes it, and says in its random number that it has TLS 1.3. */
PLATFORM_TEST(a_server_that_resumes_and_has_tls13_is_found_out_by_its_marker)
{
    for (size_t i = 0; i < KINDS; i++) {
        pairing at = pair_with(server_start(&kinds[i]));
        assert_full(wake_at(&at), WH_REASON_NONE);
        server_add_tls13(at.server);
        wake_visit resumed = wake_at(&at);
        assert_resumed(resumed, kind_of[i]);
        assert_put_aside(&resumed);
        assert_is_at_tls13(&at.config, at.server);
        assert_int_equal(wh_store_forget(), WH_OK);
        wh_host_sleep(&the_device, 3600ull * 1000000u); /* for the wear budget */
    }
}

/* Nothing of it is left in flash to be found after a loss of power. */
FLASH_TEST(what_is_put_aside_is_put_aside_in_both_tiers)
{
    for (int resumes = 0; resumes < 2; resumes++) {
        pairing at = pair_with(server_start(&kinds[1]));
        wake_visit first = wake_at(&at);
        assert_full(first, WH_REASON_NONE);
        assert_int_equal(first.outcome.stored, WH_TIERS_BOTH);
        server_add_tls13(at.server);
        if (!resumes) {
            server_forget_sessions(at.server);
        }
        wake_visit visit = wake_at(&at);
        assert_int_equal(visit.outcome.result, resumes ? WH_RESULT_RESUMED : WH_RESULT_FULL);
        assert_put_aside(&visit);
        wh_host_lose_power(&the_device);
        assert_is_at_tls13(&at.config, at.server);
        assert_int_equal(wh_store_forget(), WH_OK);
        wh_host_sleep(&the_device, 3600ull * 1000000u); /* for the wear budget */
    }
}

/* It is asked once after each refusal, and its session kept then. */
PLATFORM_TEST(a_server_that_has_tls12_only_keeps_resuming)
{
    for (size_t i = 0; i < KINDS; i++) {
        pairing at = pair_with(server_start(&kinds[i]));
        assert_full(wake_at(&at), WH_REASON_NONE);
        assert_resumed(wake_at(&at), kind_of[i]);
        server_forget_sessions(at.server);
        wake_visit refused = wake_at(&at);
        assert_full(refused, WH_REASON_REFUSED);
        assert_put_aside(&refused);
        wake_visit asked = wake_at(&at);
        assert_int_equal(asked.outcome.result, WH_RESULT_FULL);
        assert_true(asked.outcome.kept);
        for (int wake = 0; wake < 3; wake++) {
            assert_resumed(wake_at(&at), kind_of[i]);
        }
        assert_int_equal(wh_store_forget(), WH_OK);
        wh_host_sleep(&the_device, 3600ull * 1000000u); /* for the wear budget */
    }
}

PLATFORM_TEST(a_client_of_tls12_alone_has_nothing_to_ask_for)
{
    for (size_t i = 0; i < KINDS; i++) {
        pairing at = pair_with(server_start(&kinds[i]));
        at.config.max_version = WH_TLS12;
        server_add_tls13(at.server);
        assert_full(wake_at(&at), WH_REASON_NONE);
        assert_resumed(wake_at(&at), kind_of[i]);
        server_forget_sessions(at.server);
        assert_full(wake_at(&at), WH_REASON_REFUSED);
        assert_resumed(wake_at(&at), kind_of[i]);
        assert_int_equal(wh_store_forget(), WH_OK);
        wh_host_sleep(&the_device, 3600ull * 1000000u); /* for the wear budget */
    }
}
