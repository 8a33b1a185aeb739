/* New contents go into the slot that is not in use: whenever the power goes, the board has the
 * old ones or the new. */
#include "slot_builder.h"
#include "visit.h"
#include "warmhello/provision.h"

#include <string.h>

static tls_server *server;
static slot_builder sent;
static uint8_t work[WH_PROVISION_SLOT];
static uint8_t image[WH_PROVISION_SIZE];

static int start(void **state)
{
    static const server_options any = {.name = NULL};
    server = server_start(&any);
    return start_platform_with_flash(state);
}

static int stop(void **state)
{
    server_stop(server);
    return stop_platform_with_flash(state);
}

#define ROTATION_TEST(name) TEST_WITH(name, start, stop)

static int rotate_to(nor *chip, uint16_t port)
{
    wh_client_config config = config_for(server);
    config.port = port;
    slot_make(&sent, 1, &config);
    return wh_provision_rotate(&chip->flash, sent.bytes, sent.size, work);
}

/* The port in use after a restart, 0 without any. */
static unsigned port_in_use(nor *chip)
{
    wh_provision found;
    assert_int_equal(chip->flash.read(chip->flash.ctx, 0, image, sizeof image), 0);
    int result = wh_provision_read(image, sizeof image, &found);
    return result == WH_OK ? found.config.client.port : 0;
}

ROTATION_TEST(rotations_go_on_and_on)
{
    nor *chip = *state;
    for (uint16_t port = 1; port <= 9; port++) {
        assert_int_equal(rotate_to(chip, port), WH_OK);
        assert_int_equal(port_in_use(chip), port);
        wh_provision found;
        assert_int_equal(wh_provision_read(image, sizeof image, &found), WH_OK);
        assert_int_equal(found.sequence, port);
        assert_int_equal(found.slot, (port - 1) % 2);
    }
}

ROTATION_TEST(no_secret_stays_in_the_work_area)
{
    nor *chip = *state;
    assert_int_equal(rotate_to(chip, 1), WH_OK);
    static const uint8_t zeros[sizeof work];
    assert_memory_equal(work, zeros, sizeof work);
}

ROTATION_TEST(what_the_core_cannot_load_is_not_written)
{
    nor *chip = *state;
    assert_int_equal(rotate_to(chip, 1), WH_OK);
    uint64_t before = nor_operations(chip);
    wh_client_config config = config_for(server);
    config.ca = (const uint8_t *)"no certificate";
    config.ca_size = 14;
    slot_make(&sent, 1, &config);
    assert_int_equal(wh_provision_rotate(&chip->flash, sent.bytes, sent.size, work), WH_USAGE_CA);
    sent.bytes[SLOT_HEADER_SIZE] ^= 1;
    assert_int_equal(wh_provision_rotate(&chip->flash, sent.bytes, sent.size, work), WH_DAMAGE_RECORD);
    assert_int_equal(nor_operations(chip), before);
    assert_int_equal(port_in_use(chip), 1);
}

ROTATION_TEST(flash_of_another_size_is_refused)
{
    nor *chip = *state;
    chip->flash.sector_count = 3;
    assert_int_equal(rotate_to(chip, 1), WH_USAGE_ARGUMENT);
    assert_int_equal(nor_operations(chip), 0);
}

ROTATION_TEST(an_operation_that_fails_is_told)
{
    nor *chip = *state;
    assert_int_equal(rotate_to(chip, 1), WH_OK);
    nor saved = *chip;
    for (uint64_t nth = 1; nth <= 5; nth++) {
        *chip = saved;
        nor_set_fault(chip, (nor_fault){.nth = nth, .shape = NOR_CUT_PREFIX, .extent = 10});
        assert_int_equal(rotate_to(chip, 2), WH_PLATFORM_FLASH);
        assert_int_equal(port_in_use(chip), 1);
    }
    for (uint64_t nth = 1; nth <= 4; nth++) {
        *chip = saved;
        chip->failing_read = nth;
        assert_int_equal(rotate_to(chip, 2), WH_PLATFORM_FLASH);
        unsigned port = port_in_use(chip);
        assert_true(port == 1 || (port == 2 && nth == 4));
    }
}

/* ---- Power cuts ------------------------------------------------------------------------------- */

static void power_comes_back(nor *chip, nor_weakness weakness)
{
    nor_power_on(chip);
    chip->weakness = weakness;
}

/* In one shape of cut: the rotation to 2 is cut, then one to 3 as well, in their every operation. */
static void cut_twice(nor *chip, const nor *saved, nor_fault first, nor_weakness seen_first,
                      nor_weakness seen_later)
{
    for (uint64_t second = 1; second <= 5; second++) {
        *chip = *saved;
        nor_set_fault(chip, first);
        (void)!rotate_to(chip, 2);
        power_comes_back(chip, seen_first);
        nor_fault fault = first;
        fault.nth = second;
        nor_set_fault(chip, fault);
        unsigned before = port_in_use(chip);
        assert_true(before == 1 || before == 2);
        (void)!rotate_to(chip, 3);
        power_comes_back(chip, seen_later);
        unsigned after = port_in_use(chip);
        if (after != 1 && after != 2 && after != 3) {
            fail_msg("neither: shape %d, extent %zu, operations %d and %d", (int)first.shape, first.extent,
                     (int)first.nth, (int)second);
        }
        /* And it is not stuck. */
        chip->weakness = NOR_READS_0;
        assert_int_equal(rotate_to(chip, 4), WH_OK);
        assert_int_equal(port_in_use(chip), 4);
    }
}

static void cut_in_each_operation(nor *chip, const nor *saved, nor_shape shape, size_t extent)
{
    for (uint64_t nth = 1; nth <= 5; nth++) {
        *chip = *saved;
        nor_fault fault = {.nth = nth, .cut = true, .shape = shape, .extent = extent};
        nor_set_fault(chip, fault);
        (void)!rotate_to(chip, 2);
        assert_true(chip->off);
        power_comes_back(chip, NOR_READS_AT_RANDOM);
        unsigned port = port_in_use(chip);
        assert_true(port == 1 || (port == 2 && nth == 5));
        cut_twice(chip, saved, fault, NOR_READS_0, NOR_READS_1);
        cut_twice(chip, saved, fault, NOR_READS_1, NOR_READS_0);
    }
}

ROTATION_TEST(power_may_go_in_any_operation_of_two_rotations)
{
    static const size_t extents[] = {0, 8, 60, 64, 1000, 4000};
    static nor saved;
    nor *chip = *state;
    assert_int_equal(rotate_to(chip, 1), WH_OK);
    saved = *chip;
    for (int shape = 0; shape < NOR_SHAPES; shape++) {
        for (size_t i = 0; i < sizeof extents / sizeof extents[0]; i++) {
            cut_in_each_operation(chip, &saved, (nor_shape)shape, extents[i]);
        }
    }
}
