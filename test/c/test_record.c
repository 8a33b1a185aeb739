/* The sealed envelope: what goes in comes out, and nothing else does. */
#include "sample.h"
#include "visit.h"

#include <stdlib.h>
#include <string.h>

enum { SESSION_SIZE = 300, RECORD_SIZE = WH_RECORD_OVERHEAD + SESSION_SIZE };

/* Offsets in the header, see docs/SPEC.md. */
enum { AT_VERSION = 4, AT_FLAGS = 5, AT_PROTOCOL = 6, AT_KIND = 7, AT_ZERO = 31, AT_NONCE = 136 };

static void seal_sample(uint8_t record[RECORD_SIZE])
{
    wh_record_info info = sample_info();
    uint8_t session[SESSION_SIZE];
    sample_session(session, sizeof session);
    use_sample_key();
    assert_int_equal(wh_record_seal(&info, session, sizeof session, record), RECORD_SIZE);
}

static void assert_zeros(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(bytes[i], 0);
    }
}

static int try_open(const uint8_t *record, size_t size)
{
    wh_record_info info;
    uint8_t session[SESSION_SIZE];
    memset(session, 0, sizeof session);
    int result = wh_record_open(record, size, &info, session);
    if (result < 0) {
        assert_zeros(session, sizeof session);
    }
    return result;
}

PLATFORM_TEST(a_sealed_session_opens_again)
{
    static const size_t sizes[] = {1, 15, 16, 17, SESSION_SIZE, WH_SESSION_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t session[WH_SESSION_MAX];
        uint8_t opened[WH_SESSION_MAX];
        uint8_t record[WH_RECORD_MAX];
        wh_record_info info = sample_info();
        wh_record_info read;
        sample_session(session, sizes[i]);
        int size = wh_record_seal(&info, session, sizes[i], record);
        assert_int_equal(size, WH_RECORD_OVERHEAD + sizes[i]);
        assert_int_equal(wh_record_open(record, (size_t)size, &read, opened), sizes[i]);
        assert_memory_equal(opened, session, sizes[i]);
        assert_same_info(&read, &info);
        assert_int_equal(wh_record_peek(record, (size_t)size, &read), WH_OK);
        assert_same_info(&read, &info);
    }
}

PLATFORM_TEST(the_session_cannot_be_read_in_the_record)
{
    uint8_t record[RECORD_SIZE];
    uint8_t session[SESSION_SIZE];
    seal_sample(record);
    sample_session(session, sizeof session);
    for (size_t at = 0; at + 8 <= sizeof session; at++) {
        assert_false(contains(record, sizeof record, session + at, 8));
    }
}

