/* What a provisioning image says, and that nothing else is believed. */
#include "slot_builder.h"
#include "vectors.h"
#include "visit.h"
#include "warmhello/provision.h"

#include <stdlib.h>
#include <string.h>

static slot_builder slot;
static uint8_t image[WH_PROVISION_SIZE];
static wh_provision read;
static const char ca[] = "a CA";

static wh_client_config config(void)
{
    return (wh_client_config){
        .host = "example.com",
        .port = 8883,
        .ca = (const uint8_t *)ca,
        .ca_size = strlen(ca),
        .min_version = WH_TLS12,
        .max_version = WH_TLS13,
    };
}

static void put(uint32_t which, uint32_t sequence, const char *host)
{
    wh_client_config made = config();
    made.host = host;
    slot_make(&slot, sequence, &made);
    memcpy(image + (size_t)which * WH_PROVISION_SLOT, slot.bytes, sizeof slot.bytes);
}

static int read_image(void)
{
    return wh_provision_read(image, sizeof image, &read);
}

static int start(void **state)
{
    memset(image, 0xff, sizeof image);
    return start_platform(state);
}

#define IMAGE_TEST(name) TEST_WITH(name, start, stop_platform)

/* ---- Which slot counts ------------------------------------------------------------------------ */

IMAGE_TEST(the_newest_slot_counts)
{
    put(0, 3, "old.example");
    put(1, 4, "new.example");
    assert_int_equal(read_image(), WH_OK);
    assert_string_equal(read.config.client.host, "new.example");
    assert_int_equal(read.slot, 1);
    assert_int_equal(read.sequence, 4);
    put(0, 5, "newer.example");
    assert_int_equal(read_image(), WH_OK);
    assert_string_equal(read.config.client.host, "newer.example");
    assert_int_equal(read.slot, 0);
}

IMAGE_TEST(a_damaged_slot_leaves_the_other_one)
{
    put(0, 3, "old.example");
    put(1, 4, "new.example");
    size_t used = slot.size;
    for (size_t at = 0; at < used; at++) {
        image[WH_PROVISION_SLOT + at] ^= 0x10;
        assert_int_equal(read_image(), WH_OK);
        assert_string_equal(read.config.client.host, "old.example");
        image[WH_PROVISION_SLOT + at] ^= 0x10;
    }
    /* What lies behind the contents does not matter. */
    image[WH_PROVISION_SLOT + used] = 0;
    assert_int_equal(read_image(), WH_OK);
    assert_string_equal(read.config.client.host, "new.example");
}

IMAGE_TEST(blank_and_damaged_images_are_told_apart)
{
    assert_int_equal(read_image(), WH_MISS_EMPTY);
    assert_null(read.config.client.host);
    memset(image + WH_PROVISION_SLOT, 0, 1);
    assert_int_equal(read_image(), WH_DAMAGE_RECORD);
    put(0, 1, "example.com");
    assert_int_equal(read_image(), WH_OK);
    assert_int_equal(wh_provision_read(image, sizeof image - 1, &read), WH_USAGE_ARGUMENT);
    assert_null(read.config.client.host);
}

/* A firmware that is older than its image must not believe half of it. */
IMAGE_TEST(a_slot_of_a_later_version_leaves_the_other_one)
{
    wh_client_config made = config();
    put(0, 3, "old.example");
    slot_make(&slot, 4, &made);
    slot_number(&slot, 50, 1, 1);
    slot_end(&slot, 4);
    memcpy(image + WH_PROVISION_SLOT, slot.bytes, sizeof slot.bytes);
    assert_int_equal(read_image(), WH_OK);
    assert_string_equal(read.config.client.host, "old.example");
}

/* ---- What an entry may be --------------------------------------------------------------------- */

/* Contents that are whole but for what `change` did. */
static void is_refused(void (*change)(slot_builder *b))
{
    wh_client_config made = config();
    slot_make(&slot, 1, &made);
    assert_int_equal(wh_provision_read_slot(slot.bytes, sizeof slot.bytes, &read), WH_OK);
    change(&slot);
    slot_end(&slot, 1);
    assert_int_equal(wh_provision_read_slot(slot.bytes, sizeof slot.bytes, &read), WH_DAMAGE_RECORD);
    assert_null(read.config.client.host);
}

