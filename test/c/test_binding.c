/* A session is offered only to the peer and configuration that authenticated it. */
#include "visit.h"

#include <string.h>

typedef void (*config_change)(wh_client_config *config);

/* Stores a session, changes one field, and expects: not offered, still stored, a
 * full handshake; and after the change is undone, resumed. */
static void changed(const char *name, config_change change)
{
    tls_server *server = server_start(&(server_options){.name = name, .max_version = WH_TLS12});
    wh_client_config config = config_for(server);
    config.host = name;
    wake_visit first = wake_and_visit(&config, server);
    assert_true(first.outcome.stored);
    uint8_t saved[WH_HOST_STATE_SIZE];
    assert_int_equal(wh_host_save_state(saved, sizeof saved), WH_OK);

    wh_client_config other = config;
    change(&other);
    wake_visit visit = wake_and_visit(&other, server);
    assert_int_equal(visit.outcome.reason, WH_REASON_BINDING);
    assert_int_equal(visit.outcome.kind, WH_KIND_NONE);
    assert_false(visit.server_resumed);

    assert_int_equal(wh_host_load_state(saved, sizeof saved), WH_OK);
    assert_int_equal(wake_and_visit(&config, server).outcome.result, WH_RESULT_RESUMED);
    server_stop(server);
}

static void other_host(wh_client_config *config)
{
    config->host = "other.test";
}

static void another_host_is_not_offered_the_session(void **state)
{
    (void)state;
    changed(SERVER_NAME, other_host);
}

static void other_port(wh_client_config *config)
{
    config->port = 8443;
}

static void another_port_is_not_offered_the_session(void **state)
{
    (void)state;
    changed(SERVER_NAME, other_port);
}

static uint8_t longer_ca[4096];

static void other_ca(wh_client_config *config)
{
    memcpy(longer_ca, config->ca, config->ca_size);
    longer_ca[config->ca_size] = '\n';
    config->ca = longer_ca;
    config->ca_size++;
}

static void another_ca_file_is_not_offered_the_session(void **state)
{
    (void)state;
    changed(SERVER_NAME, other_ca);
}

static void lower_maximum(wh_client_config *config)
{
    config->max_version = WH_TLS12;
}

static void another_maximum_version_is_not_offered_the_session(void **state)
{
    (void)state;
    changed(SERVER_NAME, lower_maximum);
}

static void higher_minimum(wh_client_config *config)
{
    config->min_version = WH_TLS13;
}

static void another_minimum_version_is_not_offered_the_session(void **state)
{
    (void)state;
    changed(SERVER_NAME, higher_minimum);
}

static void no_tickets(wh_client_config *config)
{
    config->tickets = false;
}

static void a_client_without_tickets_does_not_offer_the_session(void **state)
{
    (void)state;
    changed(SERVER_NAME, no_tickets);
}

static void a_wrong_host_name_is_found_although_a_session_is_stored(void **state)
{
    (void)state;
    tls_server *server = server_start(&(server_options){.min_version = WH_TLS13});
    wh_client_config config = config_for(server);
    assert_true(wake_and_visit(&config, server).outcome.stored);
    config.host = "other.test";
    wake_visit visit = wake_and_visit(&config, server);
    assert_int_equal(visit.outcome.error, WH_PEER_NAME);
    assert_false(visit.fallback_due);
    server_stop(server);
}

static void no_two_inputs_hash_the_same_bytes(void **state)
{
    (void)state;
    const wh_binding_input inputs[] = {
        {.host = "a.test", .port = 443, .min_version = WH_TLS12, .max_version = WH_TLS13, .tickets = true},
        {.host = "a.tes", .port = 443, .min_version = WH_TLS12, .max_version = WH_TLS13, .tickets = true},
        {.host = "a.test", .port = 444, .min_version = WH_TLS12, .max_version = WH_TLS13, .tickets = true},
        {.host = "a.test", .port = 443, .min_version = WH_TLS13, .max_version = WH_TLS13, .tickets = true},
        {.host = "a.test", .port = 443, .min_version = WH_TLS12, .max_version = WH_TLS12, .tickets = true},
        {.host = "a.test", .port = 443, .min_version = WH_TLS12, .max_version = WH_TLS13, .tickets = false},
        {.host = "a.test",
         .port = 443,
         .ca_digest = {1},
         .min_version = WH_TLS12,
         .max_version = WH_TLS13,
         .tickets = true},
    };
    enum { COUNT = sizeof inputs / sizeof inputs[0] };
    wh_binding bindings[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(wh_binding_compute(&inputs[i], &bindings[i]), WH_OK);
        for (size_t j = 0; j < i; j++) {
            assert_false(wh_binding_equal(&bindings[i], &bindings[j]));
        }
    }
    wh_binding again;
    assert_int_equal(wh_binding_compute(&inputs[0], &again), WH_OK);
    assert_true(wh_binding_equal(&bindings[0], &again));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLATFORM_TEST(another_host_is_not_offered_the_session),
        PLATFORM_TEST(another_port_is_not_offered_the_session),
        PLATFORM_TEST(another_ca_file_is_not_offered_the_session),
        PLATFORM_TEST(another_maximum_version_is_not_offered_the_session),
        PLATFORM_TEST(another_minimum_version_is_not_offered_the_session),
        PLATFORM_TEST(a_client_without_tickets_does_not_offer_the_session),
        PLATFORM_TEST(a_wrong_host_name_is_found_although_a_session_is_stored),
        PLATFORM_TEST(no_two_inputs_hash_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
