#include "kept.h"

#include "flash_copy.h"
#include "journal.h"
#include "opened.h"
#include "peers.h"
#include "pin.h"
#include "rtc.h"
#include "slots.h"
#include "warmhello/platform.h"
#include "policy.h"
#include "wipe.h"

static int find(const wh_binding *binding, wh_place *out)
{
    wh_opened opened = {0};
    int result = wh_peers_find(wh_binding_tag(binding), false, out, &opened);
    wh_opened_release(&opened);
    return result;
}

int wh_store_now(wh_instant *out)
{
    wh_rtc state;
    uint64_t epoch = wh_peers_begin();
    int result = wh_peers_load(0, &epoch, &state);
    if (result == WH_OK) {
        *out = wh_clock_now(state.epoch);
    }
    return result;
}

/* ---- Getting ---------------------------------------------------------------------------- */

static void note_time(uint64_t epoch, wh_stored *out)
{
    out->now = wh_clock_now(epoch);
    out->age = wh_clock_age(&out->info.captured, &out->now);
}

static int miss_of(const wh_place *place)
{
    return place->was_replaced ? WH_MISS_ALTERNATING : WH_MISS_BINDING;
}

static int load_session(const wh_place *place, const wh_opened *opened, const wh_binding *binding,
                        wh_stored *out)
{
    out->info = opened->info;
    if (!wh_binding_equal(&out->info.binding, binding)) {
        return miss_of(place);
    }
    if (out->info.build != wh_wolfssl_build()) {
        return WH_DAMAGE_RECORD;
    }
    note_time(place->state.epoch, out);
    return wh_session_load(opened->session, opened->session_size, out->age.known ? out->age.least_us : 0,
                           &out->session);
}

static bool is_damage(int result)
{
    return result == WH_DAMAGE_RECORD || result == WH_DAMAGE_SESSION;
}

/* One try: RTC RAM, or flash when that is empty, whose seal may be open already. */
static int get_newest(wh_place *place, wh_opened *opened, const wh_binding *binding, wh_stored *out)
{
    wh_rtc *state = &place->state;
    bool promoted = state->record_size == 0 && wh_flash_copy_exists(state);
    int result = promoted ? wh_flash_copy_promote(state) : WH_OK;
    if (result == WH_OK && state->record_size == 0) {
        return WH_MISS_EMPTY;
    }
    if (result == WH_OK && (!promoted || opened->session == NULL)) {
        wh_opened_release(opened);
        result = wh_opened_from(wh_rtc_record(state), state->record_size, opened);
    }
    if (result == WH_OK) {
        state->record_generation = opened->info.generation;
        result = load_session(place, opened, binding, out);
    }
    wh_opened_release(opened);
    if (is_damage(result)) {
        if (promoted) {
            wh_flash_copy_give_up(state);
        }
        wh_rtc_drop_record(state);
    }
    return result;
}

static wh_peer peer_of(const wh_rtc *state, const wh_binding *binding)
{
    return state->peer_binding == wh_binding_tag(binding) ? state->peer : (wh_peer){0};
}

/* Of this peer is from now on what is remembered of peers, and why there is no record. */
static void meet(wh_rtc *state, uint32_t tag, wh_peer peer)
{
    state->miss = state->peer_binding == tag ? state->miss : 0;
    state->peer_binding = tag;
    state->peer = peer;
}

static int get(wh_place *place, wh_opened *opened, const wh_binding *binding, wh_stored *out)
{
    wh_rtc *state = &place->state;
    uint32_t tag = wh_binding_tag(binding);
    out->peer = peer_of(state, binding);
    out->away_us = state->seen_us != 0 ? wh_clock_elapsed_us() - state->seen_us : 0;
    out->is_pinned = wh_pin_is_on(state, tag);
    int result = get_newest(place, opened, binding, out);
    while (is_damage(result) && (state->record_size > 0 || wh_flash_copy_exists(state))) {
        result = get_newest(place, opened, binding, out); /* there is another one */
    }
    if (result == WH_MISS_EMPTY && state->miss != 0 && state->peer_binding == tag) {
        result = -state->miss;
        state->miss = result <= WH_MISS_UPGRADE ? 0 : state->miss; /* the next connection may be another */
    }
    if (result == WH_OK && state->peer_binding != tag) { /* it is sealed in, for when RTC RAM has forgotten */
        out->peer = out->info.peer;
        meet(state, tag, out->peer);
    }
    int saved = wh_rtc_save(state);
    if (saved != WH_OK) {
        wh_session_release(&out->session);
        result = saved;
    }
    return result;
}

