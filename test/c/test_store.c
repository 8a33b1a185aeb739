/* Two tiers hold the session: nothing in either is believed before it is checked, and one
 * stands in for the other. */
#include "crc32.h"
#include "visit.h"
#include "warmhello/store.h"

#include <string.h>

/* The slot's layout, see docs/SPEC.md. */
enum {
    SLOT_AT = WH_HOST_STATE_SIZE - WH_RTC_SIZE,
    SLOT_CRC = 4,
    SLOT_CRC_FROM = 8,
    SLOT_RECORD_SIZE = 28,
    SLOT_BOOLS = 32,
    SLOT_BOOLS_END = 39,
    SLOT_RECORD = 112
};

/* A store with a session in it, and the binding it is stored under. */
typedef struct stored_slot {
    tls_server *server;
    wh_client_config config;
    wh_client client;
    uint8_t state[WH_HOST_STATE_SIZE];
    uint8_t session[WH_SESSION_MAX];
    int session_size;
} stored_slot;

/* The session in the store as bytes, but for wolfSSL's stamps of age, which move. */
static int get_session(const wh_binding *binding, uint8_t *out)
{
    wh_stored stored;
    int result = wh_store_get(binding, &stored);
    assert_int_equal(stored.session.native != NULL, result == WH_OK);
    if (result == WH_OK) {
        result = wh_session_save(&stored.session, stored.info.protocol, out, WH_SESSION_MAX);
        assert_true(result > 0);
    }
    wh_session_release(&stored.session);
    return result;
}

static int get(const stored_slot *slot)
{
    uint8_t session[WH_SESSION_MAX];
    int size = get_session(&slot->client.binding, session);
    if (size > 0) {
        /* Behind the stamp: lifetime, session ID, master secret. */
        assert_int_equal(size, slot->session_size);
        assert_memory_equal(session + 5, slot->session + 5, 1 + 4 + 32 + 48);
        return WH_OK;
    }
    return size;
}

static void fill_slot(stored_slot *slot, const server_options *options)
{
    slot->server = server_start(options);
    slot->config = config_for(slot->server);
    assert_true(wake_and_visit(&slot->config, slot->server).outcome.stored);
    make_client(&slot->client, &slot->config);
    slot->session_size = get_session(&slot->client.binding, slot->session);
    assert_true(slot->session_size > 0);
    assert_int_equal(wh_host_save_state(&the_device, slot->state, sizeof slot->state), WH_OK);
}

static void free_slot(stored_slot *slot)
{
    wh_client_free(&slot->client);
}

static const server_options one_ticket13 = {.min_version = WH_TLS13, .one_ticket13 = true};

static size_t slot_size(const stored_slot *slot)
{
    const uint8_t *size = slot->state + SLOT_AT + SLOT_RECORD_SIZE;
    return SLOT_RECORD + size[0] + 256u * size[1];
}

static void flip(stored_slot *slot, size_t bit)
{
    slot->state[SLOT_AT + bit / 8] ^= (uint8_t)(1u << (bit % 8));
}

static void load_with_right_crc(const stored_slot *slot)
{
    uint8_t state[WH_HOST_STATE_SIZE];
    memcpy(state, slot->state, sizeof state);
    uint32_t crc = wh_crc32(state + SLOT_AT + SLOT_CRC_FROM, SLOT_RECORD - SLOT_CRC_FROM);
    memcpy(state + SLOT_AT + SLOT_CRC, &crc, sizeof crc);
    assert_int_equal(wh_host_load_state(&the_device, state, sizeof state), WH_OK);
}

/* ---- RTC RAM alone ------------------------------------------------------------------- */

PLATFORM_TEST(a_stored_session_comes_back)
{
    stored_slot slot;
    fill_slot(&slot, &one_ticket13);
    wh_host_sleep(&the_device, 90 * 1000000ull);
    wh_stored stored;
    assert_int_equal(wh_store_get(&slot.client.binding, &stored), WH_OK);
    assert_int_equal(stored.info.protocol, WH_TLS13);
    assert_int_equal(stored.info.kind, WH_KIND_PSK);
    assert_true(stored.info.single_use);
    assert_int_equal(stored.info.lifetime_s, 7200);
    assert_int_equal(stored.info.build, wh_wolfssl_build());
    assert_true(stored.age.known);
    assert_in_range(stored.age.least_us, 90000000, 91000000);
    wh_session_release(&stored.session);
    free_slot(&slot);
}

PLATFORM_TEST(noise_is_an_empty_slot)
{
    stored_slot slot;
    fill_slot(&slot, &one_ticket13);
    for (int i = 0; i < 1000; i++) {
        wh_host_lose_power(&the_device);
        assert_int_equal(get(&slot), WH_MISS_EMPTY);
    }
    free_slot(&slot);
}

