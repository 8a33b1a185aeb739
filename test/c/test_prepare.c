/* A connection that is opened in two parts, the first of them before TCP is up. */
#include "rtc.h"
#include "visit.h"

static wh_client_config config;
static tls_server *server;

static int start(void **state)
{
    line_is_prepared = true;
    return start_platform(state);
}

static int stop(void **state)
{
    server_stop(server);
    line_is_prepared = false;
    return stop_platform(state);
}

#define PREPARED(name) TEST_WITH(name, start, stop)

static void serve(const server_options *options)
{
    server = server_start(options);
    config = config_for(server);
}

static wake_visit wakes(const char *group, wh_kind kind)
{
    wake_visit first = wake_and_visit(&config, server);
    assert_full(first, WH_REASON_NONE);
    for (int wake = 2; wake <= 4; wake++) {
        wh_host_sleep(&the_device, TEN_MINUTES_US);
        wake_visit again = wake_and_visit(&config, server);
        assert_resumed(again, kind);
        if (group != NULL) {
            assert_string_equal(again.outcome.group, group);
            assert_int_equal(again.outcome.flights, 3);
        }
    }
    return first;
}

PREPARED(it_resumes_as_one_that_is_opened_at_once)
{
    serve(&(server_options){.min_version = WH_TLS13});
    (void)wakes("x25519", WH_KIND_PSK);
}

PREPARED(it_resumes_in_tls12)
{
    serve(&(server_options){.max_version = WH_TLS12});
    (void)wakes(NULL, WH_KIND_TICKET);
    wh_platform_remove();
    assert_int_equal(wh_host_start(&the_device, NULL), 0);
    config.max_version = WH_TLS12;
    (void)wakes(NULL, WH_KIND_TICKET);
}

