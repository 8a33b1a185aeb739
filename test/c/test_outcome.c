/* The outcome as JSON, the form in which it leaves the core. */
#include "outcomes.h"
#include "visit.h"

#include <string.h>

TEST_CASE(every_field_is_in_the_json)
{
    const wh_outcome outcome = {
        .result = WH_RESULT_RESUMED,
        .reason = WH_REASON_ACCEPTED,
        .alert = -1,
        .protocol = WH_TLS13,
        .kind = WH_KIND_PSK,
        .cipher = 0x1301,
        .group = "x25519",
        .handshake_us = 1234,
        .handshake_tx = 1,
        .handshake_rx = 2,
        .flights = 3,
        .attempts = 2,
        .total_tx = 4,
        .total_rx = 5,
        .session_age_s = 600,
        .session_lifetime_s = 7200,
        .early_data = WH_EARLY_DATA_ACCEPTED,
        .early_bytes = 100,
        .backoff_s = 60,
        .stored = WH_TIERS_BOTH,
        .ticket_wait = WH_WAIT_HAS_ANOTHER,
        .ticket_wait_ms = 7,
        .cas = 3,
        .cas_usable = 2,
        .cas_ending = 1,
        .clock = WH_CLOCK_SUSPECT,
    };
    char json[WH_OUTCOME_JSON_SIZE];
    int length = wh_outcome_json(&outcome, json, sizeof json);
    assert_int_equal(length, strlen(json));
    assert_string_equal(json, "{\"result\":\"resumed\",\"reason\":\"accepted\",\"error\":null,\"alert\":-1,"
                              "\"wolfsslError\":0,\"protocol\":\"TLS1.3\",\"kind\":\"psk\","
                              "\"cipher\":\"TLS_AES_128_GCM_SHA256\",\"group\":\"x25519\","
                              "\"handshakeUs\":1234,\"bytesTx\":1,\"bytesRx\":2,\"flights\":3,\"attempts\":2,"
                              "\"totalTx\":4,\"totalRx\":5,\"sessionAgeS\":600,\"sessionLifetimeS\":7200,"
                              "\"earlyData\":\"accepted\",\"earlyBytes\":100,"
                              "\"stored\":\"both\",\"storeError\":null,"
                              "\"ticketWait\":\"has-another\",\"ticketWaitMs\":7,\"backoffS\":60,"
                              "\"cas\":3,\"casUsable\":2,\"casEnding\":1,\"clock\":\"suspect\"}");
}

TEST_CASE(what_does_not_apply_is_null)
{
    const wh_outcome outcome = {.result = WH_RESULT_FAILED, .error = WH_PEER_CLOSED, .alert = -1};
    char json[WH_OUTCOME_JSON_SIZE];
    assert_true(wh_outcome_json(&outcome, json, sizeof json) > 0);
    assert_non_null(strstr(json, "\"error\":\"closed\""));
    assert_non_null(strstr(json, "\"protocol\":null,\"kind\":null,\"cipher\":null,\"group\":null"));
    assert_non_null(strstr(json, "\"earlyData\":null,\"earlyBytes\":0"));
}

TEST_CASE(the_longest_outcome_fits)
{
    char json[WH_OUTCOME_JSON_SIZE];
    int length = wh_outcome_json(&longest_outcome, json, sizeof json);
    assert_true(length > 0);
    assert_int_equal(wh_outcome_json(&longest_outcome, json, (size_t)length + 1), length);
    assert_int_equal(wh_outcome_json(&longest_outcome, json, (size_t)length), WH_USAGE_ARGUMENT);
}

TEST_CASE(every_code_has_a_word)
{
    assert_string_equal(wh_error_word(WH_OK), "ok");
    assert_string_equal(wh_error_word(WH_PEER_NAME), "wrong-name");
    assert_string_equal(wh_error_word(12345), "unknown");
    assert_non_null(strstr(wh_error_meaning(WH_PEER_NAME), "host name"));
    assert_string_equal(wh_reason_word(WH_REASON_REFUSED), "refused");
    assert_string_equal(wh_reason_word((wh_reason)1000), "unknown");
    assert_string_equal(wh_kind_word(WH_KIND_ID), "id");
    assert_null(wh_kind_word(WH_KIND_NONE));
    assert_string_equal(wh_early_data_word(WH_EARLY_DATA_OFFERED), "offered");
    assert_string_equal(wh_early_data_word(WH_EARLY_DATA_REFUSED), "refused");
    assert_string_equal(wh_result_word(WH_RESULT_PENDING), "pending");
    assert_string_equal(wh_cipher_name(0x1303), "TLS_CHACHA20_POLY1305_SHA256");
    assert_null(wh_cipher_name(0));
}
