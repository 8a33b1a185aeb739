#include "ca_store.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "warmhello/lock.h"

/* Under the core's lock, as is each count of holders. */
static wh_ca_bytes *store;

static void drop(wh_ca_bytes *held)
{
    if (held != NULL && --held->holders == 0) {
        free(held);
    }
}

/* Room for so much behind what there was; NULL: no memory. */
static wh_ca_bytes *grow(const wh_ca_bytes *before, size_t more)
{
    size_t size = before != NULL ? before->size : 0;
    wh_ca_bytes *grown = malloc(sizeof *grown + size + more);
    if (grown == NULL) {
        return NULL;
    }
    grown->holders = 1;
    grown->size = size;
    if (size > 0) {
        memcpy(grown->bytes, before->bytes, size);
    }
    return grown;
}

static void append(wh_ca_bytes *to, const void *bytes, size_t size)
{
    if (size > 0) {
        memcpy(to->bytes + to->size, bytes, size);
        to->size += size;
    }
}

esp_err_t wh_ca_store_begin(void)
{
    wh_core_lock();
    if (store == NULL) {
        store = grow(NULL, 0);
    }
    esp_err_t result = store != NULL ? ESP_OK : ESP_ERR_NO_MEM;
    wh_core_unlock();
    return result;
}

static const char begin_mark[] = "-----BEGIN CERTIFICATE-----\n";
static const char end_mark[] = "\n-----END CERTIFICATE-----\n";
enum { BEGIN_SIZE = sizeof begin_mark - 1, END_SIZE = sizeof end_mark - 1, DER_SEQUENCE = 0x30, LINE = 48 };

/* One certificate in DER, as a block of PEM: only texts can stand one behind the other and be told apart. */
static wh_ca_bytes *with_der(const wh_ca_bytes *before, const uint8_t *bytes, size_t size)
{
    size_t lines = (size + LINE - 1) / LINE;
    wh_ca_bytes *grown = grow(before, BEGIN_SIZE + WH_BASE64_SIZE(size) + lines + END_SIZE);
    if (grown == NULL) {
        return NULL;
    }
    append(grown, begin_mark, BEGIN_SIZE);
    for (size_t at = 0; at < size; at += LINE) {
        size_t part = size - at < LINE ? size - at : LINE;
        wh_base64_write(bytes + at, part, (char *)grown->bytes + grown->size);
        grown->size += WH_BASE64_SIZE(part);
        append(grown, "\n", part == LINE && at + part < size ? 1 : 0);
    }
    append(grown, end_mark, END_SIZE);
    return grown;
}

static wh_ca_bytes *with_text(const wh_ca_bytes *before, const uint8_t *bytes, size_t size)
{
    wh_ca_bytes *grown = grow(before, size + 1);
    if (grown != NULL) {
        append(grown, bytes, size);
        append(grown, "\n", 1);
    }
    return grown;
}

static bool is_text(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i + BEGIN_SIZE <= size; i++) {
        if (memcmp(bytes + i, begin_mark, BEGIN_SIZE - 1) == 0) {
            return true;
        }
    }
    return false;
}

static esp_err_t add(const uint8_t *bytes, size_t size)
{
    bool is_der = size > 0 && bytes[0] == DER_SEQUENCE;
    if (!is_der && !is_text(bytes, size)) {
        return ESP_FAIL;
    }
    size_t text_size = size > 0 && bytes[size - 1] == '\0' ? size - 1 : size;
    wh_ca_bytes *grown = is_der ? with_der(store, bytes, size) : with_text(store, bytes, text_size);
    if (grown == NULL) {
        return ESP_ERR_NO_MEM;
    }
    drop(store);
    store = grown;
    return ESP_OK;
}

esp_err_t wh_ca_store_add(const uint8_t *bytes, size_t size)
{
    if (bytes == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    wh_core_lock();
    esp_err_t result = add(bytes, size);
    if (result == ESP_FAIL) {
        drop(store);
        store = NULL;
    }
    wh_core_unlock();
    return result;
}

wh_ca_bytes *wh_ca_store_hold(void)
{
    wh_core_lock();
    wh_ca_bytes *held = store;
    if (held != NULL) {
        held->holders++;
    }
    wh_core_unlock();
    return held;
}

void wh_ca_bytes_release(wh_ca_bytes *held)
{
    wh_core_lock();
    drop(held);
    wh_core_unlock();
}

void wh_ca_store_end(void)
{
    wh_core_lock();
    drop(store);
    store = NULL;
    wh_core_unlock();
}
