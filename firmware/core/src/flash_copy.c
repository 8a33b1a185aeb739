#include "flash_copy.h"

#include "flash_io.h"
#include "journal.h"
#include "pin.h"
#include "policy.h"
#include "slots.h"

/* The wear budget of a platform that names none: ten years, of 100,000 erases a sector, in microseconds for
 * a sector. */
#define ERASE_INTERVAL_SECTOR_US UINT64_C(3156000000)

/* Nobody knows how long the power was gone: a loss of power counts as ten minutes passed. */
#define LOSS_COUNTS_S 600u

/* A device does not seal so many records. A damaged header that says otherwise must not
 * use up the numbers. */
#define GENERATION_PLAUSIBLE 0x80000000u

const wh_flash *wh_flash_copy_device(void)
{
    return wh_slots_flash();
}

bool wh_flash_copy_exists(const wh_rtc *state)
{
    return state->flash_at != WH_RTC_NOWHERE && wh_flash_copy_device() != NULL;
}

static void note_copy(wh_rtc *state, uint32_t at, const wh_record_info *info)
{
    wh_instant now = wh_clock_now(state->epoch);
    state->flash_at = at;
    state->flash_generation = info->generation;
    state->flash_binding = wh_binding_tag(&info->binding);
    state->flash_stale_us = now.elapsed_us + wh_policy_left_us(info, &now, WH_POLICY_STALE_PPM);
    state->flash_is_poor = info->lineage.losses > 0;
    wh_pin_note(state, info, &now);
}

/* ---- Looking for it ------------------------------------------------------------------ */

typedef struct search {
    /* The entry written last that is not spent; at 0 when there is none. */
    wh_journal_entry newest;
    /* All that are not. */
    unsigned fresh;
    /* The highest generation. */
    uint32_t generation;
} search;

/* The header of the record in an entry. */
static int read_info(const wh_journal_entry *entry, wh_record_info *out)
{
    uint8_t header[WH_RECORD_OVERHEAD_LEAST]; /* no record is shorter */
    if (entry->size < sizeof header ||
        !wh_flash_read(wh_flash_copy_device(), entry->at, header, sizeof header)) {
        return WH_DAMAGE_RECORD;
    }
    return wh_record_peek(header, entry->size, out);
}

static void look(const wh_journal_entry *entry, void *ctx)
{
    search *s = ctx;
    wh_record_info info;
    s->fresh += !entry->spent;
    if (read_info(entry, &info) != WH_OK) {
        return;
    }
    if (info.generation > s->generation && info.generation < GENERATION_PLAUSIBLE) {
        s->generation = info.generation;
    }
    if (!entry->spent && wh_journal_is_later(entry, &s->newest)) {
        s->newest = *entry;
    }
}

