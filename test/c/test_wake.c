/* What a wake took: marks, pin levels and the line in the log. */
#include "outcomes.h"
#include "visit.h"
#include "warmhello/wake.h"

#include <stdio.h>
#include <string.h>

static const wh_outcome resumed = {
    .result = WH_RESULT_RESUMED,
    .reason = WH_REASON_ACCEPTED,
    .alert = -1,
    .protocol = WH_TLS13,
    .kind = WH_KIND_PSK,
    .cipher = 0x1301,
    .group = "x25519",
    .handshake_us = 41000,
    .handshake_tx = 517,
    .handshake_rx = 254,
    .flights = 3,
    .attempts = 1,
    .total_tx = 900,
    .total_rx = 1200,
    .session_age_s = 600,
    .session_lifetime_s = 7200,
    .stored = WH_TIERS_BOTH,
    .cas = 2,
    .cas_usable = 2,
    .cas_ending = 1,
    .clock = WH_CLOCK_KNOWN,
};

static wh_wake whole_wake(void)
{
    wh_wake wake;
    wh_wake_begin(&wake, 17, WH_WAKE_DEEP_SLEEP, 600000);
    wh_wake_previous(&wake, 412000);
    wh_wake_stack(&wake, 4412);
    wh_wake_mark(&wake, WH_PHASE_BOOT, 1200);
    wh_wake_mark(&wake, WH_PHASE_WIFI, 181200);
    wh_wake_mark(&wake, WH_PHASE_IP, 183000);
    wh_wake_mark(&wake, WH_PHASE_DNS, 201000);
    wh_wake_mark(&wake, WH_PHASE_TCP, 224000);
    wh_wake_mark(&wake, WH_PHASE_TLS, 265000);
    wh_wake_mark(&wake, WH_PHASE_APPLICATION, 310000);
    wh_wake_mark(&wake, WH_PHASE_CLOSING, 318000);
    return wake;
}

/* The lines that TypeScript's tests read, one by one. */
TEST_CASE(the_lines_are_those_of_the_fixture)
{
    wh_wake offline;
    wh_wake_begin(&offline, 1, WH_WAKE_POWER_ON, 0);
    wh_wake_mark(&offline, WH_PHASE_BOOT, 900);
    wh_wake_mark(&offline, WH_PHASE_CLOSING, 10000900);
    wh_wake compared = whole_wake();
    compared.number = 18;
    wh_wake_forced_full(&compared);
    wh_outcome full = resumed;
    full.result = WH_RESULT_FULL;
    full.reason = WH_REASON_DISABLED;
    full.kind = WH_KIND_NONE;
    full.session_lifetime_s = 0;

    wh_wake overdue;
    wh_wake_begin(&overdue, 2, WH_WAKE_CRASH, 0);
    wh_wake_mark(&overdue, WH_PHASE_BOOT, 900);
    wh_wake_ended_by(&overdue, WH_WAKE_END_DEADLINE);
    wh_wake_mark(&overdue, WH_PHASE_CLOSING, 30002000);

    wh_wake crashing;
    wh_wake_begin(&crashing, 5, WH_WAKE_CRASH, 0);
    wh_wake_mark(&crashing, WH_PHASE_BOOT, 900);
    wh_wake_ended_by(&crashing, WH_WAKE_END_CRASHES);
    wh_wake_mark(&crashing, WH_PHASE_CLOSING, 1100);

    const wh_wake wakes[] = {offline, whole_wake(), compared, overdue, crashing};
    const wh_outcome *outcomes[] = {NULL, &resumed, &full, NULL, NULL};
    FILE *file = fopen(WH_VECTORS "/wake-lines.txt", "re");
    assert_non_null(file);
    for (size_t i = 0; i < sizeof wakes / sizeof *wakes; i++) {
        char expected[WH_WAKE_LINE_SIZE + 1];
        char line[WH_WAKE_LINE_SIZE];
        assert_non_null(fgets(expected, sizeof expected, file));
        expected[strcspn(expected, "\n")] = '\0';
        int length = wh_wake_line(&wakes[i], outcomes[i], line, sizeof line);
        assert_int_equal(length, strlen(line));
        assert_string_equal(line, expected);
    }
    assert_int_equal(fgetc(file), EOF);
    (void)fclose(file);
}

TEST_CASE(the_longest_line_fits)
{
    wh_wake wake;
    wh_wake_begin(&wake, UINT32_MAX, WH_WAKE_DEEP_SLEEP, UINT64_MAX);
    for (int phase = 0; phase < WH_PHASES; phase++) {
        wh_wake_mark(&wake, (wh_phase)phase, UINT32_MAX);
    }
    wh_wake_ended_by(&wake, WH_WAKE_END_DEADLINE);
    char line[WH_WAKE_LINE_SIZE];
    assert_true(wh_wake_line(&wake, &longest_outcome, line, sizeof line) > 0);
    assert_int_equal(wh_wake_line(&wake, &longest_outcome, line, 300), WH_USAGE_ARGUMENT);
}

TEST_CASE(the_pins_rise_one_by_one_and_fall_together)
{
    wh_wake wake;
    wh_wake_begin(&wake, 1, WH_WAKE_DEEP_SLEEP, 1000);
    assert_int_equal(wh_wake_levels(&wake, false), 0);
    wh_wake_mark(&wake, WH_PHASE_BOOT, 1);
    assert_int_equal(wh_wake_levels(&wake, false), 0x01);
    wh_wake_mark(&wake, WH_PHASE_WIFI, 2);
    wh_wake_mark(&wake, WH_PHASE_IP, 3);
    wh_wake_mark(&wake, WH_PHASE_DNS, 4);
    assert_int_equal(wh_wake_levels(&wake, true), 0x87);
    wh_wake_mark(&wake, WH_PHASE_TCP, 5);
    wh_wake_mark(&wake, WH_PHASE_TLS, 6);
    assert_int_equal(wh_wake_levels(&wake, false), 0x9f);
    assert_int_equal(wh_wake_levels(&wake, true), 0xdf);
    wh_wake_mark(&wake, WH_PHASE_APPLICATION, 7);
    assert_int_equal(wh_wake_levels(&wake, true), 0xff);
    wh_wake_mark(&wake, WH_PHASE_CLOSING, 8);
    assert_int_equal(wh_wake_levels(&wake, true), 0);
}

TEST_CASE(a_second_connect_leaves_the_marks_of_the_first)
{
    wh_wake wake = whole_wake();
    wh_wake_mark(&wake, WH_PHASE_TCP, 999999);
    char line[WH_WAKE_LINE_SIZE];
    assert_true(wh_wake_line(&wake, NULL, line, sizeof line) > 0);
    assert_non_null(strstr(line, "\"tcp\":224000"));
}
