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

typedef struct search {
    /* Only generations below this are looked for. */
    uint64_t below;
    /* The highest that is not spent, and the highest of all. */
    bool found;
    wh_journal_entry entry;
    wh_record_info info;
    uint32_t highest;
} search;

static bool look(const wh_journal_entry *entry, void *ctx)
{
    search *s = ctx;
    wh_record_info info;
    if (read_info(entry, &info) != WH_OK) {
        return true;
    }
    if (info.generation > s->highest) {
        s->highest = info.generation;
    }
    if (!entry->spent && info.generation < s->below && (!s->found || info.generation > s->info.generation)) {
        s->found = true;
        s->entry = *entry;
        s->info = info;
    }
    return true;
}

/* When on the elapsed clock a copy wants replacing: with a quarter of its lifetime left. */
static uint64_t stale_us(const wh_record_info *info, const wh_instant *now)
{
    wh_age age = wh_clock_age(&info->captured, now);
    uint64_t useful_us = (uint64_t)wh_policy_lifetime_s(info) * 750000u;
    uint64_t gone_us = age.known ? age.most_us : 0;
    return now->elapsed_us + (useful_us > gone_us ? useful_us - gone_us : 0);
}

static void note_flash(wh_rtc *state, uint32_t at, const wh_record_info *info)
{
    wh_instant now = wh_clock_now(state->epoch);
    state->flash_at = at;
    state->flash_generation = info->generation;
    state->flash_binding = first_bytes(&info->binding);
    state->flash_stale_us = stale_us(info, &now);
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
    release(record, entry->size);
    return result;
}

/* After a loss of power: ends what was begun in flash, and finds the newest record there
 * that opens. Damaged ones are marked, so that they are not tried again. */
static int find_flash_copy(wh_rtc *state)
{
    state->flash_at = WH_RTC_NOWHERE;
    state->flash_unsure = false;
    if (flash() == NULL) {
        return WH_OK;
    }
    int result = wh_journal_recover(flash());
    for (search s = {.below = UINT64_MAX}; result == WH_OK; s = (search){.below = s.info.generation}) {
        result = wh_journal_each(flash(), look, &s);
        state->generation = s.highest > state->generation ? s.highest : state->generation;
        if (result != WH_OK || !s.found) {
            break;
        }
        int checked = check_entry(&s.entry);
        if (checked == WH_OK) {
            note_flash(state, s.entry.at, &s.info);
            break;
        }
        result = checked == WH_DAMAGE_RECORD ? wh_journal_spend(flash(), s.entry.at) : checked;
    }
    return result;
}

/* The state in RTC RAM, begun anew after a loss of power. Flash that fails is no reason to
 * do without RTC RAM. */
static int load(wh_rtc *state)
{
    int result = wh_rtc_load(state);
    if (result == WH_OK && !state->flash_unsure) {
        return WH_OK;
    }
    if (result != WH_OK && result != WH_MISS_EMPTY) {
        return result;
    }
    if (find_flash_copy(state) != WH_OK) {
        state->flash_at = WH_RTC_NOWHERE;
        state->flash_unsure = true; /* look again next time */
    }
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
    wh_rtc_wipe_record();
}

/* Copies the record in flash into the empty slot. */
static int promote(wh_rtc *state)
{
    wh_journal_entry entry = {.at = state->flash_at};
    wh_record_info info;
    uint8_t head[2];
    if (flash()->read(flash()->ctx, wh_journal_size_at(state->flash_at), head, sizeof head) != 0) {
        return WH_PLATFORM_FLASH;
    }
    entry.size = (uint16_t)wh_get_le(head, 2);
    if (entry.size > WH_RECORD_MAX || read_info(&entry, &info) != WH_OK) {
        return WH_DAMAGE_RECORD;
    }
    if (flash()->read(flash()->ctx, entry.at, wh_rtc_record(), entry.size) != 0) {
        return WH_PLATFORM_FLASH;
    }
    state->record_size = entry.size;
    state->record_generation = info.generation;
    return WH_OK;
}

