/* With one slot the store writes what it wrote before there were several: the bytes of RTC RAM and flash
 * after each of many steps, as one number that is taken anew when their format changes, and only then.
 *
 * one_slot [--print] */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binding.h"
#include "board.h"
#include "crc32.h"
#include "kept.h"
#include "sessions.h"

enum { SECTORS = 3, BINDINGS = 3, STEPS = 3000, SEED = 1, WALL_S = 1800000000, SLEEP_US = 700000000 };

/* Taken when records had version 3 and the store was as it had been. */
static const uint32_t recorded = 0x4c632e6a;

/* And by its build of wolfSSL, in place of the core's function: each record has the number in it. */
uint64_t wh_wolfssl_build(void)
{
    return UINT64_C(0x0500900400005607);
}

static uint64_t random_state = SEED;
static uint32_t bytes_so_far;
static uint32_t serial;

static unsigned below(unsigned n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % n;
}

static void put(unsigned binding)
{
    putting how = {
        .protocol = below(2) == 0 ? WH_TLS12 : WH_TLS13,
        .binding = binding,
        .pinned = below(5) == 0,
        .beside = below(3) == 0,
    };
    int result = put_session(++serial, &how);
    (void)result;
}

static void take_out(unsigned binding)
{
    got_session got = get_session(binding);
    if (got.serial != 0) {
        int result = below(2) == 0 ? wh_store_spend(&got.info.binding, got.generation)
                                   : wh_store_suspect(&got.info.binding, got.generation, below(2) == 0);
        (void)result;
    }
}

static void remember(unsigned binding)
{
    wh_binding of = binding_number(binding);
    wh_peer peer = {.failures = (uint8_t)below(3), .breaks = (uint8_t)below(3), .rest = (uint8_t)below(3)};
    wh_store_note_peer(&of, peer);
}

static void one_step(void)
{
    unsigned binding = below(BINDINGS);
    int result = WH_OK;
    board_sleep(SLEEP_US);
    switch (below(16)) {
    case 0:
        board_lose_power();
        break;
    case 1:
        result = wh_store_forget();
        break;
    case 2:
        wh_store_unpin();
        break;
    case 3:
        result = (int)wh_store_tiers();
        break;
    case 4:
        result = persist_session(++serial, WH_TLS13, binding);
        break;
    case 5:
    case 6:
        remember(binding);
        break;
    case 7:
    case 8:
        take_out(binding);
        break;
    case 9:
    case 10:
        result = get_session(binding).result;
        break;
    case 11:
    case 12:
        result = persist_rtc(binding);
        break;
    default:
        put(binding);
    }
    uint32_t seen[] = {bytes_so_far, (uint32_t)result, wh_crc32(the_board.rtc, WH_RTC_SIZE),
                       wh_crc32(the_board.chip.cells.bits, sizeof the_board.chip.cells.bits)};
    bytes_so_far = wh_crc32(seen, sizeof seen);
}

int main(int argc, char **argv)
{
    sessions_read_templates();
    board_start(SECTORS, SEED);
    the_board.wall_s = WALL_S;
    the_board.clock_stands = true;
    for (unsigned i = 0; i < STEPS; i++) {
        one_step();
    }
    board_stop();
    if (argc > 1 && strcmp(argv[1], "--print") == 0) {
        (void)printf("0x%08" PRIx32 "\n", bytes_so_far);
        return 0;
    }
    if (bytes_so_far != recorded) {
        (void)fprintf(stderr, "the bytes of one slot are others than before\n");
    }
    return bytes_so_far == recorded ? 0 : 1;
}
