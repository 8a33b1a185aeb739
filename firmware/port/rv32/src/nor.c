#include "nor.h"

#include <string.h>

#include "machine.h"

enum { BLOCK_SIZE = 256 * 1024, WORD = 4 };

/* Intel's command set (CFI 0001), the same byte for both 16-bit chips of a word. */
enum {
    PROGRAM = 0x00400040,
    ERASE = 0x00200020,
    CONFIRM = 0x00d000d0,
    READ_ARRAY = 0x00ff00ff,
};

static wh_flash flash;

static uint32_t written;
static uint32_t stop_at;
static void (*stop)(void);

uint32_t wh_rv32_nor_stop_at(uint32_t nth, void (*told)(void))
{
    uint32_t before = written;
    written = 0;
    stop_at = nth;
    stop = told;
    return before;
}

static void count_one(void)
{
    written++;
    if (written == stop_at) {
        stop();
    }
}

static uintptr_t address_of(uint32_t at)
{
    return WH_RV32_FLASH + (uintptr_t)(at / WH_FLASH_SECTOR) * BLOCK_SIZE + at % WH_FLASH_SECTOR;
}

static int read(void *ctx, uint32_t at, void *out, size_t size)
{
    (void)ctx;
    uint8_t *bytes = out;
    for (size_t i = 0; i < size; i++) {
        bytes[i] = *(volatile uint8_t *)address_of(at + i); /* NOLINT(performance-no-int-to-ptr) */
    }
    return 0;
}

/* The model stores what it is told; a chip can only clear bits. */
static int program(void *ctx, uint32_t at, const void *bytes, size_t size)
{
    (void)ctx;
    if (at % WH_FLASH_ALIGN != 0 || size % WH_FLASH_ALIGN != 0) {
        return -1;
    }
    for (size_t done = 0; done < size; done += WORD) {
        uintptr_t to = address_of(at + done);
        uint32_t word;
        memcpy(&word, (const uint8_t *)bytes + done, WORD);
        word &= wh_rv32_read(to);
        count_one();
        wh_rv32_write(to, PROGRAM);
        wh_rv32_write(to, word);
        wh_rv32_write(to, READ_ARRAY);
    }
    return 0;
}

static int erase(void *ctx, uint32_t sector)
{
    (void)ctx;
    uintptr_t block = address_of(sector * WH_FLASH_SECTOR);
    count_one();
    wh_rv32_write(block, ERASE);
    wh_rv32_write(block, CONFIRM);
    wh_rv32_write(block, READ_ARRAY);
    return 0;
}

const wh_flash *wh_rv32_nor(uint32_t sector_count, uint32_t erase_interval_s)
{
    flash = (wh_flash){
        .sector_count = sector_count,
        .erase_interval_s = erase_interval_s,
        .read = read,
        .program = program,
        .erase = erase,
    };
    return &flash;
}
