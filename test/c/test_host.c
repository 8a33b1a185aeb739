/* What a host may be, and which names in certificates are its own. */
#include "visit.h"

#include <string.h>

#include "host_names.h"

static void assert_text(const char *given, const char *expected)
{
    wh_host host;
    assert_int_equal(wh_host_read(given, &host), WH_OK);
    assert_string_equal(host.text, expected);
}

TEST_CASE(names_of_any_kind_are_taken_in_one_spelling)
{
    static const char *const names[][2] = {
        {"example.com", "example.com"},
        {"Example.COM.", "example.com"},
        {"broker", "broker"},
        {"mqtt-1", "mqtt-1"},
        {"my_broker.local", "my_broker.local"},
        {"foo.123", "foo.123"},
        {"1a.2.3.4", "1a.2.3.4"},
        {"xn--bcher-kva.example", "xn--bcher-kva.example"},
        {"a-.-b", "a-.-b"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        wh_host host;
        assert_text(names[i][0], names[i][1]);
        assert_int_equal(wh_host_read(names[i][0], &host), WH_OK);
        assert_int_equal(host.address_size, 0);
    }
}

TEST_CASE(an_address_has_one_spelling_too)
{
    static const char *const addresses[][2] = {
        {"10.0.0.1", "10.0.0.1"},
        {"255.255.255.255", "255.255.255.255"},
        {"0.0.0.0", "0.0.0.0"},
        {"::1", "::1"},
        {"[::1]", "::1"},
        {"0000:0000:0000:0000:0000:0000:0000:0001", "::1"},
        {"::", "::"},
        {"2001:DB8::ff00:42:8329", "2001:db8::ff00:42:8329"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
        {"::ffff:1.2.3.4", "::ffff:102:304"},
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
        {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
        {"1:0:0:2:3:0:0:4", "1::2:3:0:0:4"},
        {"1:0::", "1::"},
    };
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        assert_text(addresses[i][0], addresses[i][1]);
    }
}

TEST_CASE(what_is_neither_is_no_host)
{
    static const char *const wrong[] = {
        "",
        ".",
        "..",
        "a..b",
        ".a",
        "a b",
        "a/b",
        "https://a",
        "a:443",
        "b\xc3\xbc",
        "1.2.3",
        "1.2.3.4.5",
        "192.168.1",
        "192.168.001.010",
        "256.0.0.1",
        "1.2.3.",
        "123",
        "fe80::1%e",
        "fe80::1%eth0",
        ":",
        ":::",
        ":1",
        "1:",
        "1::2::3",
        "12345::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "::1.2.3",
        "::1.2.3.4.5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "[1.2.3.4",
        "[::1",
        "::1]",
        "[]",
        "*",
        "*.example.com",
        "g::",
        "1::2:3:4:5:6:7:8",
        "::1.2.3.04",
    };
    wh_host host;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (wh_host_read(wrong[i], &host) != WH_USAGE_HOST) {
            fail_msg("\"%s\" is taken as \"%s\"", wrong[i], host.text);
        }
    }
    assert_int_equal(wh_host_read(NULL, &host), WH_USAGE_HOST);
}

TEST_CASE(labels_and_names_have_their_longest)
{
    char name[260];
    wh_host host;
    for (size_t label = 62; label <= 64; label++) {
        memset(name, 'a', sizeof name);
        memcpy(name + label, ".b", 3);
        assert_int_equal(wh_host_read(name, &host), label <= 63 ? WH_OK : WH_USAGE_HOST);
    }
    for (size_t size = 252; size <= 255; size++) {
        for (size_t i = 0; i < size; i++) {
            name[i] = i % 4 == 3 ? '.' : 'a';
        }
        name[size - 1] = 'b';
        name[size] = '\0';
        assert_int_equal(wh_host_read(name, &host), size <= WH_HOST_MAX ? WH_OK : WH_USAGE_HOST);
    }
}

static bool named(const char *host_text, const char *name)
{
    wh_host host;
    assert_int_equal(wh_host_read(host_text, &host), WH_OK);
    return wh_host_is_named(&host, name, strlen(name));
}

/* RFC 9525 6.3 */
TEST_CASE(a_name_is_its_own_and_a_wildcard_is_one_label)
{
    assert_true(named("example.com", "EXAMPLE.com"));
    assert_true(named("example.com.", "example.com"));
    assert_true(named("example.com", "example.com."));
    assert_true(named("broker", "broker"));
    assert_true(named("a.example.com", "*.example.com"));
    assert_true(named("xn--bcher-kva.example.com", "*.example.com"));
    static const char *const others[][2] = {
        {"example.com", "example.co"},
        {"example.com", "example.comm"},
        {"example.com", ""},
        {"example.com", "."},
        {"example.com", "*.example.com"},
        {"a.b.example.com", "*.example.com"},
        {"example.com", "*.com"},
        {"broker", "*"},
        {"a.local", "*.local"},
        {"foo.example.com", "f*.example.com"},
        {"foo.example.com", "*o.example.com"},
        {"a.b.example.com", "*.*.example.com"},
        {"a.b.example.com", "a.*.example.com"},
        {"a.example.com", "*"},
        {"a.example.com", "*."},
        {"a.example.com", "*example.com"},
        {"1.2.3.4", "1.2.3.4"},
        {"1.2.3.4", "*.2.3.4"},
        {"::1", "::1"},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(named(others[i][0], others[i][1]));
    }
    wh_host host;
    assert_int_equal(wh_host_read("good.test", &host), WH_OK);
    assert_false(wh_host_is_named(&host, "good.test\0.evil.test", 20)); /* CVE-2009-2408 */
    assert_false(wh_host_is_named(&host, "good.test\0", 10));
}

TEST_CASE(an_address_is_compared_as_bytes)
{
    wh_host host;
    static const uint8_t v4[] = {1, 2, 3, 4};
    static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, 1, 2, 3, 4};
    assert_int_equal(wh_host_read("1.2.3.4", &host), WH_OK);
    assert_true(wh_host_is_at(&host, v4, sizeof v4));
    assert_false(wh_host_is_at(&host, v4, 3));
    assert_false(wh_host_is_at(&host, mapped, sizeof mapped));
    assert_int_equal(wh_host_read("::FFFF:1.2.3.4", &host), WH_OK);
    assert_true(wh_host_is_at(&host, mapped, sizeof mapped));
    assert_false(wh_host_is_at(&host, v4, sizeof v4));
    assert_int_equal(wh_host_read("example.com", &host), WH_OK);
    assert_false(wh_host_is_at(&host, v4, 0));
}
