#include "peers.h"

#include "flash_copy.h"
#include "journal.h"
#include "pin.h"
#include "slots.h"

/* ---- Every slot -------------------------------------------------------------------------- */

/* A slot that was not used for long knows less of the clock than one that was used in the last wake. */
static void wipe_if_clock_began_anew(void)
{
    bool is_anew = false;
    for (unsigned i = 0; i < wh_slots_count(); i++) {
        wh_rtc state;
        wh_slots_use(i);
        is_anew = is_anew || wh_rtc_look(&state) == WH_RTC_OF_BEFORE;
    }
    for (unsigned i = 0; is_anew && i < wh_slots_count(); i++) {
        wh_slots_use(i);
        wh_rtc_wipe();
    }
}

/* What is forgotten is forgotten everywhere, also when the power or a reset left a part of it. */
static bool is_forgetting(uint64_t *epoch)
{
    bool is_forgetting = false;
    for (unsigned i = 0; i < wh_slots_count(); i++) {
        wh_rtc state;
        wh_slots_use(i);
        if (wh_rtc_look(&state) == WH_RTC_SOUND) {
            *epoch = state.epoch;
            is_forgetting = is_forgetting || state.forgetting;
        } else {
            const wh_flash *flash = wh_flash_copy_device();
            is_forgetting = is_forgetting || (flash != NULL && wh_journal_is_forgetting(flash));
        }
    }
    return is_forgetting;
}

uint64_t wh_peers_begin(void)
{
    uint64_t epoch = 0;
    if (wh_slots_count() > 1) {
        wipe_if_clock_began_anew();
        if (is_forgetting(&epoch)) {
            int forgotten = wh_peers_forget(&epoch);
            (void)forgotten; /* the states tell what is left */
        }
    }
    return epoch;
}

/* The only slot is in use whenever it is looked at. */
int wh_peers_save(wh_rtc *state)
{
    return wh_slots_count() > 1 ? wh_rtc_save_unused(state) : wh_rtc_save(state);
}

static int load(unsigned slot, bool saves, uint64_t *epoch, wh_rtc *out, wh_opened *opened)
{
    wh_slots_use(slot);
    int result = wh_rtc_load(*epoch, out);
    if (result == WH_OK && wh_slots_count() > 1) {
        *epoch = out->epoch;
    }
    if (result == WH_OK && out->flash_unsure) {
        wh_flash_copy_resume(out, opened);
        result = saves ? wh_peers_save(out) : WH_OK;
    }
    return result;
}

int wh_peers_load(unsigned slot, uint64_t *epoch, wh_rtc *out)
{
    wh_opened opened = {0};
    int result = load(slot, true, epoch, out, &opened);
    wh_opened_release(&opened);
    return result;
}

/* ---- One peer's -------------------------------------------------------------------------- */

uint32_t wh_peers_held(const wh_rtc *state)
{
    wh_record_info info;
    if (state->record_size > 0 && wh_record_peek(wh_rtc_record(state), state->record_size, &info) == WH_OK) {
        return wh_binding_tag(&info.binding);
    }
    return wh_flash_copy_exists(state) ? state->flash_binding : 0;
}

/* After a loss of power the order in which sessions were sealed tells. */
static bool is_later(const wh_rtc *a, const wh_rtc *b)
{
    return a->seen_us != b->seen_us ? a->seen_us > b->seen_us : a->generation > b->generation;
}

/* Of a peer that came back to another slot, flash may have an older session yet. */
static bool is_newer(const wh_rtc *a, const wh_rtc *b)
{
    uint32_t of_a = a->record_size > 0 ? a->record_generation : a->flash_generation;
    uint32_t of_b = b->record_size > 0 ? b->record_generation : b->flash_generation;
    return of_a > of_b;
}

/* From the best one to that which is never taken. */
typedef enum rank {
    HAS_SESSION,
    REMEMBERS,
    IS_FREE,
    REMEMBERS_ANOTHER,
    /* It has the session of a peer that was the least recently used one when what it remembered gave way to a
     * third one. */
    WAS_GIVEN_UP,
    HAS_ANOTHERS,
    IS_PINNED,
} rank;

static rank rank_of(const wh_rtc *state, uint32_t tag, bool is_pinned)
{
    uint32_t held = wh_peers_held(state);
    if (held == tag && held != 0) {
        return HAS_SESSION;
    }
    if (held == 0 && state->peer_binding == tag) {
        return REMEMBERS;
    }
    if (is_pinned) {
        return IS_PINNED;
    }
    if (held == 0) {
        return state->peer_binding == 0 ? IS_FREE : REMEMBERS_ANOTHER;
    }
    return state->peer_binding == held ? HAS_ANOTHERS : WAS_GIVEN_UP;
}

/* The tag of the binding of the peer whose slot it is; 0 for nobody's. */
static uint32_t owner_of(const wh_rtc *state)
{
    uint32_t held = wh_peers_held(state);
    return held != 0 ? held : state->peer_binding;
}

