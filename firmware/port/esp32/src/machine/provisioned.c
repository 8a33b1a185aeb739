#include "esp_partition.h"
#include "warmhello/port_esp32.h"
#include "warmhello/provision.h"

/* Mapped, not read: it would take 16 KB of RAM. Flash encryption is undone on the way. */
static const uint8_t *map_image(void)
{
    const esp_partition_t *partition = esp_partition_find_first(
        ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t)WH_PROVISION_PARTITION_SUBTYPE,
        WH_PROVISION_PARTITION);
    const void *image = NULL;
    esp_partition_mmap_handle_t handle = 0; /* never given back */
    if (partition == NULL || partition->size < WH_PROVISION_SIZE ||
        esp_partition_mmap(partition, 0, WH_PROVISION_SIZE, ESP_PARTITION_MMAP_DATA, &image, &handle) !=
            ESP_OK) {
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