/* Else each hello would be answered by a request for another one. */
static void a_session_s_group(const char *group, const char *name)
{
    for (int prepared = 0; prepared < 2; prepared++) {
        line_is_prepared = prepared;
        server_stop(server);
        serve(&(server_options){.groups = group});
        wake_visit first = wakes(name, WH_KIND_PSK);
        assert_int_equal(first.outcome.flights, 5); /* it was asked for another group */
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PREPARED(the_key_is_of_the_session_s_own_group)
{
    serve(&(server_options){.min_version = WH_TLS13});
    a_session_s_group("P-256", "secp256r1");
    a_session_s_group("P-384", "secp384r1");
}

PREPARED(what_is_prepared_and_not_used_spends_no_ticket)
{
    serve(&(server_options){.min_version = WH_TLS13});
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    wh_client client;
    make_client(&client, &config);
    for (int attempt = 0; attempt < 3; attempt++) {
        wire_line line;
        wh_conn_buffers buffers = {line.in, sizeof line.in, line.out, sizeof line.out};
        wh_conn_init(&line.conn, &client, &buffers);
        assert_int_equal(wh_conn_prepare(&line.conn), WH_OK);
        assert_int_equal(wh_conn_get_state(&line.conn), WH_CONN_IDLE);
        wh_conn_free(&line.conn);
    }
    assert_resumed(visit_server(&client, server), WH_KIND_PSK);
    wh_client_free(&client);
}

static int start_over(wire_line *line)
{
    line->peer = peer_accept(server);
    return wh_conn_start(&line->conn);
}

/* What is prepared, how long it then waits for TCP, and whether what leaves is just that. */
static void assert_kept(wh_client *client, uint64_t wait_us, bool is_kept)
{
    (void)visit_server(client, server); /* for a ticket */
    wire_line line;
    uint8_t hello[sizeof line.out];
    wh_conn_buffers buffers = {line.in, sizeof line.in, line.out, sizeof line.out};
    wh_conn_init(&line.conn, client, &buffers);
    assert_int_equal(wh_conn_prepare(&line.conn), WH_OK);
    size_t size = line.conn.out_len;
    assert_true(size > 300); /* with a ticket */
    memcpy(hello, line.out, size);
    wh_host_sleep(&the_device, wait_us);
    assert_int_equal(start_over(&line), WH_OK);
    assert_int_equal(line.conn.out_len, size);
    assert_int_equal(memcmp(hello, line.out, size) == 0, is_kept);
    assert_int_equal(wh_conn_outcome(&line.conn)->handshake_tx, size);
    line_run(&line);
    assert_int_equal(wh_conn_outcome(&line.conn)->result, WH_RESULT_RESUMED);
    assert_int_equal(wh_conn_outcome(&line.conn)->flights, 3);
    line_free(&line);
}

PREPARED(the_hello_that_waited_is_what_leaves_unless_its_ticket_is_older_than_it_says)
{
    serve(&(server_options){.min_version = WH_TLS13});
    wh_client client;
    make_client(&client, &config);
    assert_kept(&client, 0, true);
    assert_kept(&client, UINT64_C(4000000), true);
    assert_kept(&client, UINT64_C(6000000), false);
    wh_client_free(&client);
}

static unsigned draws;
static int (*draw)(void *ctx, uint8_t *out, size_t size);

static int count_draw(void *ctx, uint8_t *out, size_t size)
{
    draws++;
    return draw(ctx, out, size);
}

static wh_step_kind next_of(wh_connect *c)
{
    return wh_connect_next(c).kind;
}

PREPARED(while_the_network_is_waited_for_the_hello_is_made)
{
    serve(&(server_options){.min_version = WH_TLS13});
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    wh_client client;
    make_client(&client, &config);
    draw = the_device.platform.random;
    the_device.platform.random = count_draw;
    wh_connect c;
    wh_connect_begin(&c, &client, &(wh_connect_options){.network = WH_NETWORK_IS_AWAY});
    assert_int_equal(next_of(&c), WH_STEP_WAIT);
    unsigned before = draws;
    assert_true(before > 0);
    wh_connect_network(&c, WH_NETWORK_IS_UP);
    assert_int_equal(next_of(&c), WH_STEP_RESOLVE);
    wh_connect_resolved(&c, true);
    assert_int_equal(next_of(&c), WH_STEP_OPEN);
    assert_int_equal(next_of(&c), WH_STEP_WAIT);
    wh_connect_ready(&c, 0);
    assert_int_equal(next_of(&c), WH_STEP_SEND);
    assert_int_equal(draws, before);
    wh_connect_free(&c);
    wh_client_free(&client);
    the_device.platform.random = draw;
}

/* Its ticket could not be spent: it is in the other device's store. */
PREPARED(a_hello_does_not_leave_from_another_device)
{
    serve(&(server_options){.min_version = WH_TLS13});
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    wh_client client;
    make_client(&client, &config);
    wh_connect c;
    wh_connect_begin(&c, &client, NULL);
    assert_int_equal(next_of(&c), WH_STEP_RESOLVE);
    assert_int_equal(next_of(&c), WH_STEP_WAIT);
    wh_connect_resolved(&c, true);
    assert_int_equal(next_of(&c), WH_STEP_OPEN);
    const wh_platform *its = wh_platform_get();
    const wh_platform another = *its;
    assert_int_equal(wh_platform_use(&another), WH_OK);
    wh_connect_ready(&c, 0);
    assert_int_equal(next_of(&c), WH_STEP_CLOSE);
    assert_int_equal(wh_connect_error(&c), WH_USAGE_STATE);
    wh_connect_free(&c);
    assert_int_equal(wh_platform_use(its), WH_OK);
    assert_resumed(visit_server(&client, server), WH_KIND_PSK);
    wh_client_free(&client);
}

/* Both were prepared with the same session in store: one offers it; the other one goes in full. And one that
 * was prepared without a session makes another hello for one that has come since. */
PREPARED(a_session_that_comes_or_goes_in_between_does_no_harm)
{
    serve(&(server_options){.min_version = WH_TLS13, .groups = "P-256"});
    wh_client client;
    make_client(&client, &config);
    wire_line early;
    wh_conn_buffers buffers = {early.in, sizeof early.in, early.out, sizeof early.out};
    wh_conn_init(&early.conn, &client, &buffers);
    assert_int_equal(wh_conn_prepare(&early.conn), WH_OK);
    assert_full(visit_server(&client, server), WH_REASON_NONE);
    early.peer = peer_accept(server);
    assert_int_equal(wh_conn_start(&early.conn), WH_OK);
    line_run(&early);
    assert_int_equal(wh_conn_outcome(&early.conn)->result, WH_RESULT_RESUMED);
    assert_int_equal(wh_conn_outcome(&early.conn)->flights, 3);
    line_free(&early);

    wh_conn_init(&early.conn, &client, &buffers);
    assert_int_equal(wh_conn_prepare(&early.conn), WH_OK);
    wh_platform_remove();
    assert_int_equal(wh_host_start(&the_device, NULL), 0);
    early.peer = peer_accept(server);
    assert_int_equal(wh_conn_start(&early.conn), WH_OK);
    line_run(&early);
    assert_int_equal(wh_conn_outcome(&early.conn)->result, WH_RESULT_FULL);
    line_free(&early);
    wh_client_free(&client);
}

PREPARED(it_starts_once_and_only_what_was_prepared)
{
    serve(&(server_options){.min_version = WH_TLS13});
    wh_client client;
    make_client(&client, &config);
    wire_line line;
    wh_conn_buffers buffers = {line.in, sizeof line.in, line.out, sizeof line.out};
    wh_conn_buffers none = {NULL, 0, NULL, 0};
    wh_conn_init(&line.conn, &client, &none);
    assert_int_equal(wh_conn_prepare(&line.conn), WH_USAGE_ARGUMENT);
    assert_int_equal(wh_conn_start(&line.conn), WH_USAGE_ARGUMENT);
    wh_conn_free(&line.conn);
    wh_conn_init(&line.conn, &client, &buffers);
    assert_int_equal(wh_conn_prepare(&line.conn), WH_OK);
    assert_int_equal(wh_conn_start(&line.conn), WH_OK);
    assert_int_equal(wh_conn_start(&line.conn), WH_USAGE_STATE);
    wh_conn_free(&line.conn);
    wh_client_free(&client);
}

static size_t spare_at(void)
{
    wh_rtc state;
    memcpy(&state, wh_platform_get()->rtc, sizeof state);
    assert_true(state.record_size > 0 && state.spare_size > 0);
    return sizeof state + (state.record_is_last ? 0 : WH_RECORD_MAX - (size_t)state.spare_size);
}

/* Two connections are prepared, as two tasks of an app may do: each has found the same ticket. */
PLATFORM_TEST(a_damaged_spare_brings_no_spent_ticket_back)
{
    tls_server *renewing = server_start(&(server_options){.min_version = WH_TLS13});
    wh_client_config to_it = config_for(renewing);
    assert_full(wake_and_visit(&to_it, renewing), WH_REASON_NONE);
    wh_client client;
    make_client(&client, &to_it);
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
    server_stop(renewing);
}
