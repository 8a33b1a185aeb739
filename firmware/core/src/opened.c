#include "opened.h"

#include "warmhello/platform.h"
#include "wipe.h"

void *wh_allocate(size_t size)
{
    const wh_platform *platform = wh_platform_get();
    return platform->allocate(platform->ctx, size);
}

void wh_release(void *memory, size_t size)
{
    if (memory != NULL) {
        const wh_platform *platform = wh_platform_get();
        wh_wipe(memory, size);
        platform->release(platform->ctx, memory);
    }
}

int wh_opened_from(const uint8_t *record, size_t size, wh_opened *out)
{
    out->session = NULL;
    if (size <= WH_RECORD_OVERHEAD_LEAST) {
        return WH_DAMAGE_RECORD;
    }
    out->size = size - WH_RECORD_OVERHEAD_LEAST;
    out->session = wh_allocate(out->size);
    if (out->session == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    int length = wh_record_open(record, size, &out->info, out->session);
    if (length <= 0) {
        return length;
    }
    out->session_size = (size_t)length;
    return WH_OK;
}

void wh_opened_release(wh_opened *opened)
{
    wh_release(opened->session, opened->size);
    opened->session = NULL;
}
