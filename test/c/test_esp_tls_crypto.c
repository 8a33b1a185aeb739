/* What a WebSocket's handshake and HTTP's basic authentication ask of esp_tls's stack, by the vectors of
 * their documents. */
#include "test_case.h"

#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "sha1.h"

static void sha1_is(const char *text, size_t times, const char *expected)
{
    static char bytes[1000000];
    size_t size = strlen(text);
    for (size_t i = 0; i < times * size; i++) {
        bytes[i] = text[i % size];
    }
    uint8_t digest[WH_SHA1_SIZE];
    wh_sha1((const uint8_t *)bytes, times * size, digest);
    char hex[2 * WH_SHA1_SIZE + 1];
    for (size_t i = 0; i < WH_SHA1_SIZE; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    assert_string_equal(hex, expected);
}

/* RFC 3174 7.3, and NIST's of nothing and of 112 bytes. */
TEST_CASE(sha1_of_the_published_vectors)
{
    sha1_is("", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    sha1_is("abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d");
    sha1_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    sha1_is("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
            "mnopqrstnopqrstu",
            1, "a49b2446a02c645bf419f995b67091253a04a259");
    sha1_is("a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    sha1_is("01234567012345670123456701234567", 20, "dea356a2cddd90c7a7ecedc5ebb563934f460452");
}

static void base64_is(const char *text, const char *expected)
{
    char out[64] = {0};
    size_t size = strlen(text);
    assert_int_equal(WH_BASE64_SIZE(size), strlen(expected));
    wh_base64_write((const uint8_t *)text, size, out);
    assert_string_equal(out, expected);
}

/* RFC 4648 10. */
TEST_CASE(base64_of_the_published_vectors)
{
    base64_is("", "");
    base64_is("f", "Zg==");
    base64_is("fo", "Zm8=");
    base64_is("foo", "Zm9v");
    base64_is("foob", "Zm9vYg==");
    base64_is("fooba", "Zm9vYmE=");
    base64_is("foobar", "Zm9vYmFy");
    base64_is("\xfb\xff\xbf", "+/+/");
}

/* RFC 6455 1.3. */
TEST_CASE(a_websockets_answer)
{
    static const char key[] = "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    uint8_t digest[WH_SHA1_SIZE];
    wh_sha1((const uint8_t *)key, sizeof key - 1, digest);
    char out[WH_BASE64_SIZE(WH_SHA1_SIZE) + 1] = {0};
    wh_base64_write(digest, sizeof digest, out);
    assert_string_equal(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}
