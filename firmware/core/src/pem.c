#include "pem.h"

#include <string.h>

static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";
static const char tail_mark[] = "-----";
enum {
    BEGIN_SIZE = sizeof begin_mark - 1,
    END_SIZE = sizeof end_mark - 1,
    TAIL_SIZE = sizeof tail_mark - 1,
    LINE_AFTER_HEADERS = 64,
};

static bool starts_with(wh_pem_text text, const char *prefix, size_t size)
{
    return text.size >= size && memcmp(text.at, prefix, size) == 0;
}

/* Takes a line off the front of `rest`, without what OpenSSL strips from its end: all up to the blank and,
 * with the sign that char has for most, all beyond ASCII, such as a no-break space out of a mail. */
static wh_pem_text take_line(wh_pem_text *rest)
{
    const uint8_t *newline = memchr(rest->at, '\n', rest->size);
    size_t size = newline != NULL ? (size_t)(newline - rest->at) + 1 : rest->size;
    wh_pem_text line = {rest->at, size};
    rest->at += size;
    rest->size -= size;
    while (line.size > 0 && (int8_t)line.at[line.size - 1] <= ' ') {
        line.size--;
    }
    return line;
}

static int digit_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '+') {
        return 62;
    }
    return c == '/' ? 63 : -1;
}

typedef struct base64_decoder {
    uint32_t bits;
    unsigned digits;
    unsigned padding;
    size_t size;
    uint8_t *out; /* NULL: only count */
} base64_decoder;

/* The bytes of four digits. */
static void put_group(base64_decoder *decoder)
{
    size_t bytes = 3 - decoder->padding;
    for (size_t i = 0; decoder->out != NULL && i < bytes; i++) {
        decoder->out[decoder->size + i] = (uint8_t)(decoder->bits >> (16 - 8 * i));
    }
    decoder->size += bytes;
}

/* Padding counts as a digit of zero, with nothing but padding behind it. */
static bool take_digit(base64_decoder *decoder, uint8_t c)
{
    int digit = digit_of(c);
    if (c == '=') {
        digit = 0;
        decoder->padding++;
    } else if (decoder->padding > 0) {
        return false;
    }
    if (digit < 0 || decoder->padding > 2) {
        return false;
    }
    decoder->bits = decoder->bits << 6 | (uint32_t)digit;
    if (++decoder->digits % 4 == 0) {
        put_group(decoder);
    }
    return true;
}

static bool decode_line(base64_decoder *decoder, wh_pem_text line)
{
    for (size_t i = 0; i < line.size; i++) {
        uint8_t c = line.at[i];
        bool is_blank = c == ' ' || c == '\t' || c == '\r';
        if (!is_blank && !take_digit(decoder, c)) {
            return false;
        }
    }
    return true;
}

/* The lines of a block so far. */
typedef enum layout { LAYOUT_DATA, LAYOUT_HEADERS, LAYOUT_AFTER_HEADERS } layout;

typedef struct body_reader {
    layout layout;
    bool short_line;
    base64_decoder decoder;
} body_reader;

/* A line between BEGIN and END. The blank line that ends headers may stand alone. */
static wh_pem_fault read_body_line(body_reader *body, wh_pem_text line, wh_pem_block *block)
{
    if (body->layout == LAYOUT_DATA && memchr(line.at, ':', line.size) != NULL) {
        if (body->decoder.digits > 0) {
            return WH_PEM_CHARACTER;
        }
        body->layout = LAYOUT_HEADERS;
        block->has_headers = true;
    }
    if (line.size == 0) {
        if (body->layout == LAYOUT_AFTER_HEADERS || body->decoder.digits > 0) {
            return WH_PEM_LAYOUT;
        }
        body->layout = LAYOUT_AFTER_HEADERS;
        return WH_PEM_SOUND;
    }
    if (starts_with(line, tail_mark, TAIL_SIZE)) {
        return WH_PEM_NO_END;
    }
    if (body->layout == LAYOUT_HEADERS) {
        return WH_PEM_SOUND;
    }
    if (body->layout == LAYOUT_AFTER_HEADERS) {
        if (body->short_line || line.size > LINE_AFTER_HEADERS) {
            return WH_PEM_LAYOUT;
        }
        body->short_line = line.size < LINE_AFTER_HEADERS;
    }
    return decode_line(&body->decoder, line) ? WH_PEM_SOUND : WH_PEM_CHARACTER;
}

