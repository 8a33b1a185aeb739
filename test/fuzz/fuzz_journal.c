/* Any bytes as flash, then any sequence of what the store does, with operations that fail
 * and power that goes. What is spent stays spent, what is forgotten stays forgotten, what
 * was written comes back; NOR's rules are kept. */
#include <string.h>

#include "crc32.h"
#include "fuzz_platform.h"
#include "warmhello/store.h"

enum { SECTOR_HEADER = 16, FIRST_ENTRY = 24, ENTRY_HEADER = 8, STEPS_MAX = 24 };

/* Each session has a number of its own, kept in not_after_s, from `first_id` on. */
static const int64_t first_id = 1900000000;

static struct {
    bool spent[256];
    uint8_t count;
    /* Several sessions with one generation, and headers that anybody wrote: only bytes from
     * outside bring that about. */
    bool image_is_wild;
} known;

/* ---- The image ------------------------------------------------------------------------------ */

/* Little-endian, as the machine itself. */
static void put_number(uint8_t *out, uint32_t value, size_t size)
{
    memcpy(out, &value, size);
}

static void make_headers_sound(void)
{
    static const uint8_t magic[4] = {'W', 'H', 'J', '1'};
    for (uint32_t i = 0; i < fuzz_flash.flash.sector_count; i++) {
        uint8_t *sector = fuzz_flash.cells.bits + (size_t)i * WH_FLASH_SECTOR;
        memcpy(sector, magic, sizeof magic);
        put_number(sector + 12, wh_crc32(sector, 12), 4);
    }
}

/* Sealed records one after another, each with a size and a mark from the input. */
static void put_entries(fuzz_input *in, uint32_t sector)
{
    uint8_t *bytes = fuzz_flash.cells.bits + (size_t)sector * WH_FLASH_SECTOR;
    size_t at = FIRST_ENTRY;
    for (int entries = fuzz_take_byte(in) % 8; entries > 0; entries--) {
        uint8_t record[WH_RECORD_OVERHEAD + FUZZ_SESSION_SIZE];
        wh_record_info info = fuzz_info();
        info.generation = fuzz_take_byte(in);
        info.lineage.not_after_s = first_id + known.count++;
        int size = wh_record_seal(&info, fuzz_session, FUZZ_SESSION_SIZE, record);
        fuzz_require(size == (int)sizeof record, "it is sealed");
        put_number(bytes + at, sizeof record, 2);
        put_number(bytes + at + 2, sizeof record ^ 0xffffu, 2);
        put_number(bytes + at + 4, (fuzz_take_byte(in) & 1) != 0 ? 0xffffffffu : fuzz_take_byte(in), 4);
        memcpy(bytes + at + ENTRY_HEADER, record, sizeof record);
        at += ENTRY_HEADER + (sizeof record + 3) / 4 * 4;
    }
}

static void make_image(fuzz_input *in)
{
    uint8_t how = fuzz_take_byte(in);
    known.image_is_wild = how % 4 != 0;
    if ((how & 1) != 0) {
        for (uint32_t i = 0; i < fuzz_flash.flash.sector_count; i++) {
            fuzz_take(in, fuzz_flash.cells.bits + (size_t)i * WH_FLASH_SECTOR, SECTOR_HEADER);
            put_entries(in, i);
        }
        make_headers_sound();
    }
    if ((how & 2) != 0) {
        /* Pieces of any bytes anywhere. */
        for (int pieces = fuzz_take_byte(in) % 8; pieces > 0; pieces--) {
            size_t at = (size_t)fuzz_take_byte(in) * 32 + fuzz_take_byte(in) % 32u;
            size_t size = fuzz_take_byte(in) % 64u;
            if (at + size <= (size_t)fuzz_flash.flash.sector_count * WH_FLASH_SECTOR) {
                fuzz_take(in, fuzz_flash.cells.bits + at, size);
            }
        }
    }
    if ((how & 4) != 0) {
        make_headers_sound();
    }
}

/* ---- The steps ------------------------------------------------------------------------------- */

