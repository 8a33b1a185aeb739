/* The reader of PEM: which blocks a file has, where each stands, and what is damaged. OpenSSL's own reader
 * stands beside it in test/fuzz/fuzz_pem.c, and in the tables of test/ts. */
#include "test_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certificate_key.h"
#include "pem.h"

static wh_pem_text file_of(const char *text)
{
    return (wh_pem_text){(const uint8_t *)text, strlen(text)};
}

static void assert_contents(const wh_pem_block *block, const char *contents)
{
    uint8_t *der = malloc(block->der_size);
    assert_non_null(der);
    wh_pem_decode(block, der);
    assert_int_equal(block->der_size, strlen(contents));
    assert_memory_equal(der, contents, block->der_size);
    free(der);
}

TEST_CASE(blocks_come_in_order_and_text_is_passed_over)
{
    wh_pem_text file =
        file_of("\xef\xbb\xbf-----BEGIN CERTIFICATE-----\r\nZmlyc3Q=\r\n-----END CERTIFICATE-----\r\n"
                "Bag Attributes: none\n -----BEGIN NOTHING-----\n"
                "-----BEGIN EC PRIVATE KEY----- \n  c2Vj\n b25k\t\n-----END EC PRIVATE KEY-----");
    wh_pem_block block = {0};
    assert_int_equal(wh_pem_next(file, &block), WH_PEM_BLOCK);
    assert_int_equal(block.number, 1);
    assert_true(wh_pem_is_certificate(&block));
    assert_contents(&block, "first");
    assert_int_equal(wh_pem_next(file, &block), WH_PEM_BLOCK);
    assert_int_equal(block.number, 2);
    assert_true(wh_pem_is_key(&block));
    assert_false(wh_pem_is_locked(&block));
    assert_contents(&block, "second");
    assert_int_equal(wh_pem_next(file, &block), WH_PEM_END);
    assert_int_equal(wh_pem_next(file, &block), WH_PEM_END);
}

TEST_CASE(every_length_of_contents_is_decoded)
{
    static const struct {
        const char *text;
        const char *contents;
    } cases[] = {
        {"-----BEGIN A-----\nYQ==\n-----END A-----\n", "a"},
        {"-----BEGIN A-----\nYWI=\n-----END A-----\n", "ab"},
        {"-----BEGIN A-----\nYWJj\n-----END A-----\n", "abc"},
        {"-----BEGIN A-----\nY\nW\nJ\nj\nZ\nA=\n=\n-----END A-----\n", "abcd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wh_pem_block block = {0};
        assert_int_equal(wh_pem_next(file_of(cases[i].text), &block), WH_PEM_BLOCK);
        assert_contents(&block, cases[i].contents);
    }
}

TEST_CASE(a_locked_key_is_seen_by_label_or_headers)
{
    static const char *const locked[] = {
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nYWJj\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n"
        "YWJj\n-----END RSA PRIVATE KEY-----\n",
    };
    for (size_t i = 0; i < 2; i++) {
        wh_pem_block block = {0};
        assert_int_equal(wh_pem_next(file_of(locked[i]), &block), WH_PEM_BLOCK);
        assert_true(wh_pem_is_key(&block));
        assert_true(wh_pem_is_locked(&block));
        assert_contents(&block, "abc");
    }
}

TEST_CASE(damage_is_named_with_its_line_and_what_stands_behind_is_found)
{
    static const struct {
        const char *body;
        wh_pem_fault fault;
        const char *line;
    } cases[] = {
        {"YWJj\nYW*j\n-----END A-----\n", WH_PEM_CHARACTER, "YW*j"},
        {"YQ==\nYWJj\n-----END A-----\n", WH_PEM_CHARACTER, "YWJj"},
        {"YWJ\n-----END A-----\n", WH_PEM_CUT, "-----END A"},
        {"-----END A-----\n", WH_PEM_CUT, "-----END A"},
        {"YWJj\n-----END B-----\n", WH_PEM_OTHER_END, "-----END B"},
        {"YWJj\n-----END A-----x\n", WH_PEM_OTHER_END, "-----END A"},
        {"YWJj\n\nYWJj\n-----END A-----\n", WH_PEM_LAYOUT, "\n"},
        {"a: b\nYWJj\n-----END A-----\n", WH_PEM_LAYOUT, "-----END A"},
        {"YWJj\n", WH_PEM_NO_END, "-----BEGIN B"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "-----BEGIN A-----\n%s-----BEGIN B-----\nYWJj\n-----END B-----\n",
                       cases[i].body);
        wh_pem_block block = {0};
        assert_int_equal(wh_pem_next(file_of(text), &block), WH_PEM_DAMAGED);
        assert_int_equal(block.fault, cases[i].fault);
        assert_memory_equal(block.fault_at, cases[i].line, strlen(cases[i].line));
        assert_true(wh_pem_has_label(&block, "A"));
        assert_int_equal(wh_pem_next(file_of(text), &block), WH_PEM_BLOCK);
        assert_true(wh_pem_has_label(&block, "B"));
        assert_int_equal(block.number, 2);
    }
}

TEST_CASE(der_that_says_more_than_there_is_or_goes_deep_is_damage)
{
    static const uint8_t too_long[] = {0x30, 0x03, 0x02, 0x02, 0x01};
    uint8_t deep[64];
    for (size_t i = 0; i < sizeof deep; i += 2) {
        deep[i] = WH_DER_SEQUENCE;
        deep[i + 1] = (uint8_t)(sizeof deep - i - 2);
    }
    assert_false(wh_der_is_sound((wh_der){too_long, sizeof too_long}));
    assert_false(wh_der_is_sound((wh_der){deep, sizeof deep}));
    assert_true(wh_der_is_sound((wh_der){deep + 32, sizeof deep - 32}));
    assert_true(wh_der_is_sound((wh_der){deep, 0}));
    wh_der certificate = {deep + 32, sizeof deep - 32};
    assert_false(wh_certificate_is_whole(&certificate));
}
