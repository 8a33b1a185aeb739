/* Any bytes as a PEM file, beside OpenSSL: the same blocks with the same contents, and damage where it sees
 * damage. */
#include "fuzz_platform.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "pem.h"

/* OpenSSL reads long lines in pieces of this size, and lines with a zero byte up to it, depending on where
 * from. */
enum { PIECE = 254 };

/* Not with a colon in a label, which RFC 7468 allows: OpenSSL takes the END line with it for a header. */
static bool is_comparable(const uint8_t *data, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        length = data[i] == '\n' ? 0 : length + 1;
        bool is_in_label = data[i] == ':' && data[i + 1 - length] == '-';
        if (data[i] == '\0' || is_in_label || length >= PIECE - 1) {
            return false;
        }
    }
    return true;
}

/* Where ours is the stricter one: dashes in a block, and what stands before an empty line without being
 * headers. */
static bool is_ours_alone(const wh_pem_block *block, const uint8_t *end, const char *their_header)
{
    const uint8_t *newline = memchr(block->fault_at, '\n', (size_t)(end - block->fault_at));
    size_t size = (size_t)((newline != NULL ? newline : end) - block->fault_at);
    bool has_dash = memchr(block->fault_at, '-', size) != NULL;
    return block->fault == WH_PEM_NO_END || (block->fault == WH_PEM_CHARACTER && has_dash) ||
           (their_header != NULL && their_header[0] != '\0' && !block->has_headers);
}

static void compare_contents(const wh_pem_block *block, const char *label, const uint8_t *theirs, size_t size)
{
    fuzz_require(wh_pem_has_label(block, label), "the same label");
    fuzz_require(block->der_size == size, "the same size");
    uint8_t *ours = malloc(size);
    if (ours == NULL) {
        return;
    }
    wh_pem_decode(block, ours);
    fuzz_require(memcmp(ours, theirs, size) == 0, "the same contents");
    free(ours);
}

static bool compare_block(BIO *bio, wh_pem_text file, wh_pem_block *block)
{
    char *label = NULL;
    char *header = NULL;
    unsigned char *contents = NULL;
    long size = 0;
    wh_pem_result ours = wh_pem_next(file, block);
    bool taken = PEM_read_bio(bio, &label, &header, &contents, &size) == 1;
    bool at_end = !taken && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (ours != WH_PEM_DAMAGED || !is_ours_alone(block, file.at + file.size, header)) {
        fuzz_require((ours == WH_PEM_BLOCK) == taken, "taken by both or by none");
        fuzz_require((ours == WH_PEM_END) == at_end, "the end for both or for none");
    }
    if (ours == WH_PEM_BLOCK) {
        compare_contents(block, label, contents, (size_t)size);
    }
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_free(contents);
    return ours == WH_PEM_BLOCK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wh_pem_text file = {data, size};
    wh_pem_block block = {0};
    unsigned steps = 0;
    while (wh_pem_next(file, &block) != WH_PEM_END) {
        fuzz_require(block.number == ++steps, "each block is counted once");
        fuzz_require(block.next > block.begin && block.next <= data + size,
                     "the reader goes on, and no further");
    }
    if (!is_comparable(data, size)) {
        return 0;
    }
    BIO *bio = BIO_new_mem_buf(data, (int)size);
    fuzz_require(bio != NULL, "memory");
    block = (wh_pem_block){0};
    while (compare_block(bio, file, &block)) {
    }
    BIO_free(bio);
    return 0;
}
