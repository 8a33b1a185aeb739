/* Operations on NOR flash for the journal. Private. Each tells whether it was done. */
#ifndef WH_FLASH_IO_H
#define WH_FLASH_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/flash.h"

bool wh_flash_read(const wh_flash *flash, uint32_t at, void *out, size_t size);

bool wh_flash_program(const wh_flash *flash, uint32_t at, const void *bytes, size_t size);

/* Programs, and reads back. */
bool wh_flash_write(const wh_flash *flash, uint32_t at, const void *bytes, size_t size);

/* Programs zeros. */
bool wh_flash_zero(const wh_flash *flash, uint32_t at, size_t size);

/* Whether these bytes can be read and are the same. */
bool wh_flash_is(const wh_flash *flash, uint32_t at, const void *bytes, size_t size);

/* Whether all of them can be read and have that value. */
bool wh_flash_is_all(const wh_flash *flash, uint32_t at, size_t size, uint8_t value);

#endif
