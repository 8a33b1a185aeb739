#include "request.h"

#include <string.h>

uint64_t wh_take(wh_reader *r, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size && r->at < r->end; i++) {
        value |= (uint64_t)*r->at++ << (8 * i);
    }
    return value;
}

const uint8_t *wh_take_bytes(wh_reader *r, size_t *size)
{
    *size = (size_t)wh_take(r, 4);
    size_t left = (size_t)(r->end - r->at);
    *size = *size < left ? *size : left;
    const uint8_t *bytes = *size > 0 ? r->at : NULL;
    r->at += *size;
    return bytes;
}

static const char *take_text(wh_reader *r)
{
    size_t size; /* with the closing zero, which comes along */
    return (const char *)wh_take_bytes(r, &size);
}

#define WH_TAKE_text(name) config.name = take_text(r);
#define WH_TAKE_file(name) config.name = wh_take_bytes(r, &config.name##_size);
#define WH_TAKE_secret WH_TAKE_file
#define WH_TAKE_flag(name) config.name = wh_take(r, 1) != 0;
#define WH_TAKE_inverse(name) config.name = wh_take(r, 1) == 0;
#define WH_TAKE_version(name) config.name = (wh_protocol)wh_take(r, 1);
#define WH_TAKE_reuse(name) config.name = (wh_reuse)wh_take(r, 1);
#define WH_TAKE_profile(name) config.name = (wh_profile)wh_take(r, 1);
#define WH_TAKE_u16(name) config.name = (uint16_t)wh_take(r, 2);
#define WH_TAKE_u32(name) config.name = (uint32_t)wh_take(r, 4);
#define WH_TAKE_u32_or_none WH_TAKE_u32

wh_client_config wh_take_config(wh_reader *r)
{
    wh_client_config config;
    memset(&config, 0, sizeof config);
#define WH_CLIENT_SETTING(kind, name, ...) WH_TAKE_##kind(name)
#include "warmhello/client.def"
    return config;
}