int wh_store_get(const wh_binding *binding, wh_stored *out)
{
    *out = (wh_stored){.session = WH_SESSION_EMPTY};
    wh_place place;
    wh_opened opened = {0};
    int result = wh_peers_find(wh_binding_tag(binding), true, &place, &opened);
    if (result == WH_OK && place.is_its) {
        result = get(&place, &opened, binding, out);
    } else if (result == WH_OK) { /* the slot stays as it is, and was not used */
        out->peer = peer_of(&place.state, binding);
        result = wh_peers_held(&place.state) != 0 ? miss_of(&place) : WH_MISS_EMPTY;
    }
    wh_opened_release(&opened);
    return result;
}

bool wh_store_still_has(wh_stored *stored)
{
    bool has = wh_rtc_still_holds(stored->info.generation);
    if (has) {
        note_time(stored->now.epoch, stored);
    }
    return has;
}

/* ---- Spending and forgetting --------------------------------------------------------------- */

/* `why`: what to say when there is no other; WH_OK for nothing in particular. */
static int take_out(wh_place *place, uint32_t generation, int why)
{
    wh_rtc *state = &place->state;
    if (!place->is_its) {
        return WH_OK; /* another's has taken its place */
    }
    int result = wh_flash_copy_spend(state, generation);
    if (result != WH_OK) {
        return result;
    }
    if (wh_rtc_holds(state, generation)) {
        wh_rtc_drop_record(state);
    } else {
        wh_rtc_drop_spare(state, generation);
    }
    if (why != WH_OK) {
        state->miss = (uint8_t)-why;
    }
    return wh_rtc_save(state);
}

int wh_store_drop(const wh_binding *binding, uint32_t generation, int why)
{
    wh_place place;
    int result = find(binding, &place);
    return result == WH_OK ? take_out(&place, generation, why) : result;
}

int wh_store_spend(const wh_binding *binding, uint32_t generation)
{
    return wh_store_drop(binding, generation, WH_MISS_SPENT);
}

int wh_store_suspect(const wh_binding *binding, uint32_t generation, bool failed)
{
    wh_place place;
    wh_rtc *state = &place.state;
    int result = find(binding, &place);
    if (result != WH_OK || !wh_rtc_holds(state, generation)) {
        return result; /* it is gone already, as one for single use is */
    }
    if (failed && state->record_suspect) {
        return take_out(&place, generation, WH_MISS_SUSPECT);
    }
    if (failed == state->record_suspect) {
        return WH_OK; /* as after nearly every wake */
    }
    state->record_suspect = failed;
    return wh_rtc_save(state);
}

int wh_store_forget(void)
{
    uint64_t epoch = wh_peers_begin();
    return wh_peers_forget(&epoch);
}

/* ---- Putting ----------------------------------------------------------------------------------- */

static int seal(wh_rtc *state, wh_record_info *info, const wh_session *session, uint8_t *record, size_t room)
{
    if (room <= WH_RECORD_OVERHEAD) {
        return WH_PLATFORM_RTC;
    }
    int size = wh_session_save(session, info->protocol, record + WH_RECORD_BODY, room - WH_RECORD_OVERHEAD);
    if (size < 0) {
        return size;
    }
    info->kind = wh_session_kind(session, info->protocol);
    info->lifetime_s = wh_session_lifetime_s(session);
    info->build = wh_wolfssl_build();
    info->generation = ++state->generation;
    return wh_record_seal(info, record + WH_RECORD_BODY, (size_t)size, record);
}

/* Seals a session into what the record leaves of the slot, in place of a spare. A reset in the middle leaves
 * what the state tells of. Returns the size. */
static int seal_beside(wh_rtc *state, wh_record_info *info, const wh_session *session)
{
    uint8_t *at;
    size_t room = wh_rtc_rest(state, &at);
    state->spare_size = 0;
    state->miss = 0;
    int result = wh_rtc_save(state);
    if (result != WH_OK) {
        return result;
    }
    wh_wipe(at, room);
    int size = seal(state, info, session, at, room);
    if (size <= 0) {
        wh_wipe(at, room);
    }
    return size;
}

