#include "sample.h"

#include "visit.h"

wh_record_info sample_info(void)
{
    wh_record_info info = {
        .protocol = WH_TLS13,
        .kind = WH_KIND_PSK,
        .single_use = true,
        .generation = 0x01020304,
        .lifetime_s = 7200,
        .captured = {.epoch = 0x1112131415161718, .elapsed_us = 3600000000, .wall_s = 1796000000},
        .lineage =
            {
                .authenticated = {.epoch = 0x2122232425262728, .elapsed_us = 1000000, .wall_s = 1795990000},
                .not_after_s = 1800000000,
                .losses = 3,
                .aged_min = 0x0201,
            },
        .peer =
            {
                .breaks = 4,
                .rest = 32,
                .lacks = WH_LACKS_PSK_KE | WH_LACKS_SHA256,
                .group = 24,
                .left = 8,
                .level = 1,
                .full_ms = 0x0605,
                .resumed_ms = 0x0807,
                .ticket_ms = 0x0a09,
                .interval_min = 0x0c0b,
            },
        .early_data_max = 0x10203040,
        .build = 0x0509000400000107,
    };
    for (uint8_t i = 0; i < WH_DIGEST_SIZE; i++) {
        info.binding.digest[i] = (uint8_t)(0xb0 + i);
    }
    return info;
}

void sample_session(uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)(7 * i + 1);
    }
}

void use_sample_key(void)
{
    uint8_t key[32];
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)i;
    }
    wh_host_set_key(&the_device, key);
}

static void assert_same_instant(const wh_instant *a, const wh_instant *b)
{
    assert_int_equal(a->epoch, b->epoch);
    assert_int_equal(a->elapsed_us, b->elapsed_us);
    assert_int_equal(a->wall_s, b->wall_s);
}

void assert_same_info(const wh_record_info *a, const wh_record_info *b)
{
    assert_int_equal(a->protocol, b->protocol);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->single_use, b->single_use);
    assert_int_equal(a->early_data, b->early_data);
    assert_int_equal(a->pinned, b->pinned);
    assert_int_equal(a->generation, b->generation);
    assert_int_equal(a->lifetime_s, b->lifetime_s);
    assert_same_instant(&a->captured, &b->captured);
    assert_same_instant(&a->lineage.authenticated, &b->lineage.authenticated);
    assert_int_equal(a->lineage.not_after_s, b->lineage.not_after_s);
    assert_int_equal(a->lineage.losses, b->lineage.losses);
    assert_int_equal(a->lineage.aged_min, b->lineage.aged_min);
    assert_int_equal(a->lineage.without_exchange, b->lineage.without_exchange);
    assert_memory_equal(&a->peer, &b->peer, sizeof a->peer);
    assert_int_equal(a->early_data_max, b->early_data_max);
    assert_memory_equal(a->binding.digest, b->binding.digest, WH_DIGEST_SIZE);
    assert_int_equal(a->build, b->build);
}
