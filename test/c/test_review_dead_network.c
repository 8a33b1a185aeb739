/* Review of issue 22: where the power is cut at each sleep, a network that dies costs a good session. */
#include "visit.h"

static void a_dead_network_costs_no_good_session_where_the_power_is_cut(void **state)
{
    (void)state;
    wh_host_set_wall_known(&the_device, false);
    tls_server *server = server_start(&(server_options){.max_version = WH_TLS12});
    wh_client_config config = config_for(server);
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    wh_host_lose_power(&the_device);
    wh_client client;
    wire_line line;
    make_client(&client, &config);
    for (int attempt = 0; attempt < 2; attempt++) { /* with the session, and in full */
        assert_int_equal(line_open(&line, &client, server), WH_OK);
        wh_conn_silent(&line.conn);
        wh_conn_close(&line.conn);
        line_free(&line);
    }
    wh_client_free(&client);
    wh_host_lose_power(&the_device);
    assert_resumed(wake_and_visit(&config, server), WH_KIND_TICKET);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLASH_TEST(a_dead_network_costs_no_good_session_where_the_power_is_cut)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
