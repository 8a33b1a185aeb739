#include "ca_store.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "warmhello/lock.h"

/* Under the core's lock, as is each count of holders. */
static wh_ca_bytes *store;

static void drop(wh_ca_bytes *held)
{
    if (held != NULL && --held->holders == 0) {
        free(held);
    }
}

/* NULL: no memory. */
static wh_ca_bytes *join(const wh_ca_bytes *before, const uint8_t *bytes, size_t size)
{
    size_t old_size = before != NULL ? before->size : 0;
    wh_ca_bytes *joined = malloc(sizeof *joined + old_size + size + 1);
    if (joined == NULL) {
        return NULL;
    }
    joined->holders = 1;
    if (old_size > 0) {
        memcpy(joined->bytes, before->bytes, old_size);
        joined->bytes[old_size++] = '\n';
    }
    if (size > 0) {
        memcpy(joined->bytes + old_size, bytes, size);
    }
    joined->size = old_size + size;
    return joined;
}

esp_err_t wh_ca_store_begin(void)
{
    wh_core_lock();
    if (store == NULL) {
        store = join(NULL, NULL, 0);
    }
    esp_err_t result = store != NULL ? ESP_OK : ESP_ERR_NO_MEM;
    wh_core_unlock();
    return result;
}

/* PEM, without the zero at its end. */
static bool is_text(const uint8_t *bytes, size_t size)
{
    static const char mark[] = "-----BEGIN ";
    for (size_t i = 0; i + sizeof mark - 1 <= size; i++) {
        if (memcmp(bytes + i, mark, sizeof mark - 1) == 0) {
            return true;
        }
    }
    return false;
}

static esp_err_t add(const uint8_t *bytes, size_t size)
{
    while (size > 0 && bytes[size - 1] == '\0') {
        size--;
    }
    if (!is_text(bytes, size)) {
        return ESP_FAIL;
    }
    wh_ca_bytes *joined = join(store, bytes, size);
    if (joined == NULL) {
        return ESP_ERR_NO_MEM;
    }
    drop(store);
    store = joined;
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