/* Number of the session that the store gives, or -1. */
static int get(uint32_t *generation)
{
    wh_stored stored;
    int result = wh_store_get(&fuzz_client()->binding, &stored);
    fuzz_require((stored.session.native != NULL) == (result == WH_OK), "a session comes with success only");
    int64_t id = stored.info.lineage.not_after_s - first_id;
    *generation = stored.info.generation;
    wh_session_release(&stored.session);
    if (result != WH_OK) {
        return -1;
    }
    fuzz_require(id >= 0 && id < known.count, "only what was sealed comes back");
    fuzz_require(!known.spent[id], "what is spent does not come back");
    return (int)id;
}

static void get_and_spend(void)
{
    uint32_t generation = 0;
    int id = get(&generation);
    if (id >= 0 && wh_store_spend(&fuzz_client()->binding, generation) == WH_OK) {
        known.spent[id] = true;
    }
}

static void seal_next(wh_session *session, wh_record_info *info)
{
    uint8_t bytes[FUZZ_SESSION_SIZE];
    memcpy(bytes, fuzz_session, sizeof bytes);
    fuzz_require(wh_session_load(bytes, sizeof bytes, 0, session) == WH_OK, "the session is read");
    *info = fuzz_info();
    info->lineage.not_after_s = first_id + known.count++;
}

static void put(bool beside)
{
    wh_session session;
    wh_record_info info;
    seal_next(&session, &info);
    int result = wh_store_put(&info, &session, beside);
    wh_session_release(&session);
    fuzz_require(result == WH_OK, "RTC RAM takes a session");
    uint32_t generation = 0;
    fuzz_require(get(&generation) == known.count - 1, "RTC RAM gives it back");
}

/* A second ticket, straight to flash. */
static void persist(bool then_lose_power)
{
    uint8_t record[WH_RECORD_MAX];
    wh_session session;
    wh_record_info info;
    seal_next(&session, &info);
    int size = wh_store_seal(&info, &session, record);
    wh_session_release(&session);
    fuzz_require(size > 0, "it is sealed");
    int id = known.count - 1;
    int result = wh_store_persist(record, (uint16_t)size);
    if (result == WH_OK && then_lose_power && !fuzz_flash.off) {
        uint32_t generation = 0;
        fuzz_lose_power();
        int found = get(&generation);
        fuzz_require(known.image_is_wild || found == id, "what was written comes back");
    }
}

static void forget(void)
{
    uint32_t generation = 0;
    if (wh_store_forget() == WH_OK) {
        fuzz_require(get(&generation) == -1, "what is forgotten is gone");
        fuzz_lose_power();
        fuzz_require(get(&generation) == -1, "what is forgotten does not come back");
    }
}

static void arm_fault(fuzz_input *in)
{
    nor_fault fault = {
        .nth = 1 + fuzz_take_byte(in) % 16u,
        .cut = (fuzz_take_byte(in) & 1) != 0,
        .shape = (nor_shape)(fuzz_take_byte(in) % NOR_SHAPES),
        .extent = (size_t)fuzz_take_byte(in) * 2,
    };
    nor_set_fault(&fuzz_flash, fault);
}

static void step(fuzz_input *in)
{
    uint32_t generation = 0;
    int ignored = 0;
    uint8_t what = fuzz_take_byte(in);
    switch (what % 9) {
    case 0:
        (void)get(&generation);
        break;
    case 1:
        get_and_spend();
        break;
    case 2:
        put(what >= 128);
        break;
    case 3:
        ignored = wh_store_persist_rtc(&fuzz_client()->binding);
        break;
    case 4:
        persist(false);
        break;
    case 5:
        persist(true);
        break;
    case 6:
        forget();
        break;
    case 7:
        fuzz_lose_power();
        break;
    default:
        arm_fault(in);
        break;
    }
    (void)ignored;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_platform_reset();
    memset(&known, 0, sizeof known);
    fuzz_input in = {data, size};
    make_image(&in);
    for (int steps = 0; in.size > 0 && steps < STEPS_MAX; steps++) {
        step(&in);
        fuzz_require(nor_violation(&fuzz_flash) == NULL, "NOR's rules are kept");
    }
    uint32_t generation = 0;
    fuzz_lose_power();
    (void)get(&generation);
    return 0;
}
