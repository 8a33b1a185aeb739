#include "slot.h"

#include <string.h>

#include "binding.h"
#include "little_endian.h"

_Static_assert(sizeof(slot_header) == WH_PROVISION_HEADER, "docs/SPEC.md");

static const uint8_t magic[4] = {'W', 'H', 'P', 'V'};
enum { VERSION = 1 };

static int compute_digest(const slot_header *header, const uint8_t *contents, uint8_t out[WH_DIGEST_SIZE])
{
    return wh_digest_of_two((const uint8_t *)header, offsetof(slot_header, digest), contents, header->size,
                            out);
}

static bool is_sound(const slot_header *header, size_t room)
{
    static const uint8_t zeros[sizeof header->zeros];
    return memcmp(header->magic, magic, sizeof magic) == 0 && header->version == VERSION &&
           memcmp(header->zero, zeros, sizeof header->zero) == 0 &&
           memcmp(header->zeros, zeros, sizeof zeros) == 0 && header->sequence > 0 &&
           header->sequence <= SLOT_SEQUENCE_MAX && header->size > 0 && header->size <= room;
}

int slot_check(const uint8_t *slot, size_t size, slot_header *header)
{
    if (size < WH_PROVISION_HEADER) {
        return WH_DAMAGE_RECORD;
    }
    size_t room = (size < WH_PROVISION_SLOT ? size : WH_PROVISION_SLOT) - WH_PROVISION_HEADER;
    memcpy(header, slot, sizeof *header);
    if (!is_sound(header, room)) {
        return WH_DAMAGE_RECORD;
    }
    uint8_t digest[WH_DIGEST_SIZE];
    int result = compute_digest(header, slot + WH_PROVISION_HEADER, digest);
    if (result != WH_OK) {
        return result;
    }
    return memcmp(digest, header->digest, sizeof digest) == 0 ? WH_OK : WH_DAMAGE_RECORD;
}

uint32_t slot_claimed_sequence(const uint8_t *slot)
{
    slot_header header;
    memcpy(&header, slot, sizeof header);
    return is_sound(&header, WH_PROVISION_SLOT - WH_PROVISION_HEADER) ? header.sequence : 0;
}

int slot_seal(slot_header *header, const uint8_t *contents)
{
    return compute_digest(header, contents, header->digest);
}
