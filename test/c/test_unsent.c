/* What an app wrote and TCP did not take any more is lost, and the app hears of it, however the connection
 * ends. */
#include "visit.h"

#include <string.h>

#include "network.h"

static int begin_test(void **state)
{
    int result = start_platform(state);
    network_use_clock(&the_device.platform);
    return result;
}

#define TEST(name) TEST_WITH(name, begin_test, stop_platform)

/* A connect that is moved by hand, over a TCP connection that may be full. */
typedef struct by_hand {
    wh_client client;
    wh_connect connect;
    tls_server *server;
    tls_peer *peer;
    bool is_full;
} by_hand;

static wh_step_kind act(by_hand *h)
{
    wh_step step = wh_connect_next(&h->connect);
    uint8_t bytes[4096];
    if (step.kind == WH_STEP_RESOLVE) {
        wh_connect_resolved(&h->connect, true);
    } else if (step.kind == WH_STEP_SEND) {
        size_t size = h->is_full ? 0 : step.size;
        assert_true(size <= sizeof bytes);
        memcpy(bytes, step.bytes, size);
        wh_connect_sent(&h->connect, step.tcp, size);
        if (size > 0) {
            peer_take(h->peer, bytes, size);
        }
    } else if (step.kind == WH_STEP_READ) {
        assert_true(wh_connect_read(&h->connect, bytes, sizeof bytes) >= 0);
    }
    return step.kind;
}

/* Gives the client what its server has to say. */
static bool hear(by_hand *h)
{
    uint8_t bytes[4096];
    size_t room = wh_connect_room(&h->connect, 0);
    size_t size = room > 0 ? peer_give(h->peer, bytes, room < sizeof bytes ? room : sizeof bytes) : 0;
    if (size > 0) {
        assert_true(wh_connect_received(&h->connect, 0, bytes, size) <= size);
    }
    return size > 0;
}

static wh_step_kind go_on(by_hand *h)
{
    wh_step_kind kind = act(h);
    while (kind != WH_STEP_OVER && (kind != WH_STEP_WAIT || (h->peer != NULL && hear(h)))) {
        kind = act(h);
    }
    return kind;
}

static void open_by_hand(by_hand *h, tls_server *server)
{
    *h = (by_hand){.server = server};
    wh_client_config config = config_for(server);
    make_client(&h->client, &config);
    wh_connect_begin(&h->connect, &h->client, NULL);
    (void)go_on(h);
    h->peer = peer_accept(server);
    wh_connect_ready(&h->connect, 0);
    (void)go_on(h);
    assert_int_equal(wh_connect_outcome(&h->connect)->result, WH_RESULT_FULL);
}

static int end_by_hand(by_hand *h)
{
    assert_int_equal(go_on(h), WH_STEP_OVER);
    int error = wh_connect_error(&h->connect);
    wh_connect_free(&h->connect);
    peer_free(h->peer);
    wh_client_free(&h->client);
    return error;
}

static void write_request(by_hand *h, bool takes)
{
    assert_int_equal(wh_connect_write(&h->connect, (const uint8_t *)"request", 7), 7);
    assert_true(wh_connect_has_unsent(&h->connect));
    h->is_full = !takes;
    (void)act(h);
    assert_int_equal(wh_connect_has_unsent(&h->connect), !takes);
}

static void reset(by_hand *h)
{
    wh_connect_failed(&h->connect, 0, WH_NETWORK_LOST);
}

static void lose_network(by_hand *h)
{
    wh_connect_network(&h->connect, WH_NETWORK_IS_AWAY);
}

static void end_without_goodbye(by_hand *h)
{
    assert_int_equal(wh_connect_received(&h->connect, 0, (const uint8_t *)"", 0), 0);
}

static void say_goodbye(by_hand *h)
{
    peer_close(h->peer);
    assert_true(hear(h));
}

static const struct {
    void (*happens)(by_hand *h);
    const char *error;
} ends[] = {
    {reset, "truncated"},
    {lose_network, "no-network"},
    {end_without_goodbye, "truncated"},
    {say_goodbye, "connection-lost"},
};
enum { ENDS = sizeof ends / sizeof ends[0] };

static const server_options only13 = {.min_version = WH_TLS13, .no_tickets13 = true};

TEST(what_tcp_has_not_taken_when_the_connection_ends_is_lost_with_an_error)
{
    for (size_t i = 0; i < ENDS; i++) {
        by_hand h;
        open_by_hand(&h, server_start(&only13));
        write_request(&h, false);
        wh_connect_close(&h.connect, true);
        assert_int_equal(act(&h), WH_STEP_WAIT);
        ends[i].happens(&h);
        assert_true(wh_connect_has_unsent(&h.connect));
        assert_string_equal(wh_error_word(end_by_hand(&h)), ends[i].error);
    }
}

TEST(to_an_app_that_has_closed_any_end_is_one_when_tcp_has_taken_all)
{
    for (size_t i = 0; i < ENDS; i++) {
        by_hand h;
        open_by_hand(&h, server_start(&only13));
        write_request(&h, true);
        h.is_full = true; /* so that the goodbye does not leave */
        wh_connect_close(&h.connect, true);
        (void)act(&h);
        ends[i].happens(&h);
        assert_int_equal(end_by_hand(&h), WH_OK);
    }
}

TEST(an_app_in_a_hurry_hears_of_what_tcp_had_no_room_for)
{
    by_hand h;
    open_by_hand(&h, server_start(&only13));
    write_request(&h, false);
    wh_connect_hurry(&h.connect);
    (void)act(&h);
    network_pass_ms(500);
    assert_string_equal(wh_error_word(end_by_hand(&h)), "server-silent");

    open_by_hand(&h, h.server);
    write_request(&h, false);
    wh_connect_hurry(&h.connect);
    wh_connect_ready(&h.connect, 0);
    h.is_full = false; /* there is room in time */
    (void)act(&h);
    network_pass_ms(500);
    assert_int_equal(end_by_hand(&h), WH_OK);
}

/* In the buffer it is, but the server does not have it. */
TEST(what_was_refused_and_is_on_its_way_again_is_lost_with_an_error)
{
    tls_server *server = server_start(
        &(server_options){.min_version = WH_TLS13, .early_data = true, .reads_early_data = true});
    pairing at = pair_with(server);
    assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_FULL);
    at.config.policy.early_data = true;
    by_hand h = {.server = server};
    make_client(&h.client, &at.config);
    wh_connect_begin(&h.connect, &h.client, NULL);
    (void)go_on(&h);
    assert_int_equal(wh_connect_write(&h.connect, (const uint8_t *)"request", 7), 7);
    wh_connect_close(&h.connect, true);
    server_read_early_data(server, false);
    h.peer = peer_accept(server);
    wh_connect_ready(&h.connect, 0);
    while (act(&h) == WH_STEP_SEND) {
    }
    h.is_full = true;
    assert_true(hear(&h));
    assert_int_equal(wh_connect_outcome(&h.connect)->early_data, WH_EARLY_DATA_REFUSED);
    (void)act(&h);
    reset(&h);
    assert_string_equal(wh_error_word(end_by_hand(&h)), "truncated");
}
