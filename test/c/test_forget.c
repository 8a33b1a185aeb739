/* Forgetting leaves nothing to offer and nothing to find. */
#include "visit.h"
#include "warmhello/store.h"

#include <string.h>

enum { SLOT_AT = WH_HOST_STATE_SIZE - WH_RTC_SIZE, SLOT_RECORD = 112, PIECE = 12, HEADER = 24 };

/* Everything that a session left in both tiers. */
typedef struct traces {
    uint8_t slot[WH_HOST_STATE_SIZE];
    nor chip;
    uint8_t session[WH_SESSION_MAX];
    int session_size;
} traces;

static traces before;

static void take_traces(const wh_client_config *config, const nor *chip)
{
    wh_client client;
    wh_stored stored;
    make_client(&client, config);
    assert_int_equal(wh_store_get(&client.binding, &stored), WH_OK);
    before.session_size =
        wh_session_save(&stored.session, stored.info.protocol, before.session, sizeof before.session);
    assert_true(before.session_size > 0);
    wh_session_release(&stored.session);
    wh_client_free(&client);
    before.chip = *chip;
    assert_int_equal(wh_host_save_state(&the_device, before.slot, sizeof before.slot), WH_OK);
}

/* Up to one byte: the last of a tag and the zeros behind it may be anywhere. */
static bool is_blank(const uint8_t *bytes)
{
    size_t others = 0;
    for (size_t i = 0; i < PIECE; i++) {
        others += bytes[i] != bytes[PIECE / 2];
    }
    return others <= 1;
}

/* No piece of `bytes` is in the slot or in flash. A piece is longer than the epoch, which
 * stays and is no secret. */
static void assert_gone(const uint8_t *bytes, size_t size, const nor *chip)
{
    uint8_t slot[WH_HOST_STATE_SIZE];
    assert_int_equal(wh_host_save_state(&the_device, slot, sizeof slot), WH_OK);
    for (size_t at = 0; at + PIECE <= size; at += PIECE) {
        if (!is_blank(bytes + at)) {
            assert_false(contains(slot + SLOT_AT, WH_RTC_SIZE, bytes + at, PIECE));
            assert_false(nor_contains(chip, bytes + at, PIECE));
        }
    }
}

static void forgets(const server_options *options, nor *chip)
{
    pairing at = pair_with(server_start(options));
    assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    take_traces(&at.config, chip);
    assert_int_equal(wh_store_forget(), WH_OK);

    assert_int_equal(wh_store_tiers(), WH_TIERS_NONE);
    assert_gone(before.session, (size_t)before.session_size, chip);
    assert_gone(before.slot + SLOT_AT + SLOT_RECORD, WH_RTC_SIZE - SLOT_RECORD, chip);
    /* Behind the sector's header, which tells of wear and not of sessions. */
    assert_gone(before.chip.cells.bits + HEADER, WH_FLASH_SECTOR - HEADER, chip);
    assert_full(wake_at(&at), WH_REASON_NONE);
}

FLASH_TEST(no_piece_of_a_tls12_session_is_left)
{
    forgets(&ticket12, *state);
}

FLASH_TEST(no_piece_of_a_tls13_session_is_left)
{
    forgets(&ticket13, *state);
}

FLASH_TEST(nothing_comes_back_after_a_loss_of_power)
{
    pairing at = pair_with(server_start(&ticket13));
    assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    assert_int_equal(wh_store_forget(), WH_OK);
    wh_host_lose_power(&the_device);
    assert_full(wake_at(&at), WH_REASON_NONE);
}

FLASH_TEST(what_was_stored_in_many_wakes_is_gone_in_every_sector)
{
    nor *chip = *state;
    chip->flash.erase_interval_s = 1;
    pairing at = pair_with(server_start(&ticket12));
    for (int wake = 0; wake < 40; wake++) {
        at.config.port = (uint16_t)(443 + wake); /* each with a record of its own */
        wh_host_sleep(&the_device, 2000000);
        assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    }
    for (size_t i = 0; i < FLASH_SECTORS; i++) {
        assert_true(chip->wear[i] > 0);
    }
    before.chip = *chip;
    assert_int_equal(wh_store_forget(), WH_OK);
    for (size_t i = 0; i < FLASH_SECTORS; i++) {
        assert_gone(before.chip.cells.bits + i * WH_FLASH_SECTOR + HEADER, WH_FLASH_SECTOR - HEADER, chip);
    }
}

FLASH_TEST(forgetting_nothing_is_harmless)
{
    for (int times = 0; times < 3; times++) {
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

FLASH_TEST(a_flash_that_cannot_be_overwritten_is_reported)
{
    nor *chip = *state;
    pairing at = pair_with(server_start(&ticket13));
    assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    nor_set_fault(chip, (nor_fault){.nth = 2, .shape = NOR_CUT_BEFORE});
    assert_int_equal(wh_store_forget(), WH_PLATFORM_FLASH);
    assert_full(wake_at(&at), WH_REASON_NONE);
    assert_int_equal(wh_store_forget(), WH_OK);
}
