/* Review of issue 22: why there is no session is remembered without whose it was. */
#include "visit.h"

static void a_server_is_not_told_what_another_one_lacks(void **state)
{
    (void)state;
    tls_server *old = server_start(&(server_options){.max_version = WH_TLS12, .no_ems = true});
    tls_server *sound = server_start(&(server_options){.no_ems = false});
    wh_client_config to_old = config_for(old);
    wh_client_config to_sound = config_for(sound);
    assert_full(wake_and_visit(&to_old, old), WH_REASON_NONE);
    wake_visit visit = wake_and_visit(&to_sound, sound);
    assert_string_equal(wh_reason_word(visit.outcome.reason), "none");
    server_stop(old);
    server_stop(sound);
}

/* It has done as advised, and gives no tickets: it is not of TLS 1.2 any more. */
static void nor_what_it_lacked_before(void **state)
{
    (void)state;
    tls_server *server = server_start(&(server_options){.max_version = WH_TLS12, .no_ems = true});
    wh_client_config config = config_for(server);
    (void)wake_and_visit(&config, server);
    server_add_tls13(server);
    server_stop_tickets13(server);
    wake_visit visit = {0};
    for (int wake = 0; wake < 3; wake++) {
        visit = wake_and_visit(&config, server);
        assert_int_equal(visit.outcome.protocol, WH_TLS13);
    }
    assert_string_not_equal(wh_reason_word(visit.outcome.reason), "no-extended-master-secret");
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {PLATFORM_TEST(a_server_is_not_told_what_another_one_lacks),
                                       PLATFORM_TEST(nor_what_it_lacked_before)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
