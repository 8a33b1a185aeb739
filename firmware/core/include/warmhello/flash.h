/** @file
 * NOR flash as the journal needs it.
 *
 * Erasing sets every bit of a sector, programming only clears bits, and power may
 * go in the middle of either. A port gives a region of its own to the journal, not
 * under transparent flash encryption, which would not let bits be cleared in place.
 */
#ifndef WARMHELLO_FLASH_H
#define WARMHELLO_FLASH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes in a sector, the smallest piece that can be erased. */
#define WH_FLASH_SECTOR 4096

/** Addresses and sizes of programming are multiples of it. */
#define WH_FLASH_ALIGN 4

/** The part of a flash chip that the journal lies in. */
typedef struct wh_flash {
    /** Handed to every callback. Owned by the port. */
    void *ctx;
    /** Sectors in the ring, 2 or more. Addresses run from 0. */
    uint32_t sector_count;
    /** Least time between two erases, in seconds: the wear budget. Each sector wears
     * once in sector_count erases; most parts stand 100,000. 0: as long as has these last for ten years,
     * which is 3156 s divided by sector_count. A loss of power counts as ten minutes. */
    uint32_t erase_interval_s;
    /** Each returns 0 or a negative number. `bytes` and `out` need no alignment. */
    int (*read)(void *ctx, uint32_t at, void *out, size_t size);
    int (*program)(void *ctx, uint32_t at, const void *bytes, size_t size);
    int (*erase)(void *ctx, uint32_t sector);
} wh_flash;

#ifdef __cplusplus
}
#endif

#endif
