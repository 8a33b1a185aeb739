/* What wolfSSL prints with in place of printf: IP addresses in certificates. */
#include "visit.h"

int wh_wolfssl_print(char *out, size_t size, const char *format, ...);

static void an_ipv4_address_is_four_numbers(void **state)
{
    (void)state;
    char text[16];
    assert_int_equal(wh_wolfssl_print(text, sizeof text, "%u.%u.%u.%u", 192u, 0u, 2u, 10u), 10);
    assert_string_equal(text, "192.0.2.10");
}

static void a_group_of_an_ipv6_address_is_two_bytes(void **state)
{
    (void)state;
    char text[6];
    assert_int_equal(wh_wolfssl_print(text, sizeof text, "%02X%02X%s", 0x0du, 0xb8u, ":"), 5);
    assert_string_equal(text, "0DB8:");
}

static void what_does_not_fit_is_cut_and_told(void **state)
{
    (void)state;
    char text[8] = {0};
    text[7] = 'x';
    assert_int_equal(wh_wolfssl_print(text, 7, "%u.%u.%u.%u", 255u, 255u, 255u, 255u), 15);
    assert_string_equal(text, "255.25");
    assert_int_equal(text[7], 'x');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ipv4_address_is_four_numbers),
        cmocka_unit_test(a_group_of_an_ipv6_address_is_two_bytes),
        cmocka_unit_test(what_does_not_fit_is_cut_and_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
