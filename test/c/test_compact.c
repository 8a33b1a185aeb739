/* The compact outcome: bytes as docs/SPEC.md has them, never too many. All values against the decoder in
 * TypeScript: test/ts/compact-outcome.test.ts. */
#include "outcomes.h"
#include "test_case.h"

#include <string.h>

static const wh_outcome resumption = {
    .result = WH_RESULT_RESUMED,
    .reason = WH_REASON_ACCEPTED,
    .protocol = WH_TLS13,
    .kind = WH_KIND_PSK,
    .handshake_us = 61999,
    .handshake_tx = 503,
    .handshake_rx = 270,
    .attempts = 1,
    .session_age_s = 3600,
    .cas = 1,
    .cas_usable = 1,
    .clock = WH_CLOCK_KNOWN,
};

static void assert_compact(const wh_outcome *outcome, const wh_outcome_app *app, const char *expected,
                           size_t size)
{
    uint8_t out[WH_OUTCOME_COMPACT_SIZE];
    assert_int_equal(wh_outcome_compact(outcome, app, out), size);
    assert_memory_equal(out, expected, size);
}

TEST_CASE(the_example_of_the_specification)
{
    const wh_outcome_app app = {.firmware = 10402};
    assert_compact(&resumption, &app,
                   "\x88\x01\x19\x22\xba\x01\x00\x18\x3d\x19\x03\x05\x19\x0e\x10\x19\x28\xa2", 18);
}

TEST_CASE(as_text_it_is_in_hexadecimal)
{
    const wh_outcome_app app = {.firmware = 10402};
    char text[WH_OUTCOME_TEXT_SIZE];
    wh_outcome_text(&resumption, &app, text);
    assert_string_equal(text, "88011922ba0100183d190305190e101928a2");
}

TEST_CASE(what_the_app_does_not_know_is_left_out)
{
    const wh_outcome_app energy_only = {.energy_mj = 7};
    assert_compact(&resumption, NULL, "\x87\x01\x19\x22\xba\x01\x00\x18\x3d\x19\x03\x05\x19\x0e\x10", 15);
    assert_compact(&resumption, &energy_only,
                   "\x89\x01\x19\x22\xba\x01\x00\x18\x3d\x19\x03\x05\x19\x0e\x10\x00\x07", 17);
}

TEST_CASE(an_age_is_in_seconds_then_in_minutes_and_null_when_it_is_not_known)
{
    wh_outcome outcome = {.kind = WH_KIND_ID, .session_age_s = 65519};
    assert_compact(&outcome, NULL, "\x87\x01\x10\x00\x00\x00\x00\x19\xff\xef", 10);
    outcome.session_age_s = 65520; /* 1092 minutes */
    assert_compact(&outcome, NULL, "\x87\x01\x10\x00\x00\x00\x00\x39\x04\x43", 10);
    outcome.session_age_s = WH_AGE_UNKNOWN;
    assert_compact(&outcome, NULL, "\x87\x01\x10\x00\x00\x00\x00\xf6", 8);
    outcome.kind = WH_KIND_NONE;
    assert_compact(&outcome, NULL, "\x87\x01\x00\x00\x00\x00\x00\x00", 8);
}

TEST_CASE(what_a_connect_has_failed_by)
{
    const wh_outcome outcome = {.result = WH_RESULT_FAILED, .error = WH_NETWORK_TIMEOUT, .attempts = 1};
    assert_compact(&outcome, NULL, "\x87\x01\x18\x83\x00\x18\x4c\x00\x00\x00", 10);
}

TEST_CASE(what_became_of_early_data)
{
    const wh_outcome outcome = {.result = WH_RESULT_RESUMED, .early_data = WH_EARLY_DATA_ACCEPTED};
    assert_compact(&outcome, NULL, "\x87\x01\x19\x10\x02\x00\x00\x00\x00\x00", 10);
}

TEST_CASE(of_cas_it_is_told_whether_they_end_soon)
{
    wh_outcome outcome = {.cas = 3, .cas_usable = 2, .cas_ending = 1};
    assert_compact(&outcome, NULL, "\x87\x01\x19\x04\x00\x00\x00\x00\x00\x00", 10); /* some */
    outcome.cas_ending = 2;
    assert_compact(&outcome, NULL, "\x87\x01\x19\x06\x00\x00\x00\x00\x00\x00", 10); /* all */
    outcome.cas_usable = outcome.cas_ending = 0;
    assert_compact(&outcome, NULL, "\x87\x01\x19\x06\x00\x00\x00\x00\x00\x00", 10); /* none is left */
}

TEST_CASE(no_outcome_is_too_long)
{
    /* Memory of exactly that size, which AddressSanitizer watches. */
    const wh_outcome_app app = {.firmware = UINT16_MAX, .energy_mj = UINT16_MAX};
    wh_outcome outcome = longest_outcome;
    outcome.reason = (wh_reason)UINT16_MAX; /* of firmware to come */
    outcome.error = INT16_MIN;
    uint8_t *out = test_malloc(WH_OUTCOME_COMPACT_SIZE);
    assert_int_equal(wh_outcome_compact(&outcome, &app, out), WH_OUTCOME_COMPACT_SIZE);
    /* What does not fit is as large as it can be: reason, error, time, bytes, minutes, firmware and energy.
     */
    assert_memory_equal(&out[5],
                        "\x18\xff\x18\xff\x19\xff\xff\x19\xff\xff\x39\xff\xff\x19\xff\xff\x19\xff\xff", 19);
    test_free(out);
}
