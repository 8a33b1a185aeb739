/* The key that seals stored sessions: as strong as the chip can hold one. Nothing here burns an eFuse. */
#ifndef WH_DEVICE_KEY_H
#define WH_DEVICE_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"

/* Which key block `warmhello provision --burn` gives to the session key: BLOCK_KEY3. */
#define WH_HMAC_KEY HMAC_KEY3
#define WH_HMAC_KEY_BLOCK EFUSE_BLK_KEY3

typedef enum wh_key_strength {
    WH_KEY_NONE,
    /* A random number in NVS: whoever reads the flash has it, unless NVS is encrypted. */
    WH_KEY_NVS,
    /* Derived by the HMAC peripheral from a key that no software can read. */
    WH_KEY_EFUSE,
} wh_key_strength;

/* Fills in the key. A chip without an HMAC key makes one at its first start by `fill_random`, which needs the
 * radio, and keeps it in NVS. WH_PLATFORM_KEY: neither works. */
WH_MUST_CHECK int wh_device_key_get(int (*fill_random)(void *ctx, uint8_t *out, size_t size), void *ctx,
                                    uint8_t out[32]);

/* What holds or would hold the key. */
wh_key_strength wh_device_key_strength(void);

/* "efuse", "nvs", "none" */
const char *wh_key_strength_word(wh_key_strength strength);

#endif
