/* That two configurations are told apart by each single setting. */
#include "visit.h"

#include <string.h>

static const char host[] = "example.com";
static const char alpn[] = "mqtt";

static wh_client_config config(void)
{
    return (wh_client_config){
        .host = host, .port = 443, .ca = (const uint8_t *)host, .ca_size = 4, .alpn = alpn};
}

TEST_CASE(the_same_is_equal)
{
    const wh_client_config a = config();
    wh_client_config b = config();
    char copy[sizeof host];
    memcpy(copy, host, sizeof host);
    b.host = copy;
    assert_true(wh_client_config_equal(&a, &b));
}

TEST_CASE(a_text_that_one_lacks_tells_them_apart)
{
    const wh_client_config a = config();
    wh_client_config b = config();
    b.alpn = NULL;
    assert_false(wh_client_config_equal(&a, &b));
    assert_false(wh_client_config_equal(&b, &a));
}

TEST_CASE(a_file_of_another_size_tells_them_apart)
{
    const wh_client_config a = config();
    wh_client_config b = config();
    b.ca_size--;
    assert_false(wh_client_config_equal(&a, &b));
}

/* Another value of each kind. */
#define WH_OTHER_text(member) member = "other"
#define WH_OTHER_file(member) member = (const uint8_t *)alpn
#define WH_OTHER_secret WH_OTHER_file
#define WH_OTHER_flag(member) member = !member
#define WH_OTHER_inverse WH_OTHER_flag
#define WH_OTHER_version(member) member = WH_TLS13
#define WH_OTHER_reuse(member) member = WH_REUSE_WHEN_NOT_RENEWED
#define WH_OTHER_profile(member) member = WH_PROFILE_FRUGAL
#define WH_OTHER_u16(member) member++
#define WH_OTHER_u32 WH_OTHER_u16
#define WH_OTHER_u32_or_none WH_OTHER_u16

TEST_CASE(each_setting_tells_them_apart)
{
    const wh_client_config a = config();
#define WH_CLIENT_SETTING(kind, name, ...)                                                                   \
    {                                                                                                        \
        wh_client_config b = config();                                                                       \
        WH_OTHER_##kind(b.name);                                                                             \
        assert_false(wh_client_config_equal(&a, &b));                                                        \
    }
#include "warmhello/client.def"
    wh_client_config b = config();
    b.any_name = true;
    assert_false(wh_client_config_equal(&a, &b));
}
