/* Any bytes as a provisioning image: what is read lies in the image, keeps the limits, and can be
 * handed to the core. A digest that is always right lets the entries be reached. */
#include <stdlib.h>
#include <string.h>

#include "fuzz_platform.h"
#include "warmhello/provision.h"

enum { DIGEST_AT = 32 };

/* Bytes of their own, so that a read past their end is seen. */
static uint8_t *slot;
static size_t slot_size;

static uint8_t *allocate(size_t size)
{
    uint8_t *block = malloc(size > 0 ? size : 1);
    if (block == NULL) {
        abort();
    }
    return block;
}

static bool is_inside(const void *at, size_t size)
{
    const uint8_t *bytes = at;
    return bytes >= slot + WH_PROVISION_HEADER && bytes + size <= slot + slot_size;
}

static void check_text(const char *text, size_t least, size_t most)
{
    if (text != NULL) {
        fuzz_require(is_inside(text, 1), "text lies in the image");
        size_t size = strnlen(text, (size_t)(slot + slot_size - (const uint8_t *)text));
        fuzz_require(is_inside(text, size + 1), "text ends in the image");
        fuzz_require(size >= least && size <= most, "text keeps its limits");
    }
}

static void check_bytes(const uint8_t *bytes, size_t size)
{
    fuzz_require((bytes == NULL && size == 0) || is_inside(bytes, size), "bytes lie in the image");
}

static void check(const wh_provision *read)
{
    const wh_client_config *client = &read->config.client;
    fuzz_require(client->host != NULL && client->ca != NULL && read->config.ssid != NULL,
                 "what must be is there");
    check_text(client->host, 1, WH_HOST_MAX);
    check_text(client->alpn, 1, WH_ALPN_MAX);
    check_text(read->config.ssid, 1, 32);
    check_text(read->config.password, 8, 64);
    check_text(read->config.time_server, 1, WH_HOST_MAX);
    check_bytes(client->ca, client->ca_size);
    check_bytes(client->certificate, client->certificate_size);
    check_bytes(client->key, client->key_size);
    check_bytes(read->config.static_address, read->config.static_address != NULL ? 16 : 0);
    fuzz_require((client->certificate == NULL) == (client->key == NULL), "both or neither");
    fuzz_require(read->sequence > 0 && read->size <= slot_size, "the header is right");
    (void)!wh_client_check(client);
}

/* The header that belongs to these entries. */
static void make_sound(void)
{
    static const uint8_t start[] = {'W', 'H', 'P', 'V', 1};
    uint32_t size = (uint32_t)(slot_size - WH_PROVISION_HEADER);
    memset(slot, 0, WH_PROVISION_HEADER);
    memcpy(slot, start, sizeof start);
    slot[8] = 1;
    memcpy(slot + 12, &size, sizeof size);
    uint8_t *hashed = allocate(DIGEST_AT + size);
    memcpy(hashed, slot, DIGEST_AT);
    memcpy(hashed + DIGEST_AT, slot + WH_PROVISION_HEADER, size);
    fuzz_require(wh_digest(hashed, DIGEST_AT + size, slot + DIGEST_AT) == WH_OK, "it is hashed");
    free(hashed);
}

static void read_whole(void)
{
    uint8_t *image = allocate(WH_PROVISION_SIZE);
    memset(image, 0xff, WH_PROVISION_SIZE);
    memcpy(image + WH_PROVISION_SLOT, slot, slot_size);
    wh_provision one;
    wh_provision two;
    int alone = wh_provision_read_slot(slot, slot_size, &one);
    int in_image = wh_provision_read(image, WH_PROVISION_SIZE, &two);
    fuzz_require((alone == WH_OK) == (in_image == WH_OK), "a slot alone says what it says in an image");
    fuzz_require(in_image != WH_OK || two.slot == 1, "it is the second one");
    free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_platform_reset();
    fuzz_input in = {data, size};
    bool sound = (fuzz_take_byte(&in) & 1) != 0;
    slot_size = in.size + (sound ? WH_PROVISION_HEADER : 0);
    if (slot_size > WH_PROVISION_SLOT) {
        return -1;
    }
    slot = allocate(slot_size);
    if (in.size > 0) {
        memcpy(slot + slot_size - in.size, in.bytes, in.size);
    }
    if (sound) {
        make_sound();
    }
    wh_provision read;
    int result = wh_provision_read_slot(slot, slot_size, &read);
    fuzz_require(result == WH_OK || result == WH_DAMAGE_RECORD, "it is read or damaged");
    if (result == WH_OK) {
        check(&read);
        read_whole();
    } else {
        fuzz_require(read.config.client.host == NULL && read.config.client.key == NULL && read.size == 0,
                     "nothing is left");
    }
    free(slot);
    return 0;
}
