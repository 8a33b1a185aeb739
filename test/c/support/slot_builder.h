/** Makes slots of the provisioning image by docs/SPEC.md, right ones and wrong ones. */
#ifndef TEST_SLOT_BUILDER_H
#define TEST_SLOT_BUILDER_H

#include <stddef.h>
#include <stdint.h>

#include "warmhello/client.h"

/** WH_PROVISION_SLOT and WH_PROVISION_HEADER of provision.h. */
enum { SLOT_SIZE = 8192, SLOT_HEADER_SIZE = 64 };

typedef struct slot_builder {
    uint8_t bytes[SLOT_SIZE];
    /** Header and contents so far. */
    size_t size;
} slot_builder;

void slot_begin(slot_builder *b);
void slot_bytes(slot_builder *b, uint16_t type, const void *bytes, size_t size);
void slot_text(slot_builder *b, uint16_t type, const char *text);
void slot_number(slot_builder *b, uint16_t type, uint32_t value, size_t width);

/** Header and digest, over whatever the contents are; the rest of the slot is ones. */
void slot_end(slot_builder *b, uint32_t sequence);

/** A network "net" and this client, entry by entry. */
void slot_make(slot_builder *b, uint32_t sequence, const wh_client_config *config);

#endif
