/* Answers of time servers, and what claims to be one. */
#include "visit.h"
#include "network/ntp.h"

#include <string.h>

static const uint8_t nonce[WH_NTP_NONCE_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8};
static uint8_t packet[WH_NTP_SIZE + 20];
static uint32_t since_base_s;

static void put(size_t at, uint32_t value)
{
    for (size_t i = 0; i < 4; i++) {
        packet[at + i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

/* An answer of 2026-11-29 00:00:00 UTC. */
static int answered(void **state)
{
    (void)state;
    memset(packet, 0, sizeof packet);
    packet[0] = 4 << 3 | 4;
    packet[1] = 2;
    memcpy(packet + 24, nonce, sizeof nonce);
    put(40, 4004899200U);
    return 0;
}

static wh_ntp_verdict verdict(size_t size)
{
    since_base_s = 0;
    return wh_ntp_read(packet, size, nonce, &since_base_s);
}

TEST_CASE(the_question_tells_nothing_but_its_nonce)
{
    uint8_t question[WH_NTP_SIZE];
    uint8_t zeros[39] = {0};
    memset(question, 0xa5, sizeof question);
    wh_ntp_ask(question, nonce);
    assert_int_equal(question[0], 0x23); /* version 4, client */
    assert_memory_equal(question + 1, zeros, sizeof zeros);
    assert_memory_equal(question + 40, nonce, sizeof nonce);
}

TEST_WITH(an_answer_is_the_time, answered, NULL)
{
    assert_int_equal(verdict(WH_NTP_SIZE), WH_NTP_TIME);
    assert_int_equal(WH_NTP_BASE_S + since_base_s, 1795910400);
    assert_int_equal(verdict(sizeof packet), WH_NTP_TIME); /* a digest may follow */
    packet[0] = 3 << 3 | 4;
    put(44, 0x80000000U);
    assert_int_equal(verdict(WH_NTP_SIZE), WH_NTP_TIME);
    assert_int_equal(WH_NTP_BASE_S + since_base_s, 1795910401); /* rounded */
}

/* NTP's seconds begin anew at 2036-02-07 06:28:16 UTC. */
TEST_WITH(the_era_turns_over, answered, NULL)
{
    put(40, UINT32_MAX);
    assert_int_equal(verdict(WH_NTP_SIZE), WH_NTP_TIME);
    assert_int_equal(WH_NTP_BASE_S + since_base_s, 2085978495);
    put(40, 5);
    assert_int_equal(verdict(WH_NTP_SIZE), WH_NTP_TIME);
    assert_int_equal(WH_NTP_BASE_S + since_base_s, 2085978501);
}

TEST_WITH(what_does_not_answer_this_question_is_passed_over, answered, NULL)
{
    assert_int_equal(verdict(0), WH_NTP_OTHER);
    assert_int_equal(verdict(WH_NTP_SIZE - 1), WH_NTP_OTHER);
    for (size_t at = 24; at < 32; at++) {
        packet[at] ^= 1;
        assert_int_equal(verdict(WH_NTP_SIZE), WH_NTP_OTHER);
        packet[at] ^= 1;
    }
    for (int first = 0; first < 64; first++) {
        bool fits = first == (3 << 3 | 4) || first == (4 << 3 | 4);
        packet[0] = (uint8_t)first;
        assert_int_equal(verdict(WH_NTP_SIZE), fits ? WH_NTP_TIME : WH_NTP_OTHER);
    }
}

TEST_WITH(a_server_without_the_time_is_no_time, answered, NULL)
{
    packet[0] |= 3 << 6; /* its clock is not set */
    assert_int_equal(verdict(WH_NTP_SIZE), WH_NTP_REFUSED);
    (void)answered(NULL);
    packet[1] = 0; /* kiss-o'-death */
    assert_int_equal(verdict(WH_NTP_SIZE), WH_NTP_REFUSED);
    packet[1] = 16;
    assert_int_equal(verdict(WH_NTP_SIZE), WH_NTP_REFUSED);
    packet[1] = 15;
    assert_int_equal(verdict(WH_NTP_SIZE), WH_NTP_TIME);
    put(40, 0);
    assert_int_equal(verdict(WH_NTP_SIZE), WH_NTP_REFUSED);
}