int wh_store_put(wh_record_info *info, const wh_session *session, bool beside)
{
    wh_place place;
    wh_rtc *state = &place.state;
    int result = find(&info->binding, &place);
    if (result != WH_OK) {
        return result;
    }
    uint32_t held = wh_peers_held(state);
    if (wh_pin_keeps(state, held, info)) {
        return WH_MISS_PINNED;
    }
    bool is_another = held != wh_binding_tag(&info->binding);
    meet(state, wh_binding_tag(&info->binding), peer_of(state, &info->binding));
    if (held != 0) {
        state->replaced_binding = is_another ? held : 0;
    }
    int size = WH_PLATFORM_RTC;
    if (beside && state->record_size > 0 && !state->record_in_flash && !is_another) {
        size = seal_beside(state, info, session);
    }
    if (size == WH_PLATFORM_RTC &&
        wh_session_size(session) <= WH_SESSION_MAX) { /* alone there is room for it */
        wh_rtc_drop_records(state);
        size = seal_beside(state, info, session);
    }
    if (size > 0) {
        wh_rtc_put_beside(state, (uint16_t)size);
        state->record_generation = info->generation;
        state->record_in_flash = false;
        state->record_suspect = false;
        wh_pin_note(state, info, &info->captured);
    } else if (size > WH_DAMAGE_RECORD) {
        state->miss = (uint8_t)-size;
    }
    result = wh_rtc_save(state);
    return size > 0 ? result : size;
}

/* A device whose power has lasted for three days will not lose it soon. At a wake every ten minutes that is
 * where writes cost more energy than the full handshakes that they would spare. */
#define POWER_LASTS_US (3 * UINT64_C(86400000000))

bool wh_store_wants_flash(const wh_binding *binding, bool is_of_full, bool is_lasting)
{
    wh_place place;
    const wh_rtc *state = &place.state;
    if (wh_platform_get()->flash == NULL || find(binding, &place) != WH_OK ||
        wh_flash_copy_device() == NULL) {
        return false;
    }
    uint32_t tag = wh_binding_tag(binding);
    if (state->record_size > 0 && wh_peers_held(state) != tag) {
        return false;
    }
    uint64_t now_us = wh_clock_elapsed_us();
    bool may_lose_power = state->power_was_lost && now_us < POWER_LASTS_US;
    if (!is_of_full && !is_lasting && !may_lose_power) {
        return false;
    }
    return !wh_flash_copy_exists(state) || state->flash_binding != tag || now_us >= state->flash_stale_us ||
           (is_of_full && (state->flash_is_poor || may_lose_power));
}

int wh_store_persist(const uint8_t *record, uint16_t size)
{
    wh_place place;
    wh_record_info info;
    int result = wh_record_peek(record, size, &info);
    if (result == WH_OK) {
        result = find(&info.binding, &place);
    }
    if (result == WH_OK && wh_flash_copy_device() == NULL) {
        result = WH_MISS_EMPTY;
    }
    return result == WH_OK ? wh_flash_copy_write(&place.state, record, size, &info) : result;
}

int wh_store_persist_rtc(const wh_binding *binding)
{
    wh_place place;
    wh_rtc *state = &place.state;
    int result = find(binding, &place);
    if (result != WH_OK) {
        return result;
    }
    if (state->record_size == 0 || !place.is_its || wh_flash_copy_device() == NULL) {
        return WH_MISS_EMPTY;
    }
    if (wh_flash_copy_exists(state) && state->flash_generation == state->record_generation) {
        return WH_OK; /* a second copy would be no younger */
    }
    /* What rotted in RTC RAM shall not replace what is sound in flash. */
    wh_opened opened;
    const uint8_t *record = wh_rtc_record(state);
    result = wh_opened_from(record, state->record_size, &opened);
    wh_opened_release(&opened);
    return result == WH_OK ? wh_flash_copy_write(state, record, state->record_size, &opened.info) : result;
}

int wh_store_seal(wh_record_info *info, const wh_session *session, uint8_t *record)
{
    wh_place place;
    int result = find(&info->binding, &place);
    if (result != WH_OK) {
        return result;
    }
    int size = seal(&place.state, info, session, record, WH_RECORD_MAX);
    result = wh_rtc_save(&place.state); /* the generation */
    return result == WH_OK ? size : result;
}

/* ---- Looking ------------------------------------------------------------------------------------ */

static wh_tiers tiers_of(const wh_rtc *state)
{
    bool in_flash = wh_flash_copy_exists(state);
    if (state->record_size > 0) {
        return in_flash ? WH_TIERS_BOTH : WH_TIERS_RTC;
    }
    return in_flash ? WH_TIERS_FLASH : WH_TIERS_NONE;
}

