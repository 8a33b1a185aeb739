/** @file
 * NOR flash in a file, by NOR's rules: programming only clears bits. It outlives the
 * process, as a board's flash outlives a loss of power.
 */
#ifndef WARMHELLO_FLASH_FILE_H
#define WARMHELLO_FLASH_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "warmhello/errors.h"
#include "warmhello/flash.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Sectors in the file. */
#define WH_FLASH_FILE_SECTORS 4

/** An open file. The fields are private but for `flash`, which works on this very struct: do
 * not copy it. */
typedef struct wh_flash_file {
    wh_flash flash;
    int file;
    /** Operations until the supply breaks down, 0 for a sound one, and whether it has. */
    uint32_t operations_left;
    bool is_cut;
    /** Program and erase operations that were asked for since it was opened. */
    uint32_t operations;
} wh_flash_file;

/** Opens the file, makes it of erased sectors if it does not exist, and fills in `out`,
 * which wh_flash_file_close() ends. WH_PLATFORM_FLASH: it cannot be opened, or
 * has another size. */
WH_MUST_CHECK int wh_flash_file_open(const char *path, wh_flash_file *out);

/** Closes the file; what was written stays in it. */
void wh_flash_file_close(wh_flash_file *file);

/** The supply breaks down in the nth program or erase operation from now: half of it is done,
 * and it and all later ones fail until this is called again; 0 for a sound supply. */
void wh_flash_file_cut(wh_flash_file *file, uint32_t nth);

/** How many program and erase operations were asked for since the file was opened. */
uint32_t wh_flash_file_operations(const wh_flash_file *file);

#ifdef __cplusplus
}
#endif

#endif