static int load_session(uint8_t *bytes, int length, const wh_rtc *state, const wh_binding *binding,
                        wh_stored *out)
{
    if (length < 0) {
        return length;
    }
    if (!wh_binding_equal(&out->info.binding, binding)) {
        return WH_MISS_BINDING;
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

int wh_store_get(const wh_binding *binding, wh_stored *out)
{
    *out = (wh_stored){.session = WH_SESSION_EMPTY};
    wh_rtc state;
    int result = load(&state);
    if (result != WH_OK) {
        return result;
    }
    int missing = state.record_spent ? WH_MISS_SPENT : WH_MISS_EMPTY;
    bool promoted = false;
    for (int tier = 0; tier < 2; tier++) {
        result = missing;
        if (state.record_size == 0 && state.flash_at != WH_RTC_NOWHERE) {
            promoted = true;
            result = promote(&state);
        }
        if (state.record_size > 0) {
            result = open_record(&state, binding, out);
        }
        if (!is_damage(result)) {
            break;
        }
        /* RTC RAM may have lost what flash still has; damage that came from there stays. */
        missing = result;
        if (promoted) {
            state.flash_at = WH_RTC_NOWHERE;
        }
        drop_record(&state);
    }
    int saved = wh_rtc_save(&state);
    if (saved != WH_OK && result == WH_OK) {
        wh_session_release(&out->session);
        result = saved;
    }
    return result;
}

/* ---- Spending and forgetting --------------------------------------------------------------- */

typedef struct spending {
    uint32_t generation;
    int result;
} spending;

static bool spend_generation(const wh_journal_entry *entry, void *ctx)
{
    spending *s = ctx;
    wh_record_info info;
    if (!entry->spent && read_info(entry, &info) == WH_OK && info.generation == s->generation) {
        int result = wh_journal_spend(flash(), entry->at);
        s->result = s->result == WH_OK ? result : s->result;
    }
    return true;
}

/* Every copy, were there more than one after a write that could not be verified. */
static int spend_in_flash(uint32_t generation)
{
    spending s = {.generation = generation, .result = WH_OK};
    int result = wh_journal_each(flash(), spend_generation, &s);
    return result == WH_OK ? s.result : result;
}

static int take_out(uint32_t generation, bool spent)
{
    wh_rtc state;
    int result = load(&state);
    if (result != WH_OK) {
        return result;
    }
    bool maybe_in_flash =
        state.flash_unsure || (state.flash_at != WH_RTC_NOWHERE && state.flash_generation == generation);
    if (flash() != NULL && maybe_in_flash) {
        result = spend_in_flash(generation);
        if (result != WH_OK) {
            return result;
        }
        state.flash_at = WH_RTC_NOWHERE;
    }
    if (state.record_size > 0 && state.record_generation == generation) {
        drop_record(&state);
    }
    state.record_spent = state.record_spent || spent;
    return wh_rtc_save(&state);
}

int wh_store_spend(uint32_t generation)
{
    return take_out(generation, true);
}

int wh_store_drop(uint32_t generation)
{
    return take_out(generation, false);
}

int wh_store_forget(void)
{
    wh_rtc state;
    int result = load(&state);
    if (result != WH_OK) {
        wh_rtc_wipe();
    } else {
        drop_record(&state);
        state.record_spent = false;
        state.flash_at = WH_RTC_NOWHERE;
        state.flash_unsure = flash() != NULL;
        result = wh_rtc_save(&state);
    }
    int forgotten = flash() != NULL ? wh_journal_forget(flash()) : WH_OK;
    if (result == WH_OK && forgotten == WH_OK) {
        state.flash_unsure = false;
        result = wh_rtc_save(&state);
    }
    return forgotten != WH_OK ? forgotten : result;
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

int wh_store_put(wh_record_info *info, const wh_session *session)
{
    wh_rtc state;
    int result = load(&state);
    if (result != WH_OK) {
        return result;
    }
    /* A reset in the middle leaves the slot empty. */
    drop_record(&state);
    state.record_spent = false;
    result = wh_rtc_save(&state);
    if (result != WH_OK) {
        return result;
    }
    int size = seal(&state, info, session, wh_rtc_record());
    if (size > 0) {
        state.record_size = (uint16_t)size;
        state.record_generation = info->generation;
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
    return state.flash_unsure || state.flash_at == WH_RTC_NOWHERE || state.flash_binding != first_bytes(binding) ||
           wh_clock_now(state.epoch).elapsed_us >= state.flash_stale_us;
}

/* Appends a record. RTC RAM is told before that flash may hold it, so that no reset between
 * the two leaves a copy that nobody knows of. */
static int append(wh_rtc *state, const uint8_t *record, uint16_t size, const wh_record_info *info)
{
    if (state->flash_unsure) {
        return WH_PLATFORM_FLASH;
    }
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
    if (state.flash_at != WH_RTC_NOWHERE && state.flash_generation == state.record_generation) {
        return WH_OK; /* stale as it may be, a second copy is no fresher */
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

wh_tiers wh_store_tiers(void)
{
    wh_rtc state;
    if (load(&state) != WH_OK) {
        return WH_TIERS_NONE;
    }
    bool in_flash = state.flash_at != WH_RTC_NOWHERE;
    if (state.record_size > 0) {
        return in_flash ? WH_TIERS_BOTH : WH_TIERS_RTC;
    }
    return in_flash ? WH_TIERS_FLASH : WH_TIERS_NONE;
}
