#include "slot_builder.h"
#include "binding.h"

#include <stdlib.h>
#include <string.h>

enum { DIGEST_AT = 32 };

void slot_begin(slot_builder *b)
{
    memset(b->bytes, 0xff, sizeof b->bytes);
    memset(b->bytes, 0, SLOT_HEADER_SIZE);
    b->size = SLOT_HEADER_SIZE;
}

void slot_bytes(slot_builder *b, uint16_t type, const void *bytes, size_t size)
{
    const uint16_t head[2] = {type, (uint16_t)size};
    memcpy(b->bytes + b->size, head, sizeof head);
    memcpy(b->bytes + b->size + sizeof head, bytes, size);
    b->size += sizeof head + size;
}

void slot_text(slot_builder *b, uint16_t type, const char *text)
{
    slot_bytes(b, type, text, strlen(text) + 1);
}

void slot_number(slot_builder *b, uint16_t type, uint32_t value, size_t width)
{
    slot_bytes(b, type, &value, width);
}

void slot_end(slot_builder *b, uint32_t sequence)
{
    uint32_t size = (uint32_t)(b->size - SLOT_HEADER_SIZE);
    uint8_t hashed[SLOT_SIZE];
    memcpy(b->bytes, "WHPV\1", 5);
    memcpy(b->bytes + 8, &sequence, sizeof sequence);
    memcpy(b->bytes + 12, &size, sizeof size);
    memcpy(hashed, b->bytes, DIGEST_AT);
    memcpy(hashed + DIGEST_AT, b->bytes + SLOT_HEADER_SIZE, size);
    if (wh_digest(hashed, DIGEST_AT + size, b->bytes + DIGEST_AT) != WH_OK) {
        abort();
    }
}

void slot_make(slot_builder *b, uint32_t sequence, const wh_client_config *config)
{
    slot_begin(b);
    slot_text(b, 1, "net");
    slot_text(b, 2, "password");
    slot_number(b, 3, 1, 1);
    slot_number(b, 5, 1, 1);
    slot_text(b, 16, config->host);
    slot_number(b, 17, config->port, 2);
    slot_number(b, 18, config->min_version == WH_PROTOCOL_NONE ? WH_TLS12 : (uint32_t)config->min_version, 1);
    slot_number(b, 19, config->max_version == WH_PROTOCOL_NONE ? WH_TLS13 : (uint32_t)config->max_version, 1);
    slot_number(b, 20, !config->no_tickets, 1);
    if (config->alpn != NULL) {
        slot_text(b, 21, config->alpn);
    }
    slot_bytes(b, 22, config->ca, config->ca_size);
    if (config->certificate != NULL) {
        slot_bytes(b, 23, config->certificate, config->certificate_size);
        slot_bytes(b, 24, config->key, config->key_size);
    }
    slot_number(b, 32, config->policy.disabled, 1);
    slot_number(b, 33, config->policy.max_authenticated_s, 4);
    slot_number(b, 34, config->policy.ticket_wait_ms, 4);
    slot_number(b, 35, config->policy.backoff_max_s, 4);
    slot_number(b, 36, config->policy.pinned, 1);
    if (config->policy.trust_after_power_loss != 0) {
        slot_number(b, 37, config->policy.trust_after_power_loss, 4);
    }
    if (config->policy.without_extended_master_secret) {
        slot_number(b, 39, 1, 1);
    }
    slot_number(b, 49, 0, 1);
    slot_end(b, sequence);
}
