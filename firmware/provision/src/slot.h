/* The header of a slot of the provisioning image. */
#ifndef WH_SLOT_H
#define WH_SLOT_H

#include "warmhello/provision.h"

/* Sequences run from 1. */
#define SLOT_SEQUENCE_MAX 0x7fffffffu

typedef struct slot_header {
    uint8_t magic[4];
    uint8_t version;
    uint8_t zero[3];
    uint32_t sequence;
    uint32_t size; /* of the contents */
    uint8_t zeros[16];
    uint8_t digest[32]; /* SHA-256 over the header up to here, and the contents */
} slot_header;

/* WH_DAMAGE_RECORD unless header and digest are right and the contents lie in the slot. The
 * contents themselves are not looked at. WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int slot_check(const uint8_t *slot, size_t size, slot_header *header);

/* What a header says that nobody has checked against its digest; 0 if it is none. `slot` has
 * WH_PROVISION_SLOT bytes. */
uint32_t slot_claimed_sequence(const uint8_t *slot);

/* Computes the digest anew. WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int slot_seal(slot_header *header, const uint8_t *contents);

#endif