/* Where the entry of this type begins. */
static uint8_t *entry(slot_builder *b, uint16_t type)
{
    uint8_t *at = b->bytes + SLOT_HEADER_SIZE;
    for (;;) {
        uint16_t head[2];
        assert_true(at + sizeof head <= b->bytes + b->size);
        memcpy(head, at, sizeof head);
        if (head[0] == type) {
            return at;
        }
        at += sizeof head + head[1];
    }
}

static void take_out(slot_builder *b, uint16_t type)
{
    uint8_t *at = entry(b, type);
    size_t size = 4u + at[2] + at[3] * 256u;
    memmove(at, at + size, (size_t)(b->bytes + b->size - (at + size)));
    b->size -= size;
}

static void without_host(slot_builder *b)
{
    take_out(b, 16);
}

static void without_the_last(slot_builder *b)
{
    take_out(b, 49);
}

static void with_one_twice(slot_builder *b)
{
    slot_number(b, 49, 0, 1);
}

static void with_an_earlier_one_at_the_end(slot_builder *b)
{
    slot_text(b, 21, "mqtt");
}

static void with_port_0(slot_builder *b)
{
    memset(entry(b, 17) + 4, 0, 2);
}

static void with_a_flag_of_2(slot_builder *b)
{
    entry(b, 20)[4] = 2;
}

static void with_text_without_an_end(slot_builder *b)
{
    uint8_t *at = entry(b, 16);
    at[4 + at[2] - 1] = 'x';
}

static void with_a_zero_in_text(slot_builder *b)
{
    entry(b, 16)[5] = 0;
}

static void with_a_password_but_open(slot_builder *b)
{
    entry(b, 3)[4] = 0;
}

static void with_a_size_past_the_end(slot_builder *b)
{
    entry(b, 49)[2] = 2;
}

static void with_half_an_entry(slot_builder *b)
{
    b->size += 3;
}

static void with_a_number_too_wide(slot_builder *b)
{
    uint8_t *at = entry(b, 49);
    at[2] = 2;
    at[5] = 0;
    b->size += 1;
}

static void with_versions_out_of_order(slot_builder *b)
{
    entry(b, 18)[4] = 2;
    entry(b, 19)[4] = 1;
}

static void with_a_short_address(slot_builder *b)
{
    uint8_t *at = entry(b, 5);
    memmove(at + 19, at, (size_t)(b->bytes + b->size - at));
    memset(at, 0, 19);
    at[0] = 4;
    at[2] = 15;
    b->size += 19;
}

IMAGE_TEST(contents_that_break_a_rule_are_refused_whole)
{
    void (*const changes[])(slot_builder *) = {
        without_host,
        without_the_last,
        with_one_twice,
        with_an_earlier_one_at_the_end,
        with_port_0,
        with_a_flag_of_2,
        with_text_without_an_end,
        with_a_zero_in_text,
        with_a_password_but_open,
        with_a_size_past_the_end,
        with_half_an_entry,
        with_a_number_too_wide,
        with_versions_out_of_order,
        with_a_short_address,
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        is_refused(changes[i]);
    }
}

IMAGE_TEST(a_certificate_without_its_key_is_refused)
{
    wh_client_config made = config();
    made.certificate = made.key = (const uint8_t *)"pem";
    made.certificate_size = made.key_size = 3;
    slot_make(&slot, 1, &made);
    assert_int_equal(wh_provision_read_slot(slot.bytes, sizeof slot.bytes, &read), WH_OK);
    assert_int_equal(read.config.client.key_size, 3);
    take_out(&slot, 24);
    slot_end(&slot, 1);
    assert_int_equal(wh_provision_read_slot(slot.bytes, sizeof slot.bytes, &read), WH_DAMAGE_RECORD);
}

