#include "warmhello/flash_file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_SIZE ((off_t)WH_FLASH_FILE_SECTORS * WH_FLASH_SECTOR)

void wh_flash_file_cut(wh_flash_file *file, uint32_t nth)
{
    file->operations_left = nth;
    file->is_cut = false;
}

uint32_t wh_flash_file_operations(const wh_flash_file *file)
{
    return file->operations;
}

/* How much of an operation is done. */
static size_t powered(wh_flash_file *file, size_t size)
{
    file->operations++;
    if (file->is_cut) {
        return 0;
    }
    if (file->operations_left > 0 && --file->operations_left == 0) {
        file->is_cut = true;
        return size / 2;
    }
    return size;
}

static int file_of(void *ctx)
{
    return ((const wh_flash_file *)ctx)->file;
}

static int read_file(void *ctx, uint32_t at, void *out, size_t size)
{
    return pread(file_of(ctx), out, size, at) == (ssize_t)size ? 0 : -1;
}

static int program_file(void *ctx, uint32_t at, const void *bytes, size_t size)
{
    uint8_t page[256];
    size_t wanted = size;
    size = powered(ctx, size);
    for (size_t done = 0; done < size; done += sizeof page) {
        size_t part = size - done < sizeof page ? size - done : sizeof page;
        off_t where = (off_t)(at + done);
        if (pread(file_of(ctx), page, part, where) != (ssize_t)part) {
            return -1;
        }
        for (size_t i = 0; i < part; i++) {
            page[i] &= ((const uint8_t *)bytes)[done + i];
        }
        if (pwrite(file_of(ctx), page, part, where) != (ssize_t)part) {
            return -1;
        }
    }
    return size == wanted ? 0 : -1;
}

static int erase_file(void *ctx, uint32_t sector)
{
    uint8_t ones[WH_FLASH_SECTOR];
    memset(ones, 0xff, sizeof ones);
    size_t done = powered(ctx, sizeof ones);
    ssize_t written = pwrite(file_of(ctx), ones, done, (off_t)sector * WH_FLASH_SECTOR);
    return written == (ssize_t)sizeof ones ? 0 : -1;
}

/* What the making of a file leaves that was ended before its end. */
static bool is_erased(int file, off_t size)
{
    for (off_t at = 0; at < size; at++) {
        uint8_t byte = 0;
        if (pread(file, &byte, 1, at) != 1 || byte != 0xff) {
            return false;
        }
    }
    return true;
}

/* A file of erased sectors, if it is new or was not made to its end. */
static int make_sectors(wh_flash_file *file)
{
    struct stat info;
    if (fstat(file->file, &info) != 0) {
        return WH_PLATFORM_FLASH;
    }
    if (info.st_size == FILE_SIZE) {
        return WH_OK;
    }
    bool unfinished = info.st_size < FILE_SIZE && is_erased(file->file, info.st_size);
    int result = unfinished ? WH_OK : WH_PLATFORM_FLASH;
    for (uint32_t i = 0; i < WH_FLASH_FILE_SECTORS && result == WH_OK; i++) {
        result = erase_file(file, i) == 0 ? WH_OK : WH_PLATFORM_FLASH;
    }
    return result;
}

int wh_flash_file_open(const char *path, wh_flash_file *out)
{
    *out = (wh_flash_file){
        .flash =
            {
                .ctx = out,
                .sector_count = WH_FLASH_FILE_SECTORS,
                .read = read_file,
                .program = program_file,
                .erase = erase_file,
            },
        .file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600),
    };
    if (out->file < 0) {
        return WH_PLATFORM_FLASH;
    }
    int result = make_sectors(out);
    out->operations = 0; /* making it was none of the store's */
    if (result != WH_OK) {
        (void)close(out->file);
    }
    return result;
}

void wh_flash_file_close(wh_flash_file *file)
{
    (void)close(file->file);
    *file = (wh_flash_file){.file = -1};
}
