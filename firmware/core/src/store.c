#include "warmhello/store.h"

#include <string.h>

#include "bytes.h"
#include "journal.h"
#include "rtc.h"
#include "warmhello/platform.h"
#include "warmhello/policy.h"
#include "wipe.h"

/* The wear budget of a platform that names none. */
#define ERASE_INTERVAL_DEFAULT_S 3600u

static const wh_flash *flash(void)
{
    return wh_platform_get()->flash;
}

static void *allocate(size_t size)
{
    const wh_platform *platform = wh_platform_get();
    return platform->allocate(platform->ctx, size);
}

/* Wipes before it gives back: all that is allocated here once held a session. */
static void release(void *memory, size_t size)
{
    const wh_platform *platform = wh_platform_get();
    wh_wipe(memory, size);
    platform->release(platform->ctx, memory);
}

static uint32_t first_bytes(const wh_binding *binding)
{
    return (uint32_t)wh_get_le(binding->digest, 4);
}

/* ---- What flash holds --------------------------------------------------------------- */

/* The header of the record in an entry. */
static int read_info(const wh_journal_entry *entry, wh_record_info *out)
{
    uint8_t header[WH_RECORD_BODY];
    if (entry->size < sizeof header || flash()->read(flash()->ctx, entry->at, header, sizeof header) != 0) {
        return WH_DAMAGE_RECORD;
    }
    return wh_record_peek(header, entry->size, out);
}

/* A device does not seal so many records. A damaged header that says otherwise must not
 * use up the numbers. */
#define GENERATION_PLAUSIBLE 0x80000000u

typedef struct search {
    /* The entry written last that is not spent. */
    bool found;
    wh_journal_entry entry;
    wh_record_info info;
    /* The highest generation. */
    uint32_t highest;
} search;

static bool look(const wh_journal_entry *entry, void *ctx)
{
    search *s = ctx;
    wh_record_info info;
    if (read_info(entry, &info) != WH_OK) {
        return true;
    }
    if (info.generation > s->highest && info.generation < GENERATION_PLAUSIBLE) {
        s->highest = info.generation;
    }
    if (!entry->spent && (!s->found || wh_journal_is_later(entry, &s->entry))) {
        s->found = true;
        s->entry = *entry;
        s->info = info;
    }
    return true;
}

/* Microseconds until a part of the lifetime is over, in millionths. An unknown age counts as 0:
 * what depends on it ends at the latest so long after the loss of power. */
static uint64_t left_us(const wh_record_info *info, const wh_instant *now, uint32_t part_ppm)
{
    wh_age age = wh_clock_age(&info->captured, now);
    uint64_t useful_us = (uint64_t)wh_policy_lifetime_s(info) * part_ppm;
    uint64_t gone_us = age.known ? age.most_us : 0;
    return useful_us > gone_us ? useful_us - gone_us : 0;
}

/* A copy in flash wants replacing with a quarter of its lifetime left. */
enum { STALE_PPM = 750000, WHOLE_PPM = 1000000 };

/* A session of the pinned peer keeps its place as long as it lasts. */
static void note_pin(wh_rtc *state, const wh_record_info *info, const wh_instant *now)
{
    uint32_t binding = first_bytes(&info->binding);
    if (info->pinned) {
        state->pin_binding = binding;
        state->pin_until_us = now->elapsed_us + left_us(info, now, WHOLE_PPM);
    } else if (state->pin_binding == binding) {
        state->pin_until_us = 0; /* it was pinned once */
    }
}

static void note_flash(wh_rtc *state, uint32_t at, const wh_record_info *info)
{
    wh_instant now = wh_clock_now(state->epoch);
    state->flash_at = at;
    state->flash_generation = info->generation;
    state->flash_binding = first_bytes(&info->binding);
    state->flash_stale_us = now.elapsed_us + left_us(info, &now, STALE_PPM);
    note_pin(state, info, &now);
}