PLATFORM_TEST(no_bit_of_a_record_can_change)
{
    uint8_t record[RECORD_SIZE];
    seal_sample(record);
    for (size_t bit = 0; bit < sizeof record * 8; bit++) {
        record[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        assert_int_equal(try_open(record, sizeof record), WH_DAMAGE_RECORD);
        record[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    assert_int_equal(try_open(record, sizeof record), SESSION_SIZE);
}

/* Each length lies in memory of its own, so that a read behind its end is found. */
PLATFORM_TEST(a_record_of_another_length_is_refused)
{
    uint8_t record[RECORD_SIZE];
    seal_sample(record);
    for (size_t size = 0; size <= RECORD_SIZE + 16; size++) {
        uint8_t *bytes = calloc(size + 1, 1);
        assert_non_null(bytes);
        memcpy(bytes + 1, record, size < RECORD_SIZE ? size : RECORD_SIZE);
        int expected = size == RECORD_SIZE ? SESSION_SIZE : WH_DAMAGE_RECORD;
        assert_int_equal(try_open(bytes + 1, size), expected);
        free(bytes);
    }
}

PLATFORM_TEST(another_device_cannot_open_it)
{
    uint8_t record[RECORD_SIZE];
    seal_sample(record);
    const uint8_t other[32] = {1};
    wh_host_set_key(&the_device, other);
    assert_int_equal(try_open(record, sizeof record), WH_DAMAGE_RECORD);
}

/* Every value of one byte but those that are allowed. */
static void refuses_all_but(size_t at, uint8_t first, uint8_t last)
{
    uint8_t record[RECORD_SIZE];
    seal_sample(record);
    for (unsigned value = 0; value < 256; value++) {
        wh_record_info info;
        record[at] = (uint8_t)value;
        bool allowed = value >= first && value <= last;
        assert_int_equal(wh_record_peek(record, sizeof record, &info), allowed ? WH_OK : WH_DAMAGE_RECORD);
    }
}

PLATFORM_TEST(another_format_version_is_refused)
{
    refuses_all_but(AT_VERSION, WH_RECORD_VERSION, WH_RECORD_VERSION); /* those before have another length */
}

PLATFORM_TEST(unknown_flags_are_refused)
{
    enum { KNOWN = 1 | 2 | 8 | 16 | 32 };
    uint8_t record[RECORD_SIZE];
    seal_sample(record);
    for (unsigned value = 0; value < 256; value++) {
        wh_record_info info;
        record[AT_FLAGS] = (uint8_t)value;
        int expected = (value & ~(unsigned)KNOWN) == 0 ? WH_OK : WH_DAMAGE_RECORD;
        assert_int_equal(wh_record_peek(record, sizeof record, &info), expected);
    }
}

PLATFORM_TEST(unknown_words_are_refused)
{
    refuses_all_but(AT_PROTOCOL, WH_TLS12, WH_TLS13);
    refuses_all_but(AT_KIND, WH_KIND_ID, WH_KIND_PSK);
}

PLATFORM_TEST(reserved_bytes_must_be_zero)
{
    refuses_all_but(AT_ZERO, 0, 0);
}

PLATFORM_TEST(the_same_input_gives_the_same_bytes)
{
    uint8_t a[RECORD_SIZE];
    uint8_t b[RECORD_SIZE];
    seal_sample(a);
    seal_sample(b);
    assert_memory_equal(a, b, sizeof a);
}

/* ---- The nonce never comes again with other contents ------------------------------------ */

static void assert_other_nonce(const wh_record_info *info, const uint8_t *session, size_t size)
{
    uint8_t sample[RECORD_SIZE];
    uint8_t record[WH_RECORD_MAX];
    seal_sample(sample);
    assert_true(wh_record_seal(info, session, size, record) > 0);
    assert_memory_not_equal(record + AT_NONCE, sample + AT_NONCE, WH_RECORD_BODY - AT_NONCE);
}

PLATFORM_TEST(every_field_of_the_header_changes_the_nonce)
{
    enum { CHANGES = 30 };
    wh_record_info infos[CHANGES];
    for (size_t i = 0; i < CHANGES; i++) {
        infos[i] = sample_info();
    }
    infos[0].protocol = WH_TLS12;
    infos[1].kind = WH_KIND_TICKET;
    infos[2].single_use = false;
    infos[3].early_data = true;
    infos[4].generation++;
    infos[5].lifetime_s++;
    infos[6].captured.epoch++;
    infos[7].captured.elapsed_us++;
    infos[8].captured.wall_s++;
    infos[9].lineage.authenticated.epoch++;
    infos[10].lineage.authenticated.elapsed_us++;
    infos[11].lineage.authenticated.wall_s++;
    infos[12].lineage.not_after_s++;
    infos[13].lineage.losses++;
    infos[14].binding.digest[31] ^= 1;
    infos[15].build++;
    infos[16].lineage.aged_min++;
    infos[17].peer.breaks++;
    infos[18].peer.rest++;
    infos[19].peer.lacks ^= WH_LACKS_PSK_KE;
    infos[20].peer.group++;
    infos[21].peer.left++;
    infos[22].peer.level++;
    infos[23].peer.full_ms++;
    infos[24].peer.resumed_ms++;
    infos[25].peer.ticket_ms++;
    infos[26].peer.interval_min++;
    infos[27].early_data_max++;
    infos[28].lineage.without_exchange = true;
    infos[29].peer.doubts_psk ^= 1;
    uint8_t session[SESSION_SIZE];
    sample_session(session, sizeof session);
    for (size_t i = 0; i < CHANGES; i++) {
        assert_other_nonce(&infos[i], session, sizeof session);
    }
}

PLATFORM_TEST(every_byte_of_the_session_changes_the_nonce)
{
    wh_record_info info = sample_info();
    uint8_t session[SESSION_SIZE + 1];
    sample_session(session, sizeof session);
    for (size_t i = 0; i < SESSION_SIZE; i++) {
        session[i] ^= 1;
        assert_other_nonce(&info, session, SESSION_SIZE);
        session[i] ^= 1;
    }
    assert_other_nonce(&info, session, SESSION_SIZE - 1);
    assert_other_nonce(&info, session, SESSION_SIZE + 1);
}

/* ---- In place, at the limits, and when something is missing ----------------------------- */

PLATFORM_TEST(a_session_may_be_sealed_where_it_lies)
{
    uint8_t apart[RECORD_SIZE];
    uint8_t in_place[RECORD_SIZE];
    wh_record_info info = sample_info();
    seal_sample(apart);
    sample_session(in_place + WH_RECORD_BODY, SESSION_SIZE);
    assert_int_equal(wh_record_seal(&info, in_place + WH_RECORD_BODY, SESSION_SIZE, in_place), RECORD_SIZE);
    assert_memory_equal(in_place, apart, sizeof apart);
}

PLATFORM_TEST(a_longer_session_than_the_longest_is_refused)
{
    static const uint8_t session[WH_SESSION_MAX + 1];
    uint8_t record[WH_RECORD_MAX + 1];
    wh_record_info info = sample_info();
    assert_int_equal(wh_record_seal(&info, session, sizeof session, record), WH_USAGE_ARGUMENT);
    assert_int_equal(wh_record_seal(&info, session, 0, record), WH_USAGE_ARGUMENT);
    assert_int_equal(wh_record_seal(&info, session, WH_SESSION_MAX, record), WH_RECORD_MAX);
}

static int no_key(void *ctx, uint8_t out[32])
{
    (void)ctx;
    memset(out, 0x5a, 16); /* half a key, and then it fails */
    return -1;
}

PLATFORM_TEST(without_a_device_key_nothing_is_sealed_or_opened)
{
    uint8_t record[RECORD_SIZE];
    uint8_t out[RECORD_SIZE + 1];
    wh_record_info info = sample_info();
    seal_sample(record);
    the_device.platform.device_key = no_key;
    memset(out, 0xa5, sizeof out);
    sample_session(out + WH_RECORD_BODY, SESSION_SIZE);
    assert_int_equal(wh_record_seal(&info, out + WH_RECORD_BODY, SESSION_SIZE, out), WH_PLATFORM_KEY);
    assert_zeros(out, RECORD_SIZE);
    assert_int_equal(out[RECORD_SIZE], 0xa5);
    assert_int_equal(try_open(record, sizeof record), WH_PLATFORM_KEY);
}

PLATFORM_TEST(a_failed_allocation_leaves_no_plaintext)
{
    wh_record_info info = sample_info();
    uint8_t record[RECORD_SIZE];
    int result = WH_PLATFORM_MEMORY;
    int failures = 0;
    use_sample_key();
    for (uint64_t nth = 1; result < 0; nth++) {
        sample_session(record + WH_RECORD_BODY, SESSION_SIZE);
        wh_host_fail_allocation(&the_device, nth);
        result = wh_record_seal(&info, record + WH_RECORD_BODY, SESSION_SIZE, record);
        if (result < 0) {
            failures++;
            assert_int_equal(result, WH_PLATFORM_MEMORY);
            assert_zeros(record, sizeof record);
        }
    }
    result = WH_PLATFORM_MEMORY;
    for (uint64_t nth = 1; result < 0; nth++) {
        wh_host_fail_allocation(&the_device, nth);
        result = try_open(record, sizeof record);
        if (result < 0) {
            failures++;
            assert_int_equal(result, WH_PLATFORM_MEMORY);
        }
    }
    wh_host_fail_allocation(&the_device, 0);
    assert_true(failures >= 2);
}
