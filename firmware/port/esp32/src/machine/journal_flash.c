#include "machine/journal_flash.h"

#include "esp_log.h"

static const char tag[] = "warmhello";

static int flash_read(void *ctx, uint32_t at, void *out, size_t size)
{
    return esp_partition_read(ctx, at, out, size) == ESP_OK ? 0 : -1;
}

static int flash_program(void *ctx, uint32_t at, const void *bytes, size_t size)
{
    return esp_partition_write(ctx, at, bytes, size) == ESP_OK ? 0 : -1;
}

static int flash_erase(void *ctx, uint32_t sector)
{
    return esp_partition_erase_range(ctx, (size_t)sector * WH_FLASH_SECTOR, WH_FLASH_SECTOR) == ESP_OK ? 0
                                                                                                       : -1;
}

wh_flash wh_partition_flash(const esp_partition_t *partition, uint32_t size)
{
    return (wh_flash){
        .ctx = (void *)partition, /* NOLINT(cppcoreguidelines-pro-type-cast-qual): handed back as it came */
        .sector_count = size / WH_FLASH_SECTOR,
        .read = flash_read,
        .program = flash_program,
        .erase = flash_erase,
    };
}

const wh_flash *wh_journal_flash(void)
{
    static wh_flash flash;
    const esp_partition_t *partition = esp_partition_find_first(
        ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t)WH_JOURNAL_SUBTYPE, WH_JOURNAL_LABEL);
    if (partition == NULL) {
        ESP_LOGW(tag, "no partition " WH_JOURNAL_LABEL ": sessions are lost with the power");
        return NULL;
    }
    if (partition->encrypted || partition->size / WH_FLASH_SECTOR < 2) {
        ESP_LOGE(tag, "partition " WH_JOURNAL_LABEL " is encrypted, or smaller than two sectors: not used");
        return NULL;
    }
    flash = wh_partition_flash(partition, partition->size);
    return &flash;
}