/* In front the CRC tells, in the record the seal. */
PLATFORM_TEST(no_bit_of_the_slot_can_change)
{
    stored_slot slot;
    fill_slot(&slot, &one_ticket13);
    for (size_t bit = 0; bit < slot_size(&slot) * 8; bit++) {
        flip(&slot, bit);
        assert_int_equal(wh_host_load_state(&the_device, slot.state, sizeof slot.state), WH_OK);
        assert_int_equal(get(&slot), bit < (size_t)SLOT_RECORD * 8 ? WH_MISS_EMPTY : WH_DAMAGE_RECORD);
        assert_int_equal(get(&slot), WH_MISS_EMPTY); /* it was wiped */
        flip(&slot, bit);
    }
    assert_int_equal(wh_host_load_state(&the_device, slot.state, sizeof slot.state), WH_OK);
    assert_int_equal(get(&slot), WH_OK);
    free_slot(&slot);
}

PLATFORM_TEST(half_a_record_is_not_believed)
{
    stored_slot slot;
    fill_slot(&slot, &one_ticket13);
    uint8_t torn[WH_HOST_STATE_SIZE];
    for (size_t kept = 4; kept < slot_size(&slot); kept++) {
        memcpy(torn, slot.state, sizeof torn);
        memset(torn + SLOT_AT + kept, 0xff, WH_RTC_SIZE - kept);
        if (memcmp(torn, slot.state, SLOT_AT + slot_size(&slot)) == 0) {
            continue; /* what was lost happened to be 0xff */
        }
        assert_int_equal(wh_host_load_state(&the_device, torn, sizeof torn), WH_OK);
        int result = get(&slot);
        assert_true(result == WH_MISS_EMPTY || result == WH_DAMAGE_RECORD);
    }
    free_slot(&slot);
}

/* What is yes or no is 1 or 0: to look at a bool of another value is undefined. */
PLATFORM_TEST(a_bool_that_is_neither_yes_nor_no_empties_the_slot)
{
    stored_slot slot;
    fill_slot(&slot, &one_ticket13);
    uint8_t *header = slot.state + SLOT_AT;
    for (size_t at = SLOT_BOOLS; at < SLOT_BOOLS_END; at++) {
        uint8_t was = header[at];
        for (unsigned value = 2; value < 256; value++) {
            header[at] = (uint8_t)value;
            load_with_right_crc(&slot);
            assert_int_equal(get(&slot), WH_MISS_EMPTY);
        }
        header[at] = was;
    }
    load_with_right_crc(&slot);
    assert_int_equal(get(&slot), WH_OK);
    free_slot(&slot);
}

/* Power was gone, though the memory survived: ages would be wrong. */
PLATFORM_TEST(an_elapsed_clock_that_went_back_empties_the_slot)
{
    stored_slot slot;
    wh_host_sleep(&the_device, 3600 * 1000000ull);
    fill_slot(&slot, &one_ticket13);
    memset(slot.state, 0, 8);
    assert_int_equal(wh_host_load_state(&the_device, slot.state, sizeof slot.state), WH_OK);
    assert_int_equal(get(&slot), WH_MISS_EMPTY);
    free_slot(&slot);
}

PLATFORM_TEST(a_session_of_another_binding_stays)
{
    stored_slot slot;
    fill_slot(&slot, &one_ticket13);
    for (size_t i = 0; i < WH_DIGEST_SIZE; i++) {
        wh_binding other = slot.client.binding;
        other.digest[i] ^= 1;
        wh_stored stored;
        assert_int_equal(wh_store_get(&other, &stored), WH_MISS_BINDING);
        assert_null(stored.session.native);
    }
    assert_int_equal(get(&slot), WH_OK);
    free_slot(&slot);
}

PLATFORM_TEST(a_spent_session_is_gone)
{
    stored_slot slot;
    fill_slot(&slot, &one_ticket13);
    wh_stored stored;
    assert_int_equal(wh_store_get(&slot.client.binding, &stored), WH_OK);
    wh_session_release(&stored.session);
    assert_int_equal(wh_store_spend(&stored.info.binding, stored.info.generation), WH_OK);
    assert_int_equal(get(&slot), WH_MISS_SPENT);
    assert_int_equal(wh_store_tiers(), WH_TIERS_NONE);
    free_slot(&slot);
}

PLATFORM_TEST(without_flash_there_is_one_tier)
{
    stored_slot slot;
    fill_slot(&slot, &ticket12);
    assert_int_equal(wh_store_tiers(), WH_TIERS_RTC);
    assert_false(wh_store_wants_flash(&slot.client.binding, true, true));
    assert_int_equal(wh_store_persist_rtc(&slot.client.binding), WH_MISS_EMPTY);
    assert_int_equal(wake_and_visit(&slot.config, slot.server).outcome.store_error, WH_OK);
    free_slot(&slot);
}

