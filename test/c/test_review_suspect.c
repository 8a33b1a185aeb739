/* Review of issue 22: `client->suspect` outlives the connect that it is of. */
#include "visit.h"

static const server_options ticket12 = {.max_version = WH_TLS12};

/* The client is kept over wakes, as where the chip sleeps lightly. The app gives each connect up by itself. */
static void a_session_that_is_given_up_again_and_again_is_deleted(void **state)
{
    (void)state;
    tls_server *server = server_start(&ticket12);
    wh_client_config config = config_for(server);
    wh_client client;
    wire_line line;
    make_client(&client, &config);
    assert_full(visit_server(&client, server), WH_REASON_NONE);

    /* One wake in which both attempts meet silence ... */
    assert_int_equal(line_open(&line, &client, server), WH_OK);
    wh_conn_silent(&line.conn);
    line_free(&line);
    assert_int_equal(line_open(&line, &client, server), WH_OK);
    wh_conn_silent(&line.conn);
    line_free(&line);
    /* ... another that did resume, so nothing is suspect any more ... */
    assert_resumed(visit_server(&client, server), WH_KIND_TICKET);
    /* ... and many that the app gives up. Two of them delete it. */
    for (int wake = 0; wake < 5; wake++) {
        assert_int_equal(line_open(&line, &client, server), WH_OK);
        line_free(&line);
    }
    wh_stored stored;
    assert_int_equal(wh_store_get(&client.binding, &stored), WH_MISS_SUSPECT);
    wh_session_release(&stored.session);
    wh_client_free(&client);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {PLATFORM_TEST(a_session_that_is_given_up_again_and_again_is_deleted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
