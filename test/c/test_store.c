/* The RTC slot may hold anything: nothing in it is believed before it is checked. */
#include "visit.h"
#include "warmhello/store.h"

#include <string.h>

/* A slot with a session in it, and the binding it is stored under. */
typedef struct stored_slot {
    tls_server *server;
    wh_client_config config;
    wh_client client;
    uint8_t state[WH_HOST_STATE_SIZE];
} stored_slot;

#define SLOT_AT (WH_HOST_STATE_SIZE - WH_RTC_SIZE)

static void fill_slot(stored_slot *slot)
{
    slot->server = server_start(&(server_options){.min_version = WH_TLS13});
    slot->config = config_for(slot->server);
    assert_true(wake_and_visit(&slot->config, slot->server).outcome.stored);
    make_client(&slot->client, &slot->config);
    assert_int_equal(wh_host_save_state(slot->state, sizeof slot->state), WH_OK);
}

static void free_slot(stored_slot *slot)
{
    wh_client_free(&slot->client);
    server_stop(slot->server);
}

static int get(const stored_slot *slot)
{
    wh_stored stored;
    int result = wh_store_get(&slot->client.binding, &stored);
    assert_int_equal(stored.session.native != NULL, result == WH_OK);
    wh_session_release(&stored.session);
    return result;
}

static size_t record_size(const stored_slot *slot)
{
    return 80u + slot->state[SLOT_AT + 36] + 256u * slot->state[SLOT_AT + 37];
}

static void a_stored_session_comes_back(void **state)
{
    (void)state;
    stored_slot slot;
    fill_slot(&slot);
    wh_host_sleep(90 * 1000000ull);
    wh_stored stored;
    assert_int_equal(wh_store_get(&slot.client.binding, &stored), WH_OK);
    assert_int_equal(stored.protocol, WH_TLS13);
    assert_int_equal(stored.kind, WH_KIND_PSK);
    assert_in_range(stored.age_s, 90, 91);
    wh_session_release(&stored.session);
    free_slot(&slot);
}

static void no_single_bit_can_change(void **state)
{
    (void)state;
    stored_slot slot;
    fill_slot(&slot);
    size_t size = record_size(&slot);
    for (size_t bit = 0; bit < size * 8; bit++) {
        slot.state[SLOT_AT + bit / 8] ^= (uint8_t)(1u << (bit % 8));
        assert_int_equal(wh_host_load_state(slot.state, sizeof slot.state), WH_OK);
        int result = get(&slot);
        assert_int_equal(result, bit < 32 ? WH_MISS_EMPTY : WH_DAMAGE_RECORD);
        if (result == WH_DAMAGE_RECORD) {
            assert_int_equal(get(&slot), WH_MISS_EMPTY); /* it was wiped */
        }
        slot.state[SLOT_AT + bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    assert_int_equal(wh_host_load_state(slot.state, sizeof slot.state), WH_OK);
    assert_int_equal(get(&slot), WH_OK);
    free_slot(&slot);
}

static void half_a_record_is_not_believed(void **state)
{
    (void)state;
    stored_slot slot;
    fill_slot(&slot);
    uint8_t torn[WH_HOST_STATE_SIZE];
    for (size_t kept = 4; kept < record_size(&slot); kept++) {
        memcpy(torn, slot.state, sizeof torn);
        memset(torn + SLOT_AT + kept, 0xff, WH_RTC_SIZE - kept);
        if (memcmp(torn, slot.state, SLOT_AT + record_size(&slot)) == 0) {
            continue; /* what was lost happened to be 0xff */
        }
        assert_int_equal(wh_host_load_state(torn, sizeof torn), WH_OK);
        assert_int_equal(get(&slot), WH_DAMAGE_RECORD);
    }
    free_slot(&slot);
}

static void noise_is_an_empty_slot(void **state)
{
    (void)state;
    stored_slot slot;
    fill_slot(&slot);
    for (int i = 0; i < 1000; i++) {
        wh_host_lose_power();
        assert_int_equal(get(&slot), WH_MISS_EMPTY);
    }
    free_slot(&slot);
}

static void forgetting_leaves_no_secret_behind(void **state)
{
    (void)state;
    stored_slot slot;
    fill_slot(&slot);
    wh_store_forget();
    assert_int_equal(wh_host_save_state(slot.state, sizeof slot.state), WH_OK);
    for (size_t i = SLOT_AT; i < sizeof slot.state; i++) {
        assert_int_equal(slot.state[i], 0);
    }
    free_slot(&slot);
}

static void a_session_from_the_future_is_forgotten(void **state)
{
    (void)state;
    stored_slot slot;
    fill_slot(&slot);
    wh_host_sleep(3600 * 1000000ull);
    assert_true(wake_and_visit(&slot.config, slot.server).outcome.stored);
    uint8_t late[WH_HOST_STATE_SIZE];
    assert_int_equal(wh_host_save_state(late, sizeof late), WH_OK);
    memset(late, 0, 8); /* the elapsed clock starts again under the record */
    assert_int_equal(wh_host_load_state(late, sizeof late), WH_OK);
    assert_int_equal(get(&slot), WH_DAMAGE_RECORD);
    free_slot(&slot);
}

static void a_session_of_another_binding_stays(void **state)
{
    (void)state;
    stored_slot slot;
    fill_slot(&slot);
    wh_binding other = slot.client.binding;
    other.digest[0] ^= 1;
    wh_stored stored;
    assert_int_equal(wh_store_get(&other, &stored), WH_MISS_BINDING);
    assert_null(stored.session.native);
    assert_int_equal(get(&slot), WH_OK);
    free_slot(&slot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLATFORM_TEST(a_stored_session_comes_back),
        PLATFORM_TEST(no_single_bit_can_change),
        PLATFORM_TEST(half_a_record_is_not_believed),
        PLATFORM_TEST(noise_is_an_empty_slot),
        PLATFORM_TEST(forgetting_leaves_no_secret_behind),
        PLATFORM_TEST(a_session_from_the_future_is_forgotten),
        PLATFORM_TEST(a_session_of_another_binding_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
