#include "make_bundle.h"

#include <stdlib.h>
#include <string.h>

typedef struct writer {
    uint8_t *bytes;
    size_t size;
    bundle_format format;
} writer;

/* A number of so many bytes. */
static void put_number(writer *w, size_t number, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        size_t place = w->format == BUNDLE_OLD ? width - 1 - i : i;
        w->bytes[w->size++] = (uint8_t)(number >> (8 * place));
    }
}

static void put_ca(writer *w, X509 *certificate)
{
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_PUBKEY *key = X509_get_X509_PUBKEY(certificate);
    put_number(w, (size_t)i2d_X509_NAME(name, NULL), 2);
    put_number(w, (size_t)i2d_X509_PUBKEY(key, NULL), 2);
    uint8_t *at = w->bytes + w->size;
    (void)i2d_X509_NAME(name, &at);
    (void)i2d_X509_PUBKEY(key, &at);
    w->size = (size_t)(at - w->bytes);
}

uint8_t *make_bundle(bundle_format format, X509 *const *certificates, size_t count, size_t *size)
{
    writer w = {calloc(count, 2048), 0, format};
    if (w.bytes == NULL) {
        abort();
    }
    if (format == BUNDLE_OLD) {
        put_number(&w, count, 2);
        for (size_t i = 0; i < count; i++) {
            put_ca(&w, certificates[i]);
        }
    } else {
        w.size = 4 * count;
        for (size_t i = 0; i < count; i++) {
            writer table = {w.bytes, 4 * i, format};
            put_number(&table, w.size, 4);
            put_ca(&w, certificates[i]);
        }
    }
    *size = w.size;
    return w.bytes;
}
