#include "authenticated.h"

#include <string.h>

enum { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, HEADER = 5, MESSAGE_HEADER = 4, FATAL = 2 };

typedef struct tls_record {
    uint8_t type;
    const uint8_t *body;
    size_t size;
} tls_record;

static void append(uint8_t *to, size_t *to_size, const uint8_t *from, size_t size)
{
    memcpy(to + *to_size, from, size);
    *to_size += size;
}

/* wolfSSL takes each level but that of a fatal alert for a warning, and goes on. */
static bool is_warning(const tls_record *record)
{
    if (record->type != ALERT || record->size % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < record->size; i += 2) {
        if (record->body[i] == FATAL) {
            return false;
        }
    }
    return true;
}

/* Without the version, and without the byte that a ChangeCipherSpec holds. */
static void append_sealed(authenticated *out, const tls_record *record)
{
    const uint8_t head[] = {record->type, (uint8_t)(record->size >> 8), (uint8_t)record->size};
    append(out->sealed, &out->sealed_size, head, sizeof head);
    if (record->type != CHANGE_CIPHER_SPEC) {
        append(out->sealed, &out->sealed_size, record->body, record->size);
    }
}

static void read_record(const tls_record *record, wh_protocol protocol, authenticated *out)
{
    bool in_clear = out->sealed_size == 0;
    if (protocol == WH_TLS13 && record->type == CHANGE_CIPHER_SPEC) {
        return;
    }
    if (in_clear && record->type == HANDSHAKE) {
        append(out->clear, &out->clear_size, record->body, record->size);
    } else if (!in_clear || !is_warning(record)) {
        append_sealed(out, record);
    }
}

static size_t message_size(const uint8_t *at)
{
    return MESSAGE_HEADER + ((size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3]);
}

static void drop_hello_requests(authenticated *out)
{
    static const uint8_t hello_request[MESSAGE_HEADER] = {0};
    size_t at = 0;
    while (at + MESSAGE_HEADER <= out->clear_size) {
        uint8_t *message = out->clear + at;
        if (memcmp(message, hello_request, MESSAGE_HEADER) == 0) {
            out->clear_size -= MESSAGE_HEADER;
            memmove(message, message + MESSAGE_HEADER, out->clear_size - at);
        } else {
            at += message_size(message);
        }
    }
}

void authenticated_read(const uint8_t *stream, size_t size, wh_protocol protocol, authenticated *out)
{
    out->clear_size = 0;
    out->sealed_size = 0;
    for (size_t at = 0; at + HEADER <= size;) {
        const tls_record record = {
            .type = stream[at],
            .body = stream + at + HEADER,
            .size = (size_t)stream[at + 3] << 8 | stream[at + 4],
        };
        at += HEADER + record.size;
        if (at <= size) {
            read_record(&record, protocol, out);
        }
    }
    drop_hello_requests(out);
}

bool authenticated_came(const authenticated *came, const authenticated *sent)
{
    return sent->sealed_size > 0 && came->clear_size == sent->clear_size &&
           memcmp(came->clear, sent->clear, sent->clear_size) == 0 &&
           came->sealed_size >= sent->sealed_size &&
           memcmp(came->sealed, sent->sealed, sent->sealed_size) == 0;
}
