/* Any bytes as a record: bare, in the RTC slot, in a slot whose own header is sound, and
 * sealed with the right key. No crash, no leak, and a connection always opens. */
#include <stdlib.h>
#include <string.h>

#include "fuzz_platform.h"
#include "rtc.h"
#include "warmhello/store.h"

/* In memory of its own size, so that reading behind its end is found. */
static void open_bare(const uint8_t *bytes, size_t size)
{
    uint8_t *record = malloc(size + 1);
    uint8_t *session = calloc(size + 1, 1);
    if (record == NULL || session == NULL) {
        abort();
    }
    memcpy(record, bytes, size);
    wh_record_info info;
    int result = wh_record_open(record, size, &info, session);
    if (result < 0) {
        for (size_t i = 0; i < size; i++) {
            fuzz_require(session[i] == 0, "nothing is left of what did not open");
        }
    } else {
        fuzz_require((size_t)result + WH_RECORD_OVERHEAD == size, "the length is that of the session");
    }
    free(record);
    free(session);
}

static void fill_slot(const uint8_t *bytes, size_t size)
{
    memcpy(wh_platform_get()->rtc, bytes, size < WH_RTC_SIZE ? size : WH_RTC_SIZE);
}

/* A slot as after a wake, with that record in it. */
static void fill_sound_slot(uint32_t generation, const uint8_t *record, size_t size)
{
    wh_rtc state = {
        .epoch = 1,
        .generation = generation,
        .record_size = (uint16_t)size,
        .record_generation = generation,
        .flash_at = WH_RTC_NOWHERE,
    };
    memcpy(wh_rtc_record(&state), record, size);
    fuzz_require(wh_rtc_save(&state) == WH_OK, "the slot keeps its state");
}

static void fill_with_any_record(fuzz_input *in)
{
    size_t size = in->size < WH_RECORD_MAX ? in->size : WH_RECORD_MAX;
    fill_sound_slot(1, in->bytes, size);
}

/* The seal holds: what is left to guard are the parser and the policy. */
static void fill_with_any_session(fuzz_input *in, bool any_header)
{
    static uint8_t record[WH_RECORD_MAX];
    wh_record_info info = fuzz_info();
    info.protocol = (fuzz_take_byte(in) & 1) != 0 ? WH_TLS13 : WH_TLS12;
    info.single_use = info.protocol == WH_TLS13;
    if (any_header) {
        fuzz_take(in, &info.lifetime_s, sizeof info.lifetime_s);
        fuzz_take(in, &info.captured, sizeof info.captured);
        fuzz_take(in, &info.lineage.authenticated, sizeof info.lineage.authenticated);
        fuzz_take(in, &info.lineage.not_after_s, sizeof info.lineage.not_after_s);
        fuzz_take(in, &info.lineage.losses, sizeof info.lineage.losses);
        fuzz_take(in, &info.lineage.aged_min, sizeof info.lineage.aged_min);
    }
    if (in->size == 0 || in->size > WH_SESSION_MAX) {
        return;
    }
    int size = wh_record_seal(&info, in->bytes, in->size, record);
    fuzz_require(size > 0, "it is sealed");
    fill_sound_slot(info.generation, record, (size_t)size);
}

static void open_connection(void)
{
    uint8_t in[512];
    uint8_t out[4096];
    wh_conn_buffers buffers = {in, sizeof in, out, sizeof out};
    wh_conn conn;
    for (int attempt = 0; attempt < 2; attempt++) {
        int result = conn_open(&conn, fuzz_client(), &buffers);
        bool again = wh_conn_fallback_due(&conn);
        fuzz_require(result == WH_OK || (again && attempt == 0), "a connection opens, at the latest in full");
        wh_conn_free(&conn);
        if (result == WH_OK) {
            break;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_platform_reset();
    fuzz_input in = {data, size};
    switch (fuzz_take_byte(&in) % 5) {
    case 0:
        open_bare(in.bytes, in.size);
        return 0;
    case 1:
        fill_slot(in.bytes, in.size);
        break;
    case 2:
        fill_with_any_record(&in);
        break;
    case 3:
        fill_with_any_session(&in, false);
        break;
    default:
        fill_with_any_session(&in, true);
        break;
    }
    open_connection();
    return 0;
}