/* One peer is pinned, the one that was used last of those that were. */
static unsigned pinned_slot(void)
{
    unsigned pinned = wh_slots_count();
    wh_rtc last = {0};
    for (unsigned i = 0; i < wh_slots_count(); i++) {
        wh_rtc state;
        wh_slots_use(i);
        if (wh_rtc_look(&state) == WH_RTC_SOUND && wh_pin_is_on(&state, owner_of(&state)) &&
            (pinned == wh_slots_count() || is_later(&state, &last))) {
            pinned = i;
            last = state;
        }
    }
    return pinned;
}

static rank choose(uint32_t tag, wh_rtc *out)
{
    unsigned pinned = pinned_slot();
    unsigned slot = 0;
    rank best = IS_PINNED;
    for (unsigned i = 0; i < wh_slots_count(); i++) {
        wh_rtc state;
        wh_slots_use(i);
        if (wh_rtc_look(&state) != WH_RTC_SOUND) {
            continue;
        }
        rank r = rank_of(&state, tag, i == pinned);
        bool is_better = r == HAS_SESSION ? is_newer(&state, out) : is_later(out, &state);
        if (i == 0 || r < best || (r == best && is_better)) {
            *out = state;
            best = r;
            slot = i;
        }
    }
    wh_slots_use(slot);
    return best;
}

/* Of the seals that are opened on the way that of the peer is handed on. */
static int load_for(uint32_t tag, unsigned slot, uint64_t *epoch, wh_rtc *out, wh_opened *opened)
{
    wh_opened another = {0};
    wh_opened *into = opened->session == NULL ? opened : &another;
    int result = load(slot, true, epoch, out, into);
    if (into == &another || wh_binding_tag(&into->info.binding) != tag) {
        wh_opened_release(into);
    }
    return result;
}

int wh_peers_find(uint32_t tag, bool will_save, wh_place *out, wh_opened *opened)
{
    *out = (wh_place){.is_its = true};
    uint64_t epoch = wh_peers_begin();
    uint32_t generation = 0;
    for (unsigned i = 0; i < wh_slots_count(); i++) {
        int result = wh_slots_count() > 1 ? load_for(tag, i, &epoch, &out->state, opened)
                                          : load(i, !will_save, &epoch, &out->state, opened);
        if (result != WH_OK) {
            return result;
        }
        out->was_replaced = out->was_replaced || out->state.replaced_binding == tag;
        generation = out->state.generation > generation ? out->state.generation : generation;
    }
    if (wh_slots_count() > 1) {
        rank r = choose(tag, &out->state);
        out->is_its = r <= REMEMBERS;
        if (r > REMEMBERS && r < IS_PINNED) {
            out->state.pin_until_us = 0; /* another one is pinned, or none */
        }
        out->state.generation = generation;
        if (opened->info.generation != out->state.flash_generation) {
            wh_opened_release(opened);
        }
    }
    return WH_OK;
}

/* ---- Forgetting ---------------------------------------------------------------------------- */

static int begin_to_forget(wh_rtc *state)
{
    wh_rtc_drop_records(state);
    state->miss = 0;
    state->flash_at = WH_RTC_NOWHERE;
    state->flash_unsure = true;
    state->forgetting = true;
    return wh_peers_save(state);
}

static int forget_in_flash(void)
{
    const wh_flash *flash = wh_flash_copy_device();
    return flash != NULL ? wh_journal_forget(flash) : WH_OK;
}

static int forget_slot(unsigned slot, uint64_t *epoch)
{
    wh_rtc state;
    int result = wh_peers_load(slot, epoch, &state);
    if (result != WH_OK) {
        wh_rtc_wipe();
        int forgotten = forget_in_flash();
        return forgotten != WH_OK ? forgotten : result;
    }
    result = begin_to_forget(&state);
    wh_flash_copy_resume(&state, NULL); /* goes on with it, and opens nothing */
    int saved = wh_peers_save(&state);
    if (state.flash_unsure) {
        return WH_PLATFORM_FLASH;
    }
    return result == WH_OK ? saved : result;
}

/* From the first of these operations on a reset or a loss of power leaves a slot or a part that tells of it,
 * as long as there is one that does not know: none is overwritten before. */
static void tell_every_slot(void)
{
    int told = WH_OK;
    for (unsigned i = 0; i < wh_slots_count(); i++) {
        wh_rtc state;
        wh_slots_use(i);
        if (wh_rtc_look(&state) == WH_RTC_SOUND) {
            told = begin_to_forget(&state);
        }
    }
    for (unsigned i = 0; i < wh_slots_count(); i++) {
        wh_slots_use(i);
        if (wh_flash_copy_device() != NULL) {
            told = wh_journal_mark_forgotten(wh_flash_copy_device());
        }
    }
    (void)told; /* each slot is told again */
}

int wh_peers_forget(uint64_t *epoch)
{
    int result = WH_OK;
    if (wh_slots_count() > 1) {
        tell_every_slot();
    }
    for (unsigned i = 0; i < wh_slots_count(); i++) {
        int forgotten = forget_slot(i, epoch);
        result = result == WH_OK || forgotten == WH_PLATFORM_FLASH ? forgotten : result;
    }
    return result;
}
