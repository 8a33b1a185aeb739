/* efuse/include/esp_efuse.h and efuse/<chip>/include/esp_efuse_chip.h of a chip with key blocks */
#ifndef ESP_EFUSE_H
#define ESP_EFUSE_H

typedef enum { EFUSE_BLK_KEY3 = 7 } esp_efuse_block_t;
typedef enum { ESP_EFUSE_KEY_PURPOSE_USER = 0, ESP_EFUSE_KEY_PURPOSE_HMAC_UP = 8 } esp_efuse_purpose_t;

esp_efuse_purpose_t esp_efuse_get_key_purpose(esp_efuse_block_t block);

#endif