/* WH_OK if the record opens, now and tomorrow. */
static int open_entry(const wh_journal_entry *entry, wh_opened *opened)
{
    uint8_t *record = wh_allocate(entry->size);
    if (record == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    int result = WH_PLATFORM_FLASH;
    if (wh_flash_read(wh_flash_copy_device(), entry->at, record, entry->size)) {
        result = wh_opened_from(record, entry->size, opened);
    }
    if (result == WH_OK) {
        result = wh_journal_confirm(wh_flash_copy_device(), entry->at, record, entry->size);
    }
    if (result != WH_OK) {
        wh_opened_release(opened);
    }
    wh_release(record, entry->size);
    return result;
}

typedef struct keeping {
    uint32_t at;
    int result;
} keeping;

static void spend_other(const wh_journal_entry *entry, void *ctx)
{
    keeping *k = ctx;
    if (!entry->spent && entry->at != k->at) {
        int result = wh_journal_spend(wh_flash_copy_device(), entry->at);
        k->result = k->result == WH_OK ? result : k->result;
    }
}

/* Marks every record but this one. A write that was cut short may leave the record of before
 * beside the new one; it would come back when the new one is spent, though it may have been
 * offered by then. Or it leaves a record that does not read today and does another day. */
static int spend_others(uint32_t at)
{
    keeping k = {.at = at, .result = WH_OK};
    int result = wh_journal_each(wh_flash_copy_device(), spend_other, &k);
    return result == WH_OK ? k.result : result;
}

static uint64_t erase_interval_us(void)
{
    const wh_flash *flash = wh_flash_copy_device();
    uint64_t set_us = flash->erase_interval_s * UINT64_C(1000000);
    return set_us != 0 ? set_us : ERASE_INTERVAL_SECTOR_US / flash->sector_count;
}

/* After a loss of power flash tells what RTC RAM has lost. `times`: how many losses there were since its last
 * erase. */
static void begin_anew(wh_rtc *state, uint32_t times, uint32_t generation)
{
    uint64_t passed_us = times * UINT64_C(1000000) * LOSS_COUNTS_S;
    uint64_t interval_us = erase_interval_us();
    state->erase_allowed_us = interval_us > passed_us ? interval_us - passed_us : 0;
    state->power_was_lost = generation > 0;
}

static void recall_peer(wh_rtc *state, const wh_record_info *info)
{
    state->peer_binding = wh_binding_tag(&info->binding);
    state->peer = info->peer;
}

static int find(wh_rtc *state, wh_opened *opened)
{
    const wh_flash *flash = wh_flash_copy_device();
    search s = {0};
    uint32_t times = 0;
    int result = wh_journal_recover(flash, look, &s, &times);
    bool is_anew = result == WH_OK && state->erase_allowed_us == WH_RTC_NEVER;
    if (is_anew) {
        begin_anew(state, times, s.generation);
    }
    while (result == WH_OK && s.newest.at != 0 && state->flash_at == WH_RTC_NOWHERE) {
        result = open_entry(&s.newest, opened);
        if (result == WH_OK) {
            note_copy(state, s.newest.at, &opened->info);
            s.fresh--;
        } else if (result == WH_DAMAGE_RECORD) {
            result = wh_journal_spend(flash, s.newest.at);
            s = (search){.generation = s.generation};
            result = result == WH_OK ? wh_journal_each(flash, look, &s) : result;
        }
    }
    state->generation = s.generation > state->generation ? s.generation : state->generation;
    if (is_anew && state->flash_at != WH_RTC_NOWHERE) {
        recall_peer(state, &opened->info);
    }
    return result == WH_OK && s.fresh > 0 ? spend_others(state->flash_at) : result;
}

void wh_flash_copy_resume(wh_rtc *state, wh_opened *opened)
{
    state->flash_at = WH_RTC_NOWHERE;
    int result = WH_OK;
    if (wh_flash_copy_device() != NULL) {
        result = state->forgetting ? wh_journal_forget(wh_flash_copy_device()) : find(state, opened);
    }
    state->flash_unsure = result != WH_OK;
    if (result == WH_OK) {
        state->forgetting = false;
        if (state->erase_allowed_us == WH_RTC_NEVER) {
            state->erase_allowed_us = 0; /* forgotten before it was read, which would have told */
        }
    } else {
        state->flash_at = WH_RTC_NOWHERE;
    }
}

/* ---- Using it ------------------------------------------------------------------------- */

int wh_flash_copy_peek(const wh_rtc *state, wh_record_info *out)
{
    wh_journal_entry entry;
    int result = wh_journal_entry_at(wh_flash_copy_device(), state->flash_at, &entry);
    return result == WH_OK ? read_info(&entry, out) : result;
}

int wh_flash_copy_promote(wh_rtc *state)
{
    wh_journal_entry entry;
    int result = wh_journal_entry_at(wh_flash_copy_device(), state->flash_at, &entry);
    if (result != WH_OK) {
        return result;
    }
    if (entry.spent || entry.size > WH_RECORD_MAX) {
        return WH_DAMAGE_RECORD;
    }
    state->record_is_last = false;
    if (!wh_flash_read(wh_flash_copy_device(), entry.at, wh_rtc_record(state), entry.size)) {
        return WH_PLATFORM_FLASH;
    }
    state->record_size = entry.size;
    state->record_generation = state->flash_generation;
    state->record_in_flash = true;
    return WH_OK;
}

/* A session that never was in flash needs no mark there. While it is not known what flash
 * holds, a mark cannot be certain. */
int wh_flash_copy_spend(wh_rtc *state, uint32_t generation)
{
    if (wh_flash_copy_device() == NULL || (wh_rtc_holds(state, generation) && !state->record_in_flash)) {
        return WH_OK;
    }
    if (state->flash_unsure) {
        return WH_PLATFORM_FLASH;
    }
    if (state->flash_at == WH_RTC_NOWHERE || state->flash_generation != generation) {
        return WH_OK;
    }
    /* Also where there is a mark already: it may be one that was cut short. */
    int result = wh_journal_spend(wh_flash_copy_device(), state->flash_at);
    if (result == WH_OK) {
        state->flash_at = WH_RTC_NOWHERE;
    }
    return result;
}

void wh_flash_copy_give_up(wh_rtc *state)
{
    state->flash_unsure = wh_journal_spend(wh_flash_copy_device(), state->flash_at) != WH_OK;
    state->flash_at = WH_RTC_NOWHERE;
}

/* ---- Writing it ----------------------------------------------------------------------- */

/* Appends, within the wear budget. */
static int append(wh_rtc *state, const uint8_t *record, uint16_t size, uint32_t *at)
{
    const wh_flash *flash = wh_flash_copy_device();
    uint64_t now_us = wh_clock_elapsed_us();
    bool erased = false;
    int result = wh_journal_append(flash, record, size, state->flash_at, now_us >= state->erase_allowed_us,
                                   at, &erased);
    if (erased) {
        state->erase_allowed_us = now_us + erase_interval_us();
    }
    return result;
}

int wh_flash_copy_write(wh_rtc *state, const uint8_t *record, uint16_t size, const wh_record_info *info)
{
    if (state->flash_unsure) {
        return WH_PLATFORM_FLASH;
    }
    state->record_in_flash = state->record_in_flash || wh_rtc_holds(state, info->generation);
    state->flash_unsure = true;
    int result = wh_rtc_save(state);
    if (result != WH_OK) {
        return result;
    }
    uint32_t at = WH_RTC_NOWHERE;
    result = append(state, record, size, &at);
    if (result == WH_OK && state->flash_at != WH_RTC_NOWHERE) {
        result = wh_journal_spend(wh_flash_copy_device(), state->flash_at);
    }
    if (result == WH_OK) {
        note_copy(state, at, info);
    }
    state->flash_unsure = result != WH_OK && result != WH_MISS_WEAR;
    int saved = wh_rtc_save(state);
    return result == WH_OK ? saved : result;
}
