/* Review of issue 22: a session of TLS 1.2 that was offered on trust forgets when it was captured by the calendar. */
#include "visit.h"

/* Lifetime two hours. Captured at 0 h with a known time; power lost at 1.5 h, and the time is not known yet in
 * that wake; it is again (SNTP) in the next, at 2.5 h. The clock is known at both ends: it has expired. */
static void a_known_time_ends_a_session_that_was_on_trust_in_between(void **state)
{
    (void)state;
    tls_server *server = server_start(&(server_options){.max_version = WH_TLS12, .lifetime_s = 7200});
    wh_client_config config = config_for(server);
    wh_host_set_wall_known(&the_device, true);
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    wh_host_sleep(&the_device, 5400ull * 1000000u);
    wh_host_lose_power(&the_device);
    wh_host_set_wall_known(&the_device, false);
    assert_resumed(wake_and_visit(&config, server), WH_KIND_TICKET);
    wh_host_set_wall_known(&the_device, true);
    wh_host_sleep(&the_device, 3600ull * 1000000u);
    assert_full(wake_and_visit(&config, server), WH_REASON_EXPIRED);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {FLASH_TEST(a_known_time_ends_a_session_that_was_on_trust_in_between)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
