#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "certificate_key.h"
#include "file_form.h"
#include "warmhello/ffi.h"
#include "wipe.h"

static wh_pem_result find(wh_pem_text file, uint32_t number, wh_pem_block *block)
{
    *block = (wh_pem_block){0};
    wh_pem_result result = WH_PEM_END;
    do {
        result = wh_block_next(file, block);
    } while (result != WH_PEM_END && block->number < number);
    return result;
}

static size_t certificate_size(const wh_pem_block *block)
{
    uint8_t *der = malloc(block->der_size);
    if (der == NULL) {
        return block->der_size;
    }
    wh_pem_decode(block, der);
    wh_der certificate = {der, block->der_size};
    (void)wh_certificate_is_whole(&certificate);
    free(der);
    return certificate.size;
}

/* DER as the same in PEM. */
static wh_pem_block with_label(wh_pem_block block)
{
    if (block.is_der) {
        const char *label = wh_file_label_of_der((wh_der){block.base64.at, block.base64.size});
        block.label = (wh_pem_text){(const uint8_t *)label, strlen(label)};
        block.is_der = false;
    }
    return block;
}

int wh_ffi_pem_block(const uint8_t *file, size_t size, uint32_t number, wh_ffi_block *out)
{
    wh_pem_block block;
    memset(out, 0, sizeof *out);
    wh_pem_result result = find((wh_pem_text){file, size}, number, &block);
    if (result == WH_PEM_END) {
        return result;
    }
    wh_pem_block named = with_label(block);
    size_t label = named.label.size < sizeof out->label ? named.label.size : sizeof out->label - 1;
    memcpy(out->label, named.label.at, label);
    out->is_certificate = wh_pem_is_certificate(&named);
    out->is_key = wh_pem_is_key(&named);
    out->is_locked = wh_pem_is_locked(&named);
    out->der_size = block.der_size;
    if (result == WH_PEM_BLOCK && out->is_certificate) {
        out->der_size = certificate_size(&block);
    }
    return result;
}

size_t wh_ffi_pem_decode(const uint8_t *file, size_t size, uint32_t number, uint8_t *out, size_t der_size)
{
    wh_pem_block block;
    if (find((wh_pem_text){file, size}, number, &block) != WH_PEM_BLOCK || der_size > block.der_size) {
        return 0;
    }
    uint8_t *der = malloc(block.der_size);
    if (der == NULL) {
        return 0;
    }
    wh_pem_decode(&block, der);
    memcpy(out, der, der_size);
    wh_wipe(der, block.der_size);
    free(der);
    return der_size;
}
