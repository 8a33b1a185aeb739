#include "slots.h"

/* A part needs a sector to write to while the other one is kept. */
#define SECTORS_MIN 2u

static unsigned in_use;

#if WH_PEERS_MAX > 1
unsigned wh_slots_count(void)
{
    unsigned peers = wh_platform_get()->peers;
    return peers > 1 ? peers : 1;
}

void wh_slots_use(unsigned slot)
{
    in_use = slot;
}
#endif

uint8_t *wh_slots_rtc(void)
{
    return wh_platform_get()->rtc + (size_t)in_use * WH_RTC_SIZE;
}

/* ---- Flash ------------------------------------------------------------------------------ */

/* Where there is too little for all, the first ones have a part. */
static uint32_t sectors_of_part(const wh_flash *whole)
{
    uint32_t sectors = whole->sector_count / wh_slots_count();
    return sectors > SECTORS_MIN ? sectors : SECTORS_MIN;
}

static uint32_t first_sector(const wh_flash *whole)
{
    return in_use * sectors_of_part(whole);
}

static int read_part(void *ctx, uint32_t at, void *out, size_t size)
{
    const wh_flash *whole = ctx;
    return whole->read(whole->ctx, first_sector(whole) * WH_FLASH_SECTOR + at, out, size);
}

static int program_part(void *ctx, uint32_t at, const void *bytes, size_t size)
{
    const wh_flash *whole = ctx;
    return whole->program(whole->ctx, first_sector(whole) * WH_FLASH_SECTOR + at, bytes, size);
}

static int erase_part(void *ctx, uint32_t sector)
{
    const wh_flash *whole = ctx;
    return whole->erase(whole->ctx, first_sector(whole) + sector);
}

/* A sector of a part shall wear no faster than one of the whole. */
static uint32_t erase_interval_s(const wh_flash *whole, uint32_t sectors)
{
    uint64_t s = (uint64_t)whole->erase_interval_s * whole->sector_count / sectors;
    return s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

const wh_flash *wh_slots_flash(void)
{
    static wh_flash part;
    const wh_flash *whole = wh_platform_get()->flash;
    if (whole == NULL || wh_slots_count() == 1) {
        return whole;
    }
    uint32_t sectors = sectors_of_part(whole);
    if (first_sector(whole) + sectors > whole->sector_count) {
        return NULL;
    }
    part = (wh_flash){
        .ctx = (void *)whole, /* NOLINT(cppcoreguidelines-pro-type-cast-qual): handed back as it came */
        .sector_count = sectors,
        .erase_interval_s = erase_interval_s(whole, sectors),
        .read = read_part,
        .program = program_part,
        .erase = erase_part,
    };
    return &part;
}
