/* A session is offered only to the peer and configuration that authenticated it. */
#include "visit.h"

#include <string.h>

typedef void (*config_change)(wh_client_config *config);

/* Stores a session, changes one field, and expects: not offered, still stored, a
 * full handshake; and after the change is undone, resumed. */
static void changed(const char *name, config_change change)
{
    pairing at = pair_with(server_start(&(server_options){.name = name, .max_version = WH_TLS12}));
    at.config.host = name;
    wake_visit first = wake_at(&at);
    assert_true(first.outcome.stored);
    uint8_t saved[WH_HOST_STATE_SIZE];
    assert_int_equal(wh_host_save_state(&the_device, saved, sizeof saved), WH_OK);

    wh_client_config other = at.config;
    change(&other);
    wake_visit visit = wake_and_visit(&other, at.server);
    assert_int_equal(visit.outcome.reason, WH_REASON_BINDING);
    assert_int_equal(visit.outcome.kind, WH_KIND_NONE);
    assert_false(visit.server_resumed);

    assert_int_equal(wh_host_load_state(&the_device, saved, sizeof saved), WH_OK);
    assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_RESUMED);
}

static void other_host(wh_client_config *config)
{
    config->host = "other.test";
}

PLATFORM_TEST(another_host_is_not_offered_the_session)
{
    changed(SERVER_NAME, other_host);
}

static void other_port(wh_client_config *config)
{
    config->port = 8443;
}

PLATFORM_TEST(another_port_is_not_offered_the_session)
{
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

PLATFORM_TEST(another_ca_file_is_not_offered_the_session)
{
    changed(SERVER_NAME, other_ca);
}

static void lower_maximum(wh_client_config *config)
{
    config->max_version = WH_TLS12;
}

PLATFORM_TEST(another_maximum_version_is_not_offered_the_session)
{
    changed(SERVER_NAME, lower_maximum);
}

static void higher_minimum(wh_client_config *config)
{
    config->min_version = WH_TLS13;
}

PLATFORM_TEST(another_minimum_version_is_not_offered_the_session)
{
    changed(SERVER_NAME, higher_minimum);
}

static void no_tickets(wh_client_config *config)
{
    config->no_tickets = true;
}

PLATFORM_TEST(a_client_without_tickets_does_not_offer_the_session)
{
    changed(SERVER_NAME, no_tickets);
}

static void take_any_name(wh_client_config *config)
{
    config->any_name = true;
}

PLATFORM_TEST(a_client_that_takes_any_name_is_not_offered_the_session)
{
    changed("192.0.2.1", take_any_name); /* an address, as SNI would tell them apart */
}

static void add_alpn(wh_client_config *config)
{
    config->alpn = "mqtt";
}

PLATFORM_TEST(another_application_protocol_is_not_offered_the_session)
{
    changed(SERVER_NAME, add_alpn);
}

static client_identity device;

static void add_certificate(wh_client_config *config)
{
    config->certificate = pem_bytes(device.certificate, &config->certificate_size);
    config->key = pem_bytes(device.key, &config->key_size);
}

PLATFORM_TEST(another_client_certificate_is_not_offered_the_session)
{
    tls_server *issuer = server_start(&(server_options){0});
    device = server_client_identity(issuer);
    changed(SERVER_NAME, add_certificate);
    free_client_identity(&device);
}

PLATFORM_TEST(a_wrong_host_name_is_found_although_a_session_is_stored)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13}));
    assert_true(wake_at(&at).outcome.stored);
    at.config.host = "other.test";
    wake_visit visit = wake_at(&at);
    assert_int_equal(visit.outcome.error, WH_PEER_NAME);
    assert_false(visit.fallback_due);
}

/* Fields that no configuration can change yet are tested here alone. */
PLATFORM_TEST(every_field_changes_the_binding)
{
    static const int three_groups[] = {29, 23, 24};
    static const int reordered[] = {23, 29, 24};
    const wh_binding_input base = {
        .host = "a.test",
        .port = 443,
        .sni = "a.test",
        .alpn = "mqtt",
        .ciphers = "TLS13-AES128-GCM-SHA256",
        .groups = three_groups,
        .group_count = 3,
        .verify_mode = 1,
        .min_version = WH_TLS12,
        .max_version = WH_TLS13,
        .tickets = true,
        .extended_master_secret = true,
    };
    wh_binding_input inputs[21];
    enum { COUNT = sizeof inputs / sizeof inputs[0] };
    for (size_t i = 0; i < COUNT; i++) {
        inputs[i] = base;
    }
    inputs[1].host = "a.tes";
    inputs[2].port = 444;
    inputs[3].sni = "b.test";
    inputs[4].sni = "";
    inputs[5].alpn = "";
    inputs[6].alpn = "mqtt,http/1.1";
    inputs[7].ciphers = "";
    inputs[8].groups = reordered;
    inputs[9].group_count = 2;
    inputs[10].ca_digest[31] = 1;
    inputs[11].certificate_digest[31] = 1;
    inputs[12].verify_mode = 0;
    inputs[13].min_version = WH_TLS13;
    inputs[14].max_version = WH_TLS12;
    inputs[15].tickets = false;
    inputs[16].extended_master_secret = false;
    inputs[17].host = "a.testa.test"; /* what a hash without lengths would confuse */
    inputs[17].sni = "";
    inputs[18].alpn = "mqttTLS13-AES128-GCM-SHA256";
    inputs[18].ciphers = "";
    inputs[19].group_count = 0;
    inputs[20].psk_digest[31] = 1;

    wh_binding bindings[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(wh_binding_compute(&inputs[i], &bindings[i]), WH_OK);
        for (size_t j = 0; j < i; j++) {
            assert_false(wh_binding_equal(&bindings[i], &bindings[j]));
        }
    }
    wh_binding again;
    assert_int_equal(wh_binding_compute(&base, &again), WH_OK);
    assert_true(wh_binding_equal(&bindings[0], &again));
}

PLATFORM_TEST(the_wolfssl_build_is_known_by_its_version)
{
    assert_int_equal(wh_wolfssl_build() >> 32, 0x05009004);
    assert_true((wh_wolfssl_build() & 7) == 7); /* TLS 1.3, tickets, extended master secret */
}
