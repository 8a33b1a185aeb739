#include <string.h>

#include "slot.h"
#include "wipe.h"

/* Transparent flash encryption writes in blocks of so many bytes. */
enum { BLOCK = 32, SECTORS_PER_SLOT = WH_PROVISION_SLOT / WH_FLASH_SECTOR, SLOT_COUNT = 2 };

_Static_assert(WH_PROVISION_SLOT % WH_FLASH_SECTOR == 0, "a slot is whole sectors");
_Static_assert(WH_PROVISION_SIZE / WH_PROVISION_SLOT == SLOT_COUNT, "an image is whole slots");

static uint32_t address(uint32_t slot)
{
    return slot * WH_PROVISION_SLOT;
}

static size_t in_blocks(size_t size)
{
    return (size + BLOCK - 1) / BLOCK * BLOCK;
}

static int read_slot(const wh_flash *flash, uint32_t slot, uint8_t *work, wh_provision *out)
{
    if (flash->read(flash->ctx, address(slot), work, WH_PROVISION_SLOT) != 0) {
        return WH_PLATFORM_FLASH;
    }
    return wh_provision_read_slot(work, WH_PROVISION_SLOT, out);
}

/* The slot in use, read into `work` last. A `sequence` of 0 says that there is none. */
static int find_current(const wh_flash *flash, uint8_t *work, uint32_t *slot, wh_provision *current)
{
    uint32_t sequence = 0;
    for (uint32_t i = 0; i < SLOT_COUNT; i++) {
        int result = read_slot(flash, i, work, current);
        if (result == WH_PLATFORM_FLASH || result == WH_PLATFORM_MEMORY) {
            return result;
        }
        if (current->sequence > sequence) {
            sequence = current->sequence;
            *slot = i;
        }
    }
    if (sequence == 0) {
        *slot = SLOT_COUNT - 1;
        memset(current, 0, sizeof *current);
        return WH_OK;
    }
    int result = read_slot(flash, *slot, work, current);
    return result == WH_DAMAGE_RECORD ? WH_PLATFORM_FLASH : result;
}

/* The slot in use may have been cut off in its last write and read well by chance: programmed
 * again as it reads, it stays so. */
static int settle(const wh_flash *flash, uint32_t slot, const uint8_t *work, size_t size)
{
    return flash->program(flash->ctx, address(slot), work, in_blocks(size)) == 0 ? WH_OK : WH_PLATFORM_FLASH;
}

static int erase(const wh_flash *flash, uint32_t slot)
{
    for (uint32_t i = 0; i < SECTORS_PER_SLOT; i++) {
        if (flash->erase(flash->ctx, slot * SECTORS_PER_SLOT + i) != 0) {
            return WH_PLATFORM_FLASH;
        }
    }
    return WH_OK;
}

/* The header last: until then there is nothing to believe. */
static int write(const wh_flash *flash, uint32_t slot, const uint8_t *work, size_t size)
{
    uint32_t at = address(slot);
    if (flash->program(flash->ctx, at + WH_PROVISION_HEADER, work + WH_PROVISION_HEADER,
                       in_blocks(size - WH_PROVISION_HEADER)) != 0 ||
        flash->program(flash->ctx, at, work, WH_PROVISION_HEADER) != 0) {
        return WH_PLATFORM_FLASH;
    }
    return WH_OK;
}

static int read_back(const wh_flash *flash, uint32_t slot, uint8_t *work, const wh_provision *made,
                     const uint8_t *contents)
{
    wh_provision found;
    int result = read_slot(flash, slot, work, &found);
    if (result == WH_PLATFORM_MEMORY) {
        return result;
    }
    bool same = result == WH_OK && found.sequence == made->sequence && found.size == made->size &&
                memcmp(work + WH_PROVISION_HEADER, contents, made->size - WH_PROVISION_HEADER) == 0;
    return same ? WH_OK : WH_PLATFORM_FLASH;
}

static int replace(const wh_flash *flash, const uint8_t *slot, wh_provision *made, uint8_t *work)
{
    uint32_t in_use = 0;
    wh_provision current;
    int result = find_current(flash, work, &in_use, &current);
    if (result == WH_OK && current.sequence == SLOT_SEQUENCE_MAX) {
        result = WH_USAGE_ARGUMENT;
    }
    if (result == WH_OK && current.sequence != 0) {
        result = settle(flash, in_use, work, current.size);
    }
    if (result != WH_OK) {
        return result;
    }
    uint32_t target = SLOT_COUNT - 1 - in_use;
    const uint8_t *contents = slot + WH_PROVISION_HEADER;
    slot_header header;
    memcpy(&header, slot, sizeof header);
    made->sequence = header.sequence = current.sequence + 1;
    result = slot_seal(&header, contents);
    memset(work, 0xff, WH_PROVISION_SLOT);
    memcpy(work, &header, sizeof header);
    memcpy(work + WH_PROVISION_HEADER, contents, header.size);
    if (result == WH_OK) {
        result = erase(flash, target);
    }
    if (result == WH_OK) {
        result = write(flash, target, work, made->size);
    }
    return result == WH_OK ? read_back(flash, target, work, made, contents) : result;
}

int wh_provision_rotate(const wh_flash *flash, const uint8_t *slot, size_t size,
                        uint8_t work[WH_PROVISION_SLOT])
{
    if (flash->sector_count != SLOT_COUNT * SECTORS_PER_SLOT) {
        return WH_USAGE_ARGUMENT;
    }
    wh_provision made;
    int result = wh_provision_read_slot(slot, size, &made);
    if (result == WH_OK) {
        result = wh_client_check(&made.config.client); /* whether the core takes it */
    }
    if (result == WH_OK) {
        result = replace(flash, slot, &made, work);
        wh_wipe(work, WH_PROVISION_SLOT);
    }
    return result;
}