/* WH_OK if the seal opens. */
static int check_seal(const uint8_t *record, size_t size)
{
    uint8_t *session = allocate(size);
    if (session == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    wh_record_info info;
    int length = wh_record_open(record, size, &info, session);
    release(session, size);
    return length > 0 ? WH_OK : length;
}

/* WH_OK if the record opens, now and tomorrow. */
static int check_entry(const wh_journal_entry *entry)
{
    uint8_t *record = allocate(entry->size);
    if (record == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    int result = WH_PLATFORM_FLASH;
    if (flash()->read(flash()->ctx, entry->at, record, entry->size) == 0) {
        result = check_seal(record, entry->size);
    }
    if (result == WH_OK) {
        result = wh_journal_confirm(flash(), entry->at, record, entry->size);
    }
    release(record, entry->size);
    return result;
}

typedef struct keeping {
    uint32_t at;
    int result;
} keeping;

static bool spend_other(const wh_journal_entry *entry, void *ctx)
{
    keeping *k = ctx;
    if (!entry->spent && entry->at != k->at) {
        int result = wh_journal_spend(flash(), entry->at);
        k->result = k->result == WH_OK ? result : k->result;
    }
    return true;
}

/* Marks every record but this one. A write that was cut short may leave the record of before
 * beside the new one; it would come back when the new one is spent, though it may have been
 * offered by then. Or it leaves a record that does not read today and does another day. */
static int spend_others(uint32_t at)
{
    keeping k = {.at = at, .result = WH_OK};
    int result = wh_journal_each(flash(), spend_other, &k);
    return result == WH_OK ? k.result : result;
}

/* After a loss of power: ends what was begun in flash, and finds the newest record there
 * that opens. */
static int find_flash_copy(wh_rtc *state)
{
    int result = wh_journal_recover(flash());
    while (result == WH_OK && state->flash_at == WH_RTC_NOWHERE) {
        search s = {0};
        result = wh_journal_each(flash(), look, &s);
        state->generation = s.highest > state->generation ? s.highest : state->generation;
        if (result != WH_OK || !s.found) {
            break;
        }
        int checked = check_entry(&s.entry);
        if (checked == WH_OK) {
            note_flash(state, s.entry.at, &s.info);
        } else {
            result = checked == WH_DAMAGE_RECORD ? wh_journal_spend(flash(), s.entry.at) : checked;
        }
    }
    return result == WH_OK ? spend_others(state->flash_at) : result;
}

/* Ends what was begun in flash. Flash that fails is no reason to do without RTC RAM; it is
 * tried again next time. */
static void resume_flash(wh_rtc *state)
{
    state->flash_at = WH_RTC_NOWHERE;
    int result = WH_OK;
    if (flash() != NULL) {
        result = state->forgetting ? wh_journal_forget(flash()) : find_flash_copy(state);
    }
    state->flash_unsure = result != WH_OK;
    state->forgetting = state->forgetting && result != WH_OK;
    if (result != WH_OK) {
        state->flash_at = WH_RTC_NOWHERE;
    }
}

/* The state in RTC RAM, begun anew after a loss of power. */
static int load(wh_rtc *state)
{
    int result = wh_rtc_load(state);
    if (result == WH_OK && !state->flash_unsure) {
        return WH_OK;
    }
    if (result != WH_OK && result != WH_MISS_EMPTY) {
        return result;
    }
    resume_flash(state);
    return wh_rtc_save(state);
}

int wh_store_now(wh_instant *out)
{
    wh_rtc state;
    int result = load(&state);
    if (result == WH_OK) {
        *out = wh_clock_now(state.epoch);
    }
    return result;
}

/* ---- Getting ---------------------------------------------------------------------------- */

static void drop_record(wh_rtc *state)
{
    state->record_size = 0;
    state->record_suspect = false;
    wh_rtc_wipe_record();
}

static bool is_in_flash(const wh_rtc *state)
{
    return flash() != NULL && state->flash_at != WH_RTC_NOWHERE;
}

/* Copies the record in flash into the empty slot. */
static int promote(wh_rtc *state)
{
    wh_journal_entry entry;
    wh_record_info info;
    int result = wh_journal_entry_at(flash(), state->flash_at, &entry);
    if (result != WH_OK) {
        return result;
    }
    if (entry.spent || entry.size > WH_RECORD_MAX || read_info(&entry, &info) != WH_OK) {
        return WH_DAMAGE_RECORD;
    }
    if (flash()->read(flash()->ctx, entry.at, wh_rtc_record(), entry.size) != 0) {
        return WH_PLATFORM_FLASH;
    }
    state->record_size = entry.size;
    state->record_generation = info.generation;
    state->record_in_flash = true;
    return WH_OK;
}

static int load_session(uint8_t *bytes, int length, const wh_rtc *state, const wh_binding *binding,
                        wh_stored *out)
{
    if (length < 0) {
        return length;
    }
    if (!wh_binding_equal(&out->info.binding, binding)) {
        return state->replaced_binding == first_bytes(binding) ? WH_MISS_ALTERNATING : WH_MISS_BINDING;
    }
    if (out->info.build != wh_wolfssl_build()) {
        return WH_DAMAGE_RECORD;
    }
    out->now = wh_clock_now(state->epoch);
    out->age = wh_clock_age(&out->info.captured, &out->now);
    return wh_session_load(bytes, (size_t)length, out->age.known ? out->age.least_us : 0, &out->session);
}

static int open_record(const wh_rtc *state, const wh_binding *binding, wh_stored *out)
{
    uint8_t *bytes = allocate(state->record_size);
    if (bytes == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    int length = wh_record_open(wh_rtc_record(), state->record_size, &out->info, bytes);
    int result = load_session(bytes, length, state, binding, out);
    release(bytes, state->record_size);
    return result;
}

static bool is_damage(int result)
{
    return result == WH_DAMAGE_RECORD || result == WH_DAMAGE_SESSION;
}

/* Gives up a damaged record: that of flash if it was just promoted, and what is in RTC RAM. */
static void give_up(wh_rtc *state, bool promoted)
{
    if (promoted) {
        int marked = wh_journal_spend(flash(), state->flash_at);
        state->flash_unsure = marked != WH_OK;
        state->flash_at = WH_RTC_NOWHERE;
    }
    drop_record(state);
}

/* One try: RTC RAM, or flash when that is empty. */
static int get_newest(wh_rtc *state, const wh_binding *binding, wh_stored *out)
{
    bool promoted = state->record_size == 0 && is_in_flash(state);
    int result = promoted ? promote(state) : WH_MISS_EMPTY;
    if (state->record_size > 0) {
        result = open_record(state, binding, out);
    }
    if (is_damage(result)) {
        give_up(state, promoted);
    }
    return result;
}

static wh_peer peer_of(const wh_rtc *state, const wh_binding *binding)
{
    return state->peer_binding == first_bytes(binding) ? state->peer : (wh_peer){0};
}

int wh_store_get(const wh_binding *binding, wh_stored *out)
{
    *out = (wh_stored){.session = WH_SESSION_EMPTY};
    wh_rtc state;
    int result = load(&state);
    if (result != WH_OK) {
        return result;
    }
    out->peer = peer_of(&state, binding);
    result = get_newest(&state, binding, out);
    if (is_damage(result) && is_in_flash(&state)) {
        result = get_newest(&state, binding, out); /* flash has one, too */
    }
    if (result == WH_MISS_EMPTY && state.record_spent) {
        result = WH_MISS_SPENT;
    }
    if (result == WH_MISS_EMPTY && state.record_deleted) {
        result = WH_MISS_SUSPECT;
    }
    int saved = wh_rtc_save(&state);
    if (saved != WH_OK && result == WH_OK) {
        wh_session_release(&out->session);
        result = saved;
    }
    return result;
}

/* ---- Spending and forgetting --------------------------------------------------------------- */

/* A session that never was in flash needs no mark there. While it is not known what flash
 * holds, a mark cannot be certain. */
static int spend_in_flash(wh_rtc *state, uint32_t generation)
{
    bool in_rtc = state->record_size > 0 && state->record_generation == generation;
    if (flash() == NULL || (in_rtc && !state->record_in_flash)) {
        return WH_OK;
    }
    if (state->flash_unsure) {
        return WH_PLATFORM_FLASH;
    }
    if (state->flash_at == WH_RTC_NOWHERE || state->flash_generation != generation) {
        return WH_OK;
    }
    /* Also where there is a mark already: it may be one that was cut short. */
    int result = wh_journal_spend(flash(), state->flash_at);
    if (result == WH_OK) {
        state->flash_at = WH_RTC_NOWHERE;
    }
    return result;
}

/* Why a record is taken out. */
enum { OF_NO_USE, SPENT, SUSPECT };

static int take_out(uint32_t generation, int why)
{
    wh_rtc state;
    int result = load(&state);
    if (result == WH_OK) {
        result = spend_in_flash(&state, generation);
    }
    if (result != WH_OK) {
        return result;
    }
    if (state.record_size > 0 && state.record_generation == generation) {
        drop_record(&state);
    }
    state.record_spent = state.record_spent || why == SPENT;
    state.record_deleted = state.record_deleted || why == SUSPECT;
    return wh_rtc_save(&state);
}

int wh_store_spend(uint32_t generation)
{
    return take_out(generation, SPENT);
}

int wh_store_drop(uint32_t generation)
{
    return take_out(generation, OF_NO_USE);
}

int wh_store_suspect(uint32_t generation, bool failed)
{
    wh_rtc state;
    int result = load(&state);
    if (result != WH_OK || state.record_size == 0 || state.record_generation != generation) {
        return result; /* it is gone already, as one for single use is */
    }
    if (failed && state.record_suspect) {
        return take_out(generation, SUSPECT);
    }
    if (failed == state.record_suspect) {
        return WH_OK; /* as after nearly every wake */
    }
    state.record_suspect = failed;
    return wh_rtc_save(&state);
}

int wh_store_forget(void)
{
    wh_rtc state;
    int result = load(&state);
    if (result != WH_OK) {
        wh_rtc_wipe();
        int forgotten = flash() != NULL ? wh_journal_forget(flash()) : WH_OK;
        return forgotten != WH_OK ? forgotten : result;
    }
    drop_record(&state);
    state.record_spent = false;
    state.flash_at = WH_RTC_NOWHERE;
    state.flash_unsure = flash() != NULL;
    state.forgetting = flash() != NULL;
    result = wh_rtc_save(&state);
    resume_flash(&state);
    int saved = wh_rtc_save(&state);
    if (state.flash_unsure) {
        return WH_PLATFORM_FLASH;
    }
    return result == WH_OK ? saved : result;
}

/* ---- Putting ----------------------------------------------------------------------------------- */

static int seal(wh_rtc *state, wh_record_info *info, const wh_session *session, uint8_t *record)
{
    int size = wh_session_save(session, info->protocol, record + WH_RECORD_BODY, WH_SESSION_MAX);
    if (size < 0) {
        return size;
    }
    info->kind = wh_session_kind(session, info->protocol);
    info->lifetime_s = wh_session_lifetime_s(session);
    info->build = wh_wolfssl_build();
    info->generation = ++state->generation;
    return wh_record_seal(info, record + WH_RECORD_BODY, (size_t)size, record);
}

/* The first bytes of the binding of what the store holds; 0 when it holds nothing. */
static uint32_t held_binding(const wh_rtc *state)
{
    wh_record_info info;
    if (state->record_size > 0 && wh_record_peek(wh_rtc_record(), state->record_size, &info) == WH_OK) {
        return first_bytes(&info.binding);
    }
    return is_in_flash(state) ? state->flash_binding : 0;
}

static bool is_kept_for_another(const wh_rtc *state, const wh_record_info *info)
{
    uint32_t held = held_binding(state);
    return !info->pinned && held != 0 && held == state->pin_binding && held != first_bytes(&info->binding) &&
           info->captured.elapsed_us < state->pin_until_us;
}

static void note_replaced(wh_rtc *state, const wh_binding *binding)
{
    uint32_t held = held_binding(state);
    if (held != 0) {
        state->replaced_binding = held != first_bytes(binding) ? held : 0;
    }
}

int wh_store_put(wh_record_info *info, const wh_session *session)
{
    wh_rtc state;
    int result = load(&state);
    if (result != WH_OK) {
        return result;
    }
    if (is_kept_for_another(&state, info)) {
        return WH_MISS_PINNED;
    }
    note_replaced(&state, &info->binding);
    /* A reset in the middle leaves the slot empty. */
    drop_record(&state);
    state.record_spent = false;
    state.record_deleted = false;
    result = wh_rtc_save(&state);
    if (result != WH_OK) {
        return result;
    }
    int size = seal(&state, info, session, wh_rtc_record());
    if (size > 0) {
        state.record_size = (uint16_t)size;
        state.record_generation = info->generation;
        state.record_in_flash = false;
        note_pin(&state, info, &info->captured);
    } else {
        drop_record(&state);
    }
    result = wh_rtc_save(&state);
    return size > 0 ? result : size;
}

bool wh_store_wants_flash(const wh_binding *binding)
{
    wh_rtc state;
    if (flash() == NULL || load(&state) != WH_OK) {
        return false;
    }
    if (state.record_size > 0 && held_binding(&state) != first_bytes(binding)) {
        return false;
    }
    return state.flash_unsure || !is_in_flash(&state) || state.flash_binding != first_bytes(binding) ||
           wh_clock_now(state.epoch).elapsed_us >= state.flash_stale_us;
}

/* Appends a record. RTC RAM is told before that flash may hold it, so that no reset between
 * the two leaves a copy that nobody knows of. */
static int append(wh_rtc *state, const uint8_t *record, uint16_t size, const wh_record_info *info)
{
    if (state->flash_unsure) {
        return WH_PLATFORM_FLASH;
    }
    uint32_t old_at = state->flash_at;
    bool is_record = state->record_size > 0 && state->record_generation == info->generation;
    state->record_in_flash = state->record_in_flash || is_record;
    state->flash_unsure = true;
    int result = wh_rtc_save(state);
    if (result != WH_OK) {
        return result;
    }
    uint64_t now_us = wh_clock_now(state->epoch).elapsed_us;
    uint32_t at = WH_RTC_NOWHERE;
    bool erased = false;
    result = wh_journal_append(flash(), record, size, state->flash_at, now_us >= state->erase_allowed_us, &at,
                               &erased);
    if (erased) {
        uint32_t interval_s =
            flash()->erase_interval_s != 0 ? flash()->erase_interval_s : ERASE_INTERVAL_DEFAULT_S;
        state->erase_allowed_us = now_us + (uint64_t)interval_s * 1000000u;
    }
    if (result == WH_OK && old_at != WH_RTC_NOWHERE) {
        result = wh_journal_spend(flash(), old_at);
    }
    if (result == WH_OK) {
        note_flash(state, at, info);
    }
    state->flash_unsure = result != WH_OK && result != WH_MISS_WEAR;
    int saved = wh_rtc_save(state);
    return result == WH_OK ? saved : result;
}

int wh_store_persist(const uint8_t *record, uint16_t size)
{
    wh_rtc state;
    wh_record_info info;
    int result = load(&state);
    if (result != WH_OK) {
        return result;
    }
    if (flash() == NULL) {
        return WH_MISS_EMPTY;
    }
    result = wh_record_peek(record, size, &info);
    return result == WH_OK ? append(&state, record, size, &info) : result;
}

int wh_store_persist_rtc(void)
{
    wh_rtc state;
    int result = load(&state);
    if (result != WH_OK) {
        return result;
    }
    if (state.record_size == 0) {
        return WH_MISS_EMPTY;
    }
    if (is_in_flash(&state) && state.flash_generation == state.record_generation) {
        return WH_OK; /* a second copy would be no younger */
    }
    /* What rotted in RTC RAM shall not replace what is sound in flash. */
    result = check_seal(wh_rtc_record(), state.record_size);
    if (result != WH_OK) {
        return result;
    }
    return wh_store_persist(wh_rtc_record(), state.record_size);
}

int wh_store_seal(wh_record_info *info, const wh_session *session, uint8_t *record)
{
    wh_rtc state;
    int result = load(&state);
    if (result != WH_OK) {
        return result;
    }
    int size = seal(&state, info, session, record);
    result = wh_rtc_save(&state); /* the generation */
    return result == WH_OK ? size : result;
}

static wh_tiers tiers_of(const wh_rtc *state)
{
    bool in_flash = is_in_flash(state);
    if (state->record_size > 0) {
        return in_flash ? WH_TIERS_BOTH : WH_TIERS_RTC;
    }
    return in_flash ? WH_TIERS_FLASH : WH_TIERS_NONE;
}

wh_tiers wh_store_tiers(void)
{
    wh_rtc state;
    return load(&state) == WH_OK ? tiers_of(&state) : WH_TIERS_NONE;
}

/* ---- Looking ------------------------------------------------------------------------------------ */

wh_peer wh_store_peer(const wh_binding *binding)
{
    wh_rtc state;
    return load(&state) == WH_OK ? peer_of(&state, binding) : (wh_peer){0};
}

void wh_store_note_peer(const wh_binding *binding, wh_peer peer)
{
    wh_rtc state;
    int result = load(&state);
    if (result == WH_OK) {
        state.peer_binding = first_bytes(binding);
        state.peer = peer;
        result = wh_rtc_save(&state);
    }
    (void)result;
}

static uint32_t expires_in_s(const wh_record_info *info, const wh_instant *now)
{
    if (!wh_clock_age(&info->captured, now).known) {
        return WH_AGE_UNKNOWN;
    }
    return (uint32_t)(left_us(info, now, WHOLE_PPM) / 1000000u);
}

static uint32_t most_erases(void)
{
    uint32_t most = 0;
    for (uint32_t i = 0; flash() != NULL && i < flash()->sector_count; i++) {
        wh_journal_sector sector;
        if (wh_journal_sector_at(flash(), i, &sector) == WH_OK && sector.valid && sector.erased > most) {
            most = sector.erased;
        }
    }
    return most;
}

int wh_store_report_make(wh_store_report *out)
{
    *out = (wh_store_report){0};
    wh_rtc state;
    int result = load(&state);
    if (result != WH_OK) {
        return result;
    }
    wh_journal_entry entry;
    wh_record_info info;
    bool found = false;
    if (state.record_size > 0) {
        found = wh_record_peek(wh_rtc_record(), state.record_size, &info) == WH_OK;
    } else if (is_in_flash(&state)) {
        found = wh_journal_entry_at(flash(), state.flash_at, &entry) == WH_OK &&
                read_info(&entry, &info) == WH_OK;
    }
    wh_instant now = wh_clock_now(state.epoch);
    out->tiers = tiers_of(&state);
    out->expires_in_s = found ? expires_in_s(&info, &now) : 0;
    out->erases = most_erases();
    return WH_OK;
}
