/** A board for tests of what survives: a flash chip, an RTC slot and clocks that move only
 * when told. All of it is in one struct, so a test can go back to an earlier moment by a
 * copy, and repeat any run from its seed.
 */
#ifndef TEST_BOARD_H
#define TEST_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nor.h"
#include "warmhello/platform.h"

typedef struct board {
    nor chip;
    uint8_t rtc[WH_PEERS_MAX * WH_RTC_SIZE];
    /** The slots as they were when the chip's power went in the middle of an operation. */
    uint8_t rtc_at_cut[WH_PEERS_MAX * WH_RTC_SIZE];
    uint64_t elapsed_us;
    /** A look at the elapsed clock takes no time. */
    bool clock_stands;
    int64_t wall_s;
    bool wall_known;
    uint64_t random;
    /** Which look at the elapsed clock from now is the moment of a reset, 0 for none. The core
     * looks each time before it writes the slot's state; of that write, `torn_size` bytes
     * are done. Then as after a cut in flash. */
    uint64_t reset_at_look;
    size_t torn_size;
    bool tearing;
} board;

/** The one board of this process. */
extern board the_board;

/** Puts its platform to use, with a slot for one peer: erased flash, noise in the RTC slot. Ends the process
 * on failure. */
void board_start(uint32_t sectors, uint64_t seed);

/** As many slots from now on, with flash or without. */
void board_set_peers(unsigned peers, bool has_flash);
void board_stop(void);

/** Erased flash and noise again. */
void board_renew(uint32_t sectors, uint64_t seed);

/** Another sequence of random choices from here on. */
void board_seed(uint64_t seed);

/** Goes back to a copy of `the_board`. */
void board_restore(const board *saved);

/** Deep sleep: both clocks go on. */
void board_sleep(uint64_t us);

/** The power goes and comes back: noise in the RTC slot, the elapsed clock starts at 0. */
void board_lose_power(void);

/** A reset in the operation that was cut, or at the look: the RTC slot is as it was then, its clock goes on.
 */
void board_reset(void);

/** A short brown-out: the memory survived, but the elapsed clock starts at 0. */
void board_brown_out(void);

/** Bytes of heap that the core and wolfSSL hold. */
size_t board_live_bytes(void);

#endif
