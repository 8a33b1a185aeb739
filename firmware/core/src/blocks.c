#include "blocks.h"

#include <string.h>

#include "der.h"

/* PKCS#8, PKCS#1 or SEC1, by what follows the version; PKCS#12 has a version of 3. */
static const char *label_of_numbered(wh_der version, uint8_t second)
{
    if (version.size != 1 || version.at[0] > 1) {
        return NULL;
    }
    switch (second) {
    case WH_DER_SEQUENCE:
        return "PRIVATE KEY";
    case WH_DER_OCTETS:
        return "EC PRIVATE KEY";
    default:
        return second == WH_DER_INTEGER ? "RSA PRIVATE KEY" : NULL;
    }
}

/* Of something signed a certificate's: who reads it sees whether it is one. */
static const char *label_of(wh_der contents)
{
    wh_der value;
    wh_der second_value;
    uint8_t first = 0;
    uint8_t second = 0;
    if (!wh_der_take(&contents, &first, &value) || !wh_der_take(&contents, &second, &second_value)) {
        return NULL;
    }
    if (first == WH_DER_INTEGER) {
        return label_of_numbered(value, second);
    }
    if (first != WH_DER_SEQUENCE) {
        return NULL;
    }
    return second == WH_DER_OCTETS ? "ENCRYPTED PRIVATE KEY" : "CERTIFICATE";
}

static wh_pem_result next_of_der(wh_pem_text file, wh_pem_block *block)
{
    const uint8_t *at = block->next != NULL ? block->next : file.at;
    wh_der rest = {at, file.size - (size_t)(at - file.at)};
    wh_der contents;
    bool begins = rest.size > 0 && rest.at[0] == WH_DER_SEQUENCE;
    const char *label = wh_der_expect(&rest, WH_DER_SEQUENCE, &contents) ? label_of(contents) : NULL;
    bool is_damaged = label == NULL && begins && block->number > 0;
    if (label == NULL && !is_damaged) {
        return WH_PEM_END;
    }
    *block = (wh_pem_block){
        .begin = at,
        .label = {(const uint8_t *)label, is_damaged ? 0 : strlen(label)},
        .base64 = {at, (size_t)(rest.at - at)},
        .der_size = (size_t)(rest.at - at),
        .number = block->number + 1,
        .is_der = true,
        .fault = is_damaged ? WH_PEM_CUT : WH_PEM_SOUND,
        .fault_at = at,
        .next = is_damaged ? file.at + file.size : rest.at,
    };
    return is_damaged ? WH_PEM_DAMAGED : WH_PEM_BLOCK;
}

wh_pem_result wh_block_next(wh_pem_text file, wh_pem_block *block)
{
    wh_pem_result result = block->is_der ? WH_PEM_END : wh_pem_next(file, block);
    return result == WH_PEM_END && (block->is_der || block->number == 0) ? next_of_der(file, block) : result;
}
