#include "blocks.h"

#ifndef WH_PEM_ONLY
#include "der.h"

/* What is shorter is no key, but may be the beginning of a bundle. */
enum { CONTENTS_LEAST = 16 };

/* EncryptedPrivateKeyInfo (RFC 5958 3) is an algorithm and bytes; all other keys begin with a version. */
static bool is_locked(wh_der contents)
{
    wh_der algorithm;
    return wh_der_expect(&contents, WH_DER_SEQUENCE, &algorithm) && contents.size > 0 &&
           *contents.at == WH_DER_OCTETS;
}

static wh_pem_result next_of_der(wh_pem_text file, wh_pem_block *block)
{
    const uint8_t *at = block->is_der ? block->next : file.at;
    wh_der rest = {at, file.size - (size_t)(at - file.at)};
    wh_der contents;
    if (rest.size == 0 || *at != WH_DER_SEQUENCE) {
        return WH_PEM_END;
    }
    bool is_whole = wh_der_expect(&rest, WH_DER_SEQUENCE, &contents) && contents.size >= CONTENTS_LEAST;
    if (!is_whole && !block->is_der) {
        return WH_PEM_END;
    }
    size_t size = (size_t)(rest.at - at);
    *block = (wh_pem_block){
        .begin = at,
        .base64 = {at, size},
        .der_size = size,
        .number = block->number + 1,
        .is_der = true,
        .has_headers = is_whole && is_locked(contents),
        .next = is_whole ? rest.at : file.at + file.size,
    };
    return is_whole ? WH_PEM_BLOCK : WH_PEM_DAMAGED;
}

wh_pem_result wh_block_next(wh_pem_text file, wh_pem_block *block)
{
    wh_pem_result result = block->is_der ? WH_PEM_END : wh_pem_next(file, block);
    bool may_be_der = result == WH_PEM_END && (block->is_der || block->number == 0);
    return may_be_der ? next_of_der(file, block) : result;
}
#endif
