/** NOR flash in a file, by NOR's rules: programming only clears bits. It outlives the
 * process, as a board's flash outlives a loss of power.
 */
#ifndef WARMHELLO_FLASH_FILE_H
#define WARMHELLO_FLASH_FILE_H

#include "warmhello/errors.h"
#include "warmhello/flash.h"

/** Sectors in the file. */
#define WH_FLASH_FILE_SECTORS 4

/** Opens the file, makes it of erased sectors if it does not exist, and fills in `flash`,
 * which wh_flash_file_close() ends. One file is open at a time. WH_PLATFORM_FLASH: it cannot be opened, or
 * has another size. */
WH_MUST_CHECK int wh_flash_file_open(const char *path, wh_flash *flash);

void wh_flash_file_close(wh_flash *flash);

/** The supply breaks down in the nth program or erase operation from now: half of it is done,
 * and it and all later ones fail until this is called again; 0 for a sound supply. */
void wh_flash_file_cut(uint32_t nth);

#endif