static int no_key(void *ctx, uint8_t out[32]) /* NOLINT(readability-non-const-parameter) */
{
    (void)ctx;
    (void)out;
    return -1;
}

PLATFORM_TEST(without_a_device_key_each_wake_is_full_and_says_why)
{
    the_device.platform.device_key = no_key;
    const server_options *const both[] = {&ticket12, &one_ticket13};
    for (size_t i = 0; i < 2; i++) {
        pairing at = pair_with(server_start(both[i]));
        for (int wake = 0; wake < 2; wake++) {
            wake_visit visit = wake_at(&at);
            assert_full(visit, WH_REASON_NONE);
            assert_int_equal(visit.outcome.store_error, WH_PLATFORM_KEY);
            assert_int_equal(visit.outcome.stored, WH_TIERS_NONE);
        }
    }
}

PLATFORM_TEST(a_server_without_tickets_is_told_apart_from_a_failure)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13, .no_tickets13 = true}));
    wake_visit visit = wake_at(&at);
    assert_full(visit, WH_REASON_NONE);
    assert_int_equal(visit.outcome.stored, WH_TIERS_NONE);
    assert_int_equal(visit.outcome.store_error, WH_MISS_NOT_RESUMABLE);
}

/* ---- Both tiers ----------------------------------------------------------------------- */

static void damage_record_in_slot(stored_slot *slot)
{
    assert_int_equal(wh_host_save_state(&the_device, slot->state, sizeof slot->state), WH_OK);
    flip(slot, (size_t)(SLOT_RECORD + 150) * 8);
    assert_int_equal(wh_host_load_state(&the_device, slot->state, sizeof slot->state), WH_OK);
}

FLASH_TEST(a_damaged_rtc_copy_falls_back_to_flash)
{
    /* TLS 1.2: both tiers hold the same session. */
    stored_slot slot;
    fill_slot(&slot, &ticket12);
    assert_int_equal(wh_store_tiers(), WH_TIERS_BOTH);
    damage_record_in_slot(&slot);
    assert_int_equal(get(&slot), WH_OK);
    assert_resumed(wake_and_visit(&slot.config, slot.server), WH_KIND_TICKET);
    free_slot(&slot);
    /* TLS 1.3: each holds a ticket of its own. */
    fill_slot(&slot, &one_ticket13);
    assert_int_equal(wh_store_tiers(), WH_TIERS_BOTH);
    damage_record_in_slot(&slot);
    assert_resumed(wake_and_visit(&slot.config, slot.server), WH_KIND_PSK);
    free_slot(&slot);
}

FLASH_TEST(with_both_copies_damaged_the_wake_is_full)
{
    nor *chip = *state;
    stored_slot slot;
    fill_slot(&slot, &ticket12);
    damage_record_in_slot(&slot);
    nor_rot(chip, 32 + 150, 20, 3);
    assert_full(wake_and_visit(&slot.config, slot.server), WH_REASON_DAMAGED);
    assert_resumed(wake_and_visit(&slot.config, slot.server), WH_KIND_TICKET);
    free_slot(&slot);
}

FLASH_TEST(a_rotten_flash_copy_is_passed_over_after_a_loss_of_power)
{
    nor *chip = *state;
    stored_slot slot;
    fill_slot(&slot, &ticket12);
    nor_rot(chip, 32 + 150, 20, 3);
    wh_host_lose_power(&the_device);
    assert_full(wake_and_visit(&slot.config, slot.server), WH_REASON_NONE);
    wh_host_lose_power(&the_device);
    assert_resumed(wake_and_visit(&slot.config, slot.server), WH_KIND_TICKET);
    free_slot(&slot);
}

static uint32_t newest(wh_client *client)
{
    wh_stored stored;
    int result = wh_store_get(&client->binding, &stored);
    wh_session_release(&stored.session);
    return result == WH_OK ? stored.info.generation : 0;
}

PLATFORM_TEST(a_spare_that_is_spent_is_not_offered)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13, .one_ticket13 = true}));
    wh_client client;
    make_client(&client, &at.config);
    assert_full(wake_at(&at), WH_REASON_NONE);
    uint32_t first = newest(&client);
    wh_stored stored;
    assert_int_equal(wh_store_get(&client.binding, &stored), WH_OK);
    wh_record_info info = stored.info;
    assert_true(wh_store_put(&info, &stored.session, true) == WH_OK);
    wh_session_release(&stored.session);
    assert_int_equal(wh_store_spend(&client.binding, first), WH_OK);
    assert_int_equal(wh_store_spend(&client.binding, info.generation), WH_OK);
    assert_int_equal(newest(&client), 0);
    wh_client_free(&client);
}