/* What came later than an image is at its default. */
IMAGE_TEST(a_setting_that_may_be_missing_is_read)
{
    wh_client_config made = config();
    slot_make(&slot, 1, &made);
    assert_int_equal(wh_provision_read_slot(slot.bytes, sizeof slot.bytes, &read), WH_OK);
    assert_int_equal(read.config.client.policy.trust_after_power_loss, 0);
    made.policy.trust_after_power_loss = 7;
    slot_make(&slot, 1, &made);
    assert_int_equal(wh_provision_read_slot(slot.bytes, sizeof slot.bytes, &read), WH_OK);
    assert_int_equal(read.config.client.policy.trust_after_power_loss, 7);
    assert_false(read.config.client.policy.without_extended_master_secret);
    made.policy.without_extended_master_secret = true;
    slot_make(&slot, 1, &made);
    assert_int_equal(wh_provision_read_slot(slot.bytes, sizeof slot.bytes, &read), WH_OK);
    assert_true(read.config.client.policy.without_extended_master_secret);
}

IMAGE_TEST(a_slot_cut_short_anywhere_is_refused)
{
    wh_client_config made = config();
    slot_make(&slot, 1, &made);
    for (size_t size = 0; size < slot.size; size++) {
        /* A block of its own, so that a read past its end is seen. */
        uint8_t *cut = malloc(size > 0 ? size : 1);
        assert_non_null(cut);
        memcpy(cut, slot.bytes, size);
        assert_int_equal(wh_provision_read_slot(cut, size, &read), WH_DAMAGE_RECORD);
        free(cut);
    }
}

/* ---- The image that TypeScript makes ----------------------------------------------------------- */

static void is_text(const char *found, const char *text, const char *name)
{
    const char *expected = vector_find(text, name);
    size_t size = strcspn(expected, "\n");
    assert_int_equal(strlen(found), size);
    assert_memory_equal(found, expected, size);
}

static void is_bytes(const uint8_t *found, size_t size, const char *text, const char *name)
{
    uint8_t expected[WH_PROVISION_SLOT];
    assert_int_equal(vector_bytes(text, name, expected, sizeof expected), size);
    assert_memory_equal(found, expected, size);
}

IMAGE_TEST(an_image_of_version_1_says_what_the_file_said)
{
    char *text = vector_read("provision-v1.txt");
    (void)vector_bytes(text, "slot-0", image, WH_PROVISION_SLOT);
    (void)vector_bytes(text, "slot-1", image + WH_PROVISION_SLOT, WH_PROVISION_SLOT);
    assert_int_equal(read_image(), WH_OK);
    assert_int_equal(read.slot, vector_number(text, "slot"));
    assert_int_equal(read.sequence, vector_number(text, "sequence"));
    is_text(read.config.ssid, text, "ssid");
    is_text(read.config.password, text, "password");
    assert_int_equal(read.config.security, vector_number(text, "security"));
    is_bytes(read.config.static_address, 16, text, "static-address");
    assert_int_equal(!read.config.slow_wifi, vector_number(text, "fast-wake"));
    is_text(read.config.client.host, text, "host");
    assert_int_equal(read.config.client.port, vector_number(text, "port"));
    assert_int_equal(read.config.client.min_version, vector_number(text, "min-version"));
    assert_int_equal(read.config.client.max_version, vector_number(text, "max-version"));
    assert_int_equal(!read.config.client.no_tickets, vector_number(text, "tickets"));
    is_text(read.config.client.alpn, text, "alpn");
    is_bytes(read.config.client.ca, read.config.client.ca_size, text, "ca");
    is_bytes(read.config.client.certificate, read.config.client.certificate_size, text, "certificate");
    is_bytes(read.config.client.key, read.config.client.key_size, text, "key");
    assert_int_equal(read.config.client.policy.disabled, vector_number(text, "disabled"));
    assert_int_equal(read.config.client.policy.max_authenticated_s,
                     vector_number(text, "max-authenticated-s"));
    assert_int_equal(read.config.client.policy.ticket_wait_ms, vector_number(text, "ticket-wait-ms"));
    assert_int_equal(read.config.client.policy.backoff_max_s, vector_number(text, "backoff-max-s"));
    assert_int_equal(read.config.client.policy.pinned, vector_number(text, "pinned"));
    is_text(read.config.time_server, text, "ntp-server");
    assert_int_equal(read.config.every_second_wake_full, vector_number(text, "every-second-wake-full"));
    wh_client client;
    make_client(&client, &read.config.client);
    wh_client_free(&client);
    free(text);
}
