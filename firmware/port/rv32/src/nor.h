/* NOR flash with sectors of 4 KB on qemu's parallel flash chip, whose blocks have 256 KB: each
 * sector is the beginning of a block of its own. */
#ifndef WH_RV32_NOR_H
#define WH_RV32_NOR_H

#include "warmhello/flash.h"

/* Told instead of the nth word or sector from now on, counted from 1; 0 for never. What comes
 * before it is done. It does not return. Returns how many there were since the last call. */
uint32_t wh_rv32_nor_stop_at(uint32_t nth, void (*told)(void));

/* The journal's flash with so many sectors, at most 128. */
const wh_flash *wh_rv32_nor(uint32_t sector_count, uint32_t erase_interval_s);

#endif
