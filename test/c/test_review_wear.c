/* Review of issue 22: a second ticket that the wear budget keeps out of flash is thrown away, though RTC RAM has
 * room for it. */
#include "visit.h"

static void what_flash_may_not_take_is_the_spare(void **state)
{
    nor *chip = *state;
    chip->flash.erase_interval_s = 1000000000u;
    tls_server *server = server_start(&(server_options){.min_version = WH_TLS13, .does_not_renew13 = true});
    wh_client_config config = config_for(server);
    int resumed = -1;
    for (int wake = 0; wake < 60; wake++) {
        wh_host_lose_power(&the_device); /* flash has the second one until the budget ends */
        wake_visit visit = wake_and_visit(&config, server);
        if (visit.outcome.store_error == WH_MISS_WEAR && visit.outcome.result == WH_RESULT_FULL) {
            for (resumed = 0; wake_and_visit(&config, server).outcome.result == WH_RESULT_RESUMED;) {
                resumed++;
            }
            break;
        }
    }
    assert_int_equal(resumed, 2); /* as without flash: rtc_ram_keeps_both_tickets_of_a_full_handshake */
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {FLASH_TEST(what_flash_may_not_take_is_the_spare)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