uint32_t wh_store_lasts_s(const wh_binding *binding)
{
    wh_place place;
    wh_record_info info;
    const wh_rtc *state = &place.state;
    if (find(binding, &place) != WH_OK || !place.is_its || state->record_size == 0 ||
        wh_record_peek(wh_rtc_record(state), state->record_size, &info) != WH_OK ||
        !wh_binding_equal(&info.binding, binding)) {
        return 0;
    }
    wh_instant now = wh_clock_now(state->epoch);
    return (uint32_t)(wh_policy_left_us(&info, &now, WH_POLICY_WHOLE_PPM) / 1000000u);
}

wh_tiers wh_store_tiers_of(const wh_binding *binding)
{
    wh_place place;
    return find(binding, &place) == WH_OK && place.is_its ? tiers_of(&place.state) : WH_TIERS_NONE;
}

wh_peer wh_store_peer(const wh_binding *binding)
{
    wh_place place;
    return find(binding, &place) == WH_OK ? peer_of(&place.state, binding) : (wh_peer){0};
}

void wh_store_note_peer(const wh_binding *binding, wh_peer peer)
{
    wh_place place;
    wh_rtc *state = &place.state;
    int result = find(binding, &place);
    if (result == WH_OK) {
        const wh_peer before = peer_of(state, binding);
        state->flash_is_poor = state->flash_is_poor || before.breaks != peer.breaks ||
                               ((before.lacks ^ peer.lacks) & WH_LACKS_FOR_LONG) != 0 ||
                               before.group != peer.group || before.doubts_psk != peer.doubts_psk;
        meet(state, wh_binding_tag(binding), peer);
        result = wh_rtc_save(state);
    }
    (void)result;
}

void wh_store_pin(const wh_record_info *info, bool pinned)
{
    wh_place place;
    int result = find(&info->binding, &place);
    if (result == WH_OK && place.is_its) {
        wh_record_info marked = *info;
        marked.pinned = pinned;
        wh_instant now = wh_clock_now(place.state.epoch);
        wh_pin_note(&place.state, &marked, &now);
        result = wh_rtc_save(&place.state);
    }
    (void)result;
}

void wh_store_unpin(void)
{
    uint64_t epoch = wh_peers_begin();
    int result = WH_OK;
    for (unsigned i = 0; result == WH_OK && i < wh_slots_count(); i++) {
        wh_rtc state;
        result = wh_peers_load(i, &epoch, &state);
        if (result == WH_OK && state.pin_until_us != 0) {
            state.pin_until_us = 0;
            result = wh_peers_save(&state);
        }
    }
    (void)result;
}

static uint32_t expires_in_s(const wh_record_info *info, const wh_instant *now)
{
    if (!wh_clock_age(&info->captured, now).known) {
        return WH_AGE_UNKNOWN;
    }
    return (uint32_t)(wh_policy_left_us(info, now, WH_POLICY_WHOLE_PPM) / 1000000u);
}

static uint32_t most_erases(void)
{
    const wh_flash *flash = wh_platform_get()->flash;
    uint32_t most = 0;
    for (uint32_t i = 0; flash != NULL && i < flash->sector_count; i++) {
        wh_journal_sector sector;
        if (wh_journal_sector_at(flash, i, &sector) == WH_OK && sector.valid && sector.erased > most) {
            most = sector.erased;
        }
    }
    return most;
}

static bool peek(const wh_rtc *state, wh_record_info *out)
{
    if (state->record_size > 0) {
        return wh_record_peek(wh_rtc_record(state), state->record_size, out) == WH_OK;
    }
    return wh_flash_copy_exists(state) && wh_flash_copy_peek(state, out) == WH_OK;
}

int wh_store_report_make(wh_store_report *out)
{
    uint64_t epoch = wh_peers_begin();
    uint32_t newest = 0;
    *out = (wh_store_report){0};
    for (unsigned i = 0; i < wh_slots_count(); i++) {
        wh_rtc state;
        wh_record_info info;
        int result = wh_peers_load(i, &epoch, &state);
        if (result != WH_OK) {
            return result;
        }
        out->tiers |= tiers_of(&state);
        if (peek(&state, &info) && info.generation >= newest) {
            wh_instant now = wh_clock_now(state.epoch);
            newest = info.generation;
            out->expires_in_s = expires_in_s(&info, &now);
        }
    }
    out->erases = most_erases();
    return WH_OK;
}

wh_tiers wh_store_tiers(void)
{
    uint64_t epoch = wh_peers_begin();
    wh_tiers all = WH_TIERS_NONE;
    for (unsigned i = 0; i < wh_slots_count(); i++) {
        wh_rtc state;
        if (wh_peers_load(i, &epoch, &state) == WH_OK) {
            all |= tiers_of(&state);
        }
    }
    return all;
}
