#include "warmhello/provision.h"

#include <string.h>

#include "little_endian.h"
#include "slot.h"

/* ---- One entry -------------------------------------------------------------------------------- */

typedef enum kind {
    KIND_text,
    KIND_file,
    KIND_secret,
    KIND_address,
    KIND_flag,
    KIND_inverse,
    KIND_version,
    KIND_security,
    KIND_reuse,
    KIND_profile,
    KIND_u16,
    KIND_u32,
    KIND_u32_or_none,
} kind;
enum { PRESENCE_optional, PRESENCE_paired = PRESENCE_optional, PRESENCE_required };

/* What an entry of one type must be, and where in wh_device_config it goes. */
typedef struct rule {
    uint16_t type;
    uint8_t kind;
    uint8_t presence;
    uint32_t least;
    uint32_t most;
    size_t offset;
} rule;

static const rule rules[] = {
#define WH_DEVICE_SETTING(kind, name, number, presence, least, most, ...)                                    \
    {number, KIND_##kind, PRESENCE_##presence, least, most, offsetof(wh_device_config, name)},
#define WH_CLIENT_SETTING(kind, name, ...) WH_DEVICE_SETTING(kind, client.name, __VA_ARGS__)
#include "warmhello/provision.def"
};
enum { RULE_COUNT = sizeof rules / sizeof rules[0] };

/* Enums are written through the address of an int. */
_Static_assert(sizeof(wh_protocol) == sizeof(int), "an enum has the size of an int");
_Static_assert(sizeof(wh_wifi_security) == sizeof(int), "an enum has the size of an int");
_Static_assert(sizeof(wh_reuse) == sizeof(int), "an enum has the size of an int");
_Static_assert(sizeof(wh_profile) == sizeof(int), "an enum has the size of an int");

static bool is_within(const rule *r, uint32_t number)
{
    return number >= r->least && number <= r->most;
}

/* Bytes of a number, 0 for what is no number. */
static size_t width(const rule *r)
{
    switch (r->kind) {
    case KIND_flag:
    case KIND_inverse:
    case KIND_version:
    case KIND_security:
    case KIND_reuse:
    case KIND_profile:
        return 1;
    case KIND_u16:
        return 2;
    case KIND_u32:
    case KIND_u32_or_none:
        return 4;
    default:
        return 0;
    }
}

static bool take_number(const rule *r, const uint8_t *value, size_t size, uint8_t *member)
{
    uint32_t number = 0;
    if (size != width(r)) {
        return false;
    }
    memcpy(&number, value, size);
    if (!is_within(r, number)) {
        return false;
    }
    if (r->kind >= KIND_version && r->kind <= KIND_profile) {
        int choice = (int)number;
        memcpy(member, &choice, sizeof choice);
    } else if (r->kind == KIND_flag || r->kind == KIND_inverse) {
        bool flag = number == (r->kind == KIND_flag);
        memcpy(member, &flag, sizeof flag);
    } else {
        memcpy(member, value, size);
    }
    return true;
}

static bool take_text(const rule *r, const uint8_t *value, size_t size, uint8_t *member)
{
    if (size == 0 || memchr(value, '\0', size) != value + size - 1 || !is_within(r, (uint32_t)size - 1)) {
        return false;
    }
    memcpy(member, &value, sizeof value);
    return true;
}

static bool take_bytes(const rule *r, const uint8_t *value, size_t size, uint8_t *member)
{
    if (!is_within(r, (uint32_t)size)) {
        return false;
    }
    memcpy(member, &value, sizeof value);
    if (r->kind != KIND_address) {
        memcpy(member + sizeof value, &size, sizeof size);
    }
    return true;
}

static bool take(const rule *r, const uint8_t *value, size_t size, wh_device_config *out)
{
    uint8_t *member = (uint8_t *)out + r->offset;
    switch (r->kind) {
    case KIND_text:
        return take_text(r, value, size, member);
    case KIND_file:
    case KIND_secret:
    case KIND_address:
        return take_bytes(r, value, size, member);
    default:
        return take_number(r, value, size, member);
    }
}

/* ---- All of them ------------------------------------------------------------------------------ */

/* The rule for the next type, from `at` on, past none that is required; NULL without. */
static const rule *find_rule(size_t at, uint32_t type)
{
    while (at < RULE_COUNT && rules[at].type != type && rules[at].presence == PRESENCE_optional) {
        at++;
    }
    return at < RULE_COUNT && rules[at].type == type ? &rules[at] : NULL;
}

static bool is_complete(size_t at)
{
    while (at < RULE_COUNT && rules[at].presence == PRESENCE_optional) {
        at++;
    }
    return at == RULE_COUNT;
}

static bool take_all(const uint8_t *bytes, size_t size, wh_device_config *out)
{
    size_t next = 0;
    while (size > 0) {
        uint16_t head[2];
        if (size < sizeof head) {
            return false;
        }
        memcpy(head, bytes, sizeof head);
        bytes += sizeof head;
        size -= sizeof head;
        const rule *r = find_rule(next, head[0]);
        if (r == NULL || head[1] > size || !take(r, bytes, head[1], out)) {
            return false;
        }
        next = (size_t)(r - rules) + 1;
        bytes += head[1];
        size -= head[1];
    }
    return is_complete(next);
}

/* What two entries must agree on. */
static bool fits_together(const wh_device_config *c)
{
    return c->client.min_version <= c->client.max_version &&
           (c->client.certificate == NULL) == (c->client.key == NULL) &&
           (c->client.psk_identity == NULL) == (c->client.psk_key == NULL) &&
           (c->password == NULL) == (c->security == WH_WIFI_OPEN);
}

/* ---- Slots ------------------------------------------------------------------------------------ */

int wh_provision_read_slot(const uint8_t *slot, size_t size, wh_provision *out)
{
    memset(out, 0, sizeof *out);
    slot_header header;
    int result = slot_check(slot, size, &header);
    if (result != WH_OK) {
        return result;
    }
    if (!take_all(slot + WH_PROVISION_HEADER, header.size, &out->config) || !fits_together(&out->config)) {
        memset(out, 0, sizeof *out);
        return WH_DAMAGE_RECORD;
    }
    out->sequence = header.sequence;
    out->size = WH_PROVISION_HEADER + header.size;
    return WH_OK;
}

static bool is_blank(const uint8_t *slot)
{
    for (size_t i = 0; i < WH_PROVISION_HEADER; i++) {
        if (slot[i] != 0xff) {
            return false;
        }
    }
    return true;
}

int wh_provision_read(const uint8_t *image, size_t size, wh_provision *out)
{
    memset(out, 0, sizeof *out);
    if (size != WH_PROVISION_SIZE) {
        return WH_USAGE_ARGUMENT;
    }
    const uint8_t *slots[] = {image, image + WH_PROVISION_SLOT};
    /* The one that says to be newer first: a digest takes time, and there is one in each wake. */
    uint32_t first = slot_claimed_sequence(slots[1]) > slot_claimed_sequence(slots[0]);
    int result = wh_provision_read_slot(slots[first], WH_PROVISION_SLOT, out);
    out->slot = first;
    if (result == WH_DAMAGE_RECORD) {
        result = wh_provision_read_slot(slots[1 - first], WH_PROVISION_SLOT, out);
        out->slot = 1 - first;
    }
    if (result != WH_OK) {
        out->slot = 0;
    }
    if (result == WH_DAMAGE_RECORD && is_blank(image) && is_blank(image + WH_PROVISION_SLOT)) {
        return WH_MISS_EMPTY;
    }
    return result;
}