static wh_pem_fault check_end(const body_reader *body, wh_pem_text line, const wh_pem_block *block)
{
    size_t size = block->label.size + TAIL_SIZE; /* in the line of BEGIN the same dashes follow */
    if (line.size != END_SIZE + size || memcmp(line.at + END_SIZE, block->label.at, size) != 0) {
        return WH_PEM_OTHER_END;
    }
    if (body->layout == LAYOUT_HEADERS) {
        return WH_PEM_LAYOUT;
    }
    return body->decoder.digits == 0 || body->decoder.digits % 4 != 0 ? WH_PEM_CUT : WH_PEM_SOUND;
}

static wh_pem_fault read_body(wh_pem_text *rest, wh_pem_block *block)
{
    body_reader body = {.layout = LAYOUT_DATA};
    block->base64.at = rest->at;
    while (rest->size > 0) {
        block->fault_at = rest->at;
        block->next = rest->at;
        wh_pem_text line = take_line(rest);
        if (starts_with(line, end_mark, END_SIZE)) {
            block->base64.size = (size_t)(line.at - block->base64.at);
            block->der_size = body.decoder.size;
            block->next = rest->at;
            return check_end(&body, line, block);
        }
        wh_pem_fault fault = read_body_line(&body, line, block);
        if (fault != WH_PEM_SOUND) {
            return fault;
        }
        if (body.layout != LAYOUT_DATA && body.decoder.digits == 0) {
            block->base64.at = rest->at;
        }
    }
    block->fault_at = rest->at;
    block->next = rest->at;
    return WH_PEM_NO_END;
}

wh_pem_result wh_pem_next(wh_pem_text file, wh_pem_block *block)
{
    static const char byte_order_mark[] = {'\xef', '\xbb', '\xbf'};
    wh_pem_text rest = file;
    if (block->next != NULL) {
        rest.at = block->next;
        rest.size = file.size - (size_t)(block->next - file.at);
    }
    if (starts_with(rest, byte_order_mark, sizeof byte_order_mark)) {
        rest.at += sizeof byte_order_mark;
        rest.size -= sizeof byte_order_mark;
    }
    while (rest.size > 0) {
        wh_pem_text line = take_line(&rest);
        if (line.size < BEGIN_SIZE + TAIL_SIZE || !starts_with(line, begin_mark, BEGIN_SIZE) ||
            memcmp(line.at + line.size - TAIL_SIZE, tail_mark, TAIL_SIZE) != 0) {
            continue;
        }
        *block = (wh_pem_block){
            .begin = line.at,
            .label = {line.at + BEGIN_SIZE, line.size - BEGIN_SIZE - TAIL_SIZE},
            .number = block->number + 1,
        };
        block->fault = read_body(&rest, block);
        return block->fault == WH_PEM_SOUND ? WH_PEM_BLOCK : WH_PEM_DAMAGED;
    }
    return WH_PEM_END;
}

static bool is_der(const wh_pem_block *block)
{
    return WH_TAKES_DER && block->is_der;
}

void wh_pem_decode(const wh_pem_block *block, uint8_t *out)
{
    if (is_der(block)) {
        memcpy(out, block->base64.at, block->der_size);
        return;
    }
    base64_decoder decoder = {0};
    decoder.out = out;
    wh_pem_text rest = block->base64;
    while (rest.size > 0) {
        /* Cannot fail: the block was read before. */
        (void)decode_line(&decoder, take_line(&rest));
    }
}

bool wh_pem_has_label(const wh_pem_block *block, const char *label)
{
    return block->label.size == strlen(label) && memcmp(block->label.at, label, block->label.size) == 0;
}

/* What a block is, in front of each label that says so. */
enum { CERTIFICATE = 1, KEY, LOCKED };
static const char labels[] = "\1CERTIFICATE\0"
                             "\1X509 CERTIFICATE\0"
                             "\1TRUSTED CERTIFICATE\0"
                             "\2PRIVATE KEY\0"
                             "\2EC PRIVATE KEY\0"
                             "\2RSA PRIVATE KEY\0"
                             "\3ENCRYPTED PRIVATE KEY\0";

static int kind_of(const wh_pem_block *block)
{
    const char *label = labels;
    while (*label != '\0' && !wh_pem_has_label(block, label + 1)) {
        label += strlen(label) + 1;
    }
    return *label;
}

bool wh_pem_is_certificate(const wh_pem_block *block)
{
    return is_der(block) || kind_of(block) == CERTIFICATE;
}

bool wh_pem_is_key(const wh_pem_block *block)
{
    return is_der(block) || kind_of(block) >= KEY;
}

/* Headers of a key that say anything else are refused by OpenSSL as well. */
bool wh_pem_is_locked(const wh_pem_block *block)
{
    return block->has_headers || kind_of(block) == LOCKED;
}
