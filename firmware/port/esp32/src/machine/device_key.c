#include "machine/device_key.h"

#include <stdbool.h>

#include "nvs.h"
#include "soc/soc_caps.h"
#if SOC_HMAC_SUPPORTED
#include "esp_efuse.h"
#include "esp_hmac.h"
#endif

enum { KEY_SIZE = 32 };

const char *wh_key_strength_word(wh_key_strength strength)
{
    static const char *const words[] = {
        [WH_KEY_NONE] = "none", [WH_KEY_NVS] = "nvs", [WH_KEY_EFUSE] = "efuse"};
    return words[strength];
}

#if SOC_HMAC_SUPPORTED
/* What the key is for; another purpose gets another key from the same fuses. */
static const char purpose[] = "warmhello session seal 1";

static bool has_fused_key(void)
{
    return esp_efuse_get_key_purpose(WH_HMAC_KEY_BLOCK) == ESP_EFUSE_KEY_PURPOSE_HMAC_UP;
}

static int fused_key(uint8_t out[KEY_SIZE])
{
    return esp_hmac_calculate(WH_HMAC_KEY, purpose, sizeof purpose - 1, out) == ESP_OK ? WH_OK
                                                                                       : WH_PLATFORM_KEY;
}
#endif

static const char store[] = "warmhello";
static const char entry[] = "seal";

static int read_key(nvs_handle_t nvs, uint8_t out[KEY_SIZE])
{
    size_t size = KEY_SIZE;
    esp_err_t error = nvs_get_blob(nvs, entry, out, &size);
    if (error == ESP_ERR_NVS_NOT_FOUND) {
        return WH_MISS_EMPTY;
    }
    return error == ESP_OK && size == KEY_SIZE ? WH_OK : WH_PLATFORM_KEY;
}

static int kept_key(int (*fill_random)(void *ctx, uint8_t *out, size_t size), void *ctx,
                    uint8_t out[KEY_SIZE])
{
    nvs_handle_t nvs = 0;
    if (nvs_open(store, NVS_READWRITE, &nvs) != ESP_OK) {
        return WH_PLATFORM_KEY;
    }
    int result = read_key(nvs, out);
    if (result == WH_MISS_EMPTY) {
        result = fill_random(ctx, out, KEY_SIZE);
        bool kept =
            result == WH_OK && nvs_set_blob(nvs, entry, out, KEY_SIZE) == ESP_OK && nvs_commit(nvs) == ESP_OK;
        result = kept ? WH_OK : WH_PLATFORM_KEY;
    }
    nvs_close(nvs);
    return result;
}

int wh_device_key_get(int (*fill_random)(void *ctx, uint8_t *out, size_t size), void *ctx, uint8_t out[32])
{
#if SOC_HMAC_SUPPORTED
    if (has_fused_key()) {
        return fused_key(out);
    }
#endif
    return kept_key(fill_random, ctx, out);
}

wh_key_strength wh_device_key_strength(void)
{
#if SOC_HMAC_SUPPORTED
    if (has_fused_key()) {
        return WH_KEY_EFUSE;
    }
#endif
    nvs_handle_t nvs = 0;
    if (nvs_open(store, NVS_READWRITE, &nvs) != ESP_OK) {
        return WH_KEY_NONE;
    }
    nvs_close(nvs);
    return WH_KEY_NVS;
}
