/* bootloader_support/include/esp_flash_encrypt.h; there it is inline in older releases. */
#ifndef ESP_FLASH_ENCRYPT_H
#define ESP_FLASH_ENCRYPT_H

#include <stdbool.h>

bool esp_flash_encryption_enabled(void);

#endif
