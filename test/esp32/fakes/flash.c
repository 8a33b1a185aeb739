/* The two partitions as NOR flash, each in a file: programming clears bits, erasing sets a sector's, and
 * power may go in the middle of either. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_partition.h"
#include "world.h"

enum { SIZE = 32768, SECTOR = 4096, BROWNED_OUT = 42, IMAGE_SIZE = 16384 };

static uint8_t bytes[SIZE];
static uint8_t image[IMAGE_SIZE];
static bool is_loaded;
static unsigned operations;
static esp_partition_t partition = {.size = SIZE};
static const esp_partition_t provisioning = {.size = IMAGE_SIZE, .encrypted = true};

static uint8_t *bytes_of(const esp_partition_t *part)
{
    return part == &provisioning ? image : bytes;
}

static FILE *open_file_of(const esp_partition_t *part, const char *mode)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s.bin", the_world.folder,
                   part == &provisioning ? "provision" : "flash");
    return fopen(path, mode);
}

/* False: there is no such file. */
static bool load(const esp_partition_t *part)
{
    FILE *file = open_file_of(part, "rb");
    if (file == NULL) {
        return false;
    }
    if (fread(bytes_of(part), part->size, 1, file) != 1) {
        abort();
    }
    (void)fclose(file);
    return true;
}

static void keep(const esp_partition_t *part)
{
    FILE *file = open_file_of(part, "wb");
    if (file == NULL || fwrite(bytes_of(part), part->size, 1, file) != 1 || fclose(file) != 0) {
        abort();
    }
}

const esp_partition_t *esp_partition_find_first(esp_partition_type_t type, esp_partition_subtype_t subtype,
                                                const char *label)
{
    if (type == ESP_PARTITION_TYPE_DATA && subtype == 0x41 && strcmp(label, "wh_prov") == 0) {
        return load(&provisioning) ? &provisioning : NULL;
    }
    if (type != ESP_PARTITION_TYPE_DATA || subtype != 0x40 || strcmp(label, "wh_sess") != 0 ||
        the_world.no_journal) {
        return NULL;
    }
    if (!is_loaded) {
        memset(bytes, 0xff, sizeof bytes);
        (void)load(&partition);
        is_loaded = true;
    }
    partition.encrypted = the_world.journal_encrypted;
    return &partition;
}

esp_err_t esp_partition_mmap(const esp_partition_t *part, size_t offset, size_t size,
                             esp_partition_mmap_memory_t memory, const void **out_ptr,
                             esp_partition_mmap_handle_t *out_handle)
{
    (void)memory;
    if (part != &provisioning || offset + size > sizeof image) {
        return ESP_FAIL;
    }
    *out_ptr = image + offset;
    *out_handle = 1;
    return ESP_OK;
}

/* True in the operation in which the supply falls too low. */
static bool is_cut(void)
{
    return ++operations == the_world.cut_at;
}

static _Noreturn void brown_out(const esp_partition_t *part)
{
    keep(part);
    world_say("brown-out in operation %u on flash", operations);
    world_end(0, BROWNED_OUT);
}

esp_err_t esp_partition_read(const esp_partition_t *part, size_t src_offset, void *dst, size_t size)
{
    if (src_offset + size > part->size) {
        return ESP_FAIL;
    }
    memcpy(dst, bytes_of(part) + src_offset, size);
    return ESP_OK;
}

esp_err_t esp_partition_write(const esp_partition_t *part, size_t dst_offset, const void *src, size_t size)
{
    if (dst_offset % 4 != 0 || size % 4 != 0 || dst_offset + size > part->size) {
        return ESP_FAIL;
    }
    bool cut = is_cut();
    for (size_t i = 0; i < (cut ? size / 2 : size); i++) {
        bytes_of(part)[dst_offset + i] &= ((const uint8_t *)src)[i];
    }
    if (cut) {
        brown_out(part);
    }
    keep(part);
    return ESP_OK;
}

esp_err_t esp_partition_erase_range(const esp_partition_t *part, size_t offset, size_t size)
{
    if (offset % SECTOR != 0 || size % SECTOR != 0 || offset + size > part->size) {
        return ESP_FAIL;
    }
    bool cut = is_cut();
    memset(bytes_of(part) + offset, 0xff, cut ? size / 2 : size);
    if (cut) {
        brown_out(part);
    }
    keep(part);
    return ESP_OK;
}
