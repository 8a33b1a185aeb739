/* Review of issue 22: a spare that is damaged takes the name of the ticket that was spent before it. */
#include "visit.h"
#include "rtc.h"
#include "warmhello/store.h"

#include <string.h>

static size_t spare_at(void)
{
    wh_rtc state;
    memcpy(&state, wh_platform_get()->rtc, sizeof state);
    assert_true(state.record_size > 0 && state.spare_size > 0);
    return sizeof state + (state.record_is_last ? 0 : WH_RECORD_MAX - (size_t)state.spare_size);
}

/* Two connections are prepared, as two tasks of an app may do: each has found the same ticket. */
static void a_damaged_spare_brings_no_spent_ticket_back(void **state)
{
    (void)state;
    tls_server *server = server_start(&(server_options){.min_version = WH_TLS13});
    wh_client_config config = config_for(server);
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    wh_client client;
    make_client(&client, &config);
    static uint8_t in[2][2048];
    static uint8_t out[2][2048];
    wh_conn conn[2];
    for (int i = 0; i < 2; i++) {
        const wh_conn_buffers buffers = {in[i], sizeof in[i], out[i], sizeof out[i]};
        wh_conn_init(&conn[i], &client, &buffers);
        assert_int_equal(wh_conn_prepare(&conn[i]), WH_OK);
    }
    wh_platform_get()->rtc[spare_at()] ^= 1u; /* one bit of RTC RAM */
    assert_int_equal(wh_conn_start(&conn[0]), WH_OK);
    assert_int_equal(wh_conn_start(&conn[1]), WH_OK);
    assert_int_equal(wh_conn_outcome(&conn[0])->kind, WH_KIND_PSK);
    assert_int_equal(wh_conn_outcome(&conn[1])->kind, WH_KIND_NONE); /* the same ticket goes out again */
    for (int i = 0; i < 2; i++) {
        wh_conn_free(&conn[i]);
    }
    wh_client_free(&client);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {PLATFORM_TEST(a_damaged_spare_brings_no_spent_ticket_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
