/* Review of issue 22: wh_store_spend() and wh_store_drop() of the spare answer WH_OK and leave it. */
#include "visit.h"

static uint32_t newest(wh_client *client)
{
    wh_stored stored;
    int result = wh_store_get(&client->binding, &stored);
    wh_session_release(&stored.session);
    return result == WH_OK ? stored.info.generation : 0;
}

static void a_spare_that_is_spent_is_not_offered(void **state)
{
    (void)state;
    tls_server *server = server_start(&(server_options){.min_version = WH_TLS13, .one_ticket13 = true});
    wh_client_config config = config_for(server);
    wh_client client;
    make_client(&client, &config);
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    uint32_t first = newest(&client);
    wh_stored stored;
    assert_int_equal(wh_store_get(&client.binding, &stored), WH_OK);
    wh_record_info info = stored.info;
    assert_true(wh_store_put(&info, &stored.session, true) == WH_OK);
    wh_session_release(&stored.session);
    assert_int_equal(wh_store_spend(first), WH_OK);
    assert_int_equal(wh_store_spend(info.generation), WH_OK);
    assert_int_equal(newest(&client), 0);
    wh_client_free(&client);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {PLATFORM_TEST(a_spare_that_is_spent_is_not_offered)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
