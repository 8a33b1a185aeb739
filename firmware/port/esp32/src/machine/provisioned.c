#include <stdlib.h>

#include "machine/core_lock.h"
#include "machine/journal_flash.h"
#include "machine/platform_esp32.h"
#include "warmhello/port_esp32.h"
#include "warmhello/provision.h"

/* NULL: there is none, or it is too small. */
static const esp_partition_t *find_partition(void)
{
    const esp_partition_t *partition = esp_partition_find_first(
        ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t)WH_PROVISION_PARTITION_SUBTYPE,
        WH_PROVISION_PARTITION);
    return partition != NULL && partition->size >= WH_PROVISION_SIZE ? partition : NULL;
}

/* Mapped, not read: it would take 16 KB of RAM. Flash encryption is undone on the way. */
static const uint8_t *map_image(void)
{
    const esp_partition_t *partition = find_partition();
    const void *image = NULL;
    esp_partition_mmap_handle_t handle = 0; /* never given back */
    if (partition == NULL || esp_partition_mmap(partition, 0, WH_PROVISION_SIZE, ESP_PARTITION_MMAP_DATA,
                                                &image, &handle) != ESP_OK) {
        return NULL;
    }
    return image;
}

int wh_esp32_provisioned(wh_device_config *out)
{
    wh_provision given = {.slot = 0};
    const uint8_t *image = map_image();
    int result = image != NULL ? wh_provision_read(image, WH_PROVISION_SIZE, &given) : WH_MISS_EMPTY;
    *out = given.config;
    return result;
}

int wh_esp32_rotate(const void *slot, size_t size)
{
    static bool may_have_written;
    const esp_partition_t *partition = find_partition();
    if (partition == NULL || may_have_written) {
        return WH_USAGE_STATE;
    }
    uint8_t *work = malloc(WH_PROVISION_SLOT);
    if (work == NULL || !wh_core_lock_make()) {
        free(work);
        return WH_PLATFORM_MEMORY;
    }
    wh_core_lock();
    int result = wh_port_platform_ready();
    if (result == WH_OK) {
        wh_flash flash = wh_partition_flash(partition, WH_PROVISION_SIZE);
        result = wh_provision_rotate(&flash, slot, size, work);
        may_have_written = result == WH_OK || result == WH_PLATFORM_FLASH;
    }
    wh_core_unlock();
    free(work);
    return result;
}
