/* Servers whose TLS 1.2 lacks the extended master secret (RFC 7627), and a client that is told to keep their
 * sessions all the same. */
#include "visit.h"

#include <string.h>

#include <wolfssl/error-ssl.h>

static const server_options kinds[] = {
    {.max_version = WH_TLS12, .session_ids = true, .no_ems = true},
    {.max_version = WH_TLS12, .no_ems = true},
};
static const wh_kind kind_of[] = {WH_KIND_ID, WH_KIND_TICKET};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* Its type and its length, which is 0. */
static const uint8_t extension[] = {0, 23, 0, 0};

static wh_client_config permissive(const tls_server *server)
{
    wh_client_config config = config_for(server);
    config.policy.without_extended_master_secret = true;
    return config;
}

PLATFORM_TEST(they_resume_where_that_is_allowed)
{
    for (size_t i = 0; i < KINDS; i++) {
        tls_server *server = server_start(&kinds[i]);
        wh_client_config config = permissive(server);
        assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
        for (int wake = 0; wake < 3; wake++) {
            wake_visit visit = wake_and_visit(&config, server);
            assert_resumed(visit, kind_of[i]);
            assert_int_equal(visit.outcome.store_error, WH_OK);
        }
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* RFC 7627 5.3: else a server that has learned it would not see that the client knows it too. */
PLATFORM_TEST(the_hello_has_the_extension_all_the_same)
{
    for (size_t i = 0; i < KINDS; i++) {
        tls_server *server = server_start(&kinds[i]);
        wh_client_config config = permissive(server);
        assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
        wh_client client;
        wire_line line;
        make_client(&client, &config);
        assert_int_equal(line_open(&line, &client, server), WH_OK);
        assert_int_equal(wh_conn_outcome(&line.conn)->kind, kind_of[i]);
        assert_true(contains(line.out, line.conn.out_len, extension, sizeof extension));
        line_free(&line);
        wh_client_free(&client);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(a_server_that_has_learned_it_goes_in_full)
{
    for (size_t i = 0; i < KINDS; i++) {
        tls_server *server = server_start(&kinds[i]);
        wh_client_config config = permissive(server);
        config.max_version = WH_TLS12;
        assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
        server_add_ems(server);
        assert_full(wake_and_visit(&config, server), WH_REASON_REFUSED);
        assert_resumed(wake_and_visit(&config, server), kind_of[i]);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(such_a_session_is_for_a_client_that_takes_it_alone)
{
    tls_server *server = server_start(&kinds[0]);
    wh_client_config config = permissive(server);
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    config.policy.without_extended_master_secret = false;
    wake_visit visit = wake_and_visit(&config, server);
    assert_full(visit, WH_REASON_BINDING);
    assert_int_equal(visit.outcome.kind, WH_KIND_NONE);
}

PLATFORM_TEST(it_does_not_go_with_a_certificate_of_the_client)
{
    tls_server *server = server_start(&(server_options){.wants_certificate = true});
    client_identity identity = server_client_identity(server);
    wh_client_config config = permissive(server);
    config.certificate = pem_bytes(identity.certificate, &config.certificate_size);
    config.key = pem_bytes(identity.key, &config.key_size);
    wh_client client;
    assert_int_equal(wh_client_init(&client, &config), WH_USAGE_ARGUMENT);
    config.policy.without_extended_master_secret = false;
    assert_int_equal(wh_client_init(&client, &config), WH_OK);
    wh_client_free(&client);
    free_client_identity(&identity);
}

/* ---- A server that breaks RFC 7627 ------------------------------------------------------------------------
 */

static void add_to_length(uint8_t *at, int change)
{
    int length = (at[0] << 8 | at[1]) + change;
    at[0] = (uint8_t)(length >> 8);
    at[1] = (uint8_t)length;
}

/* Adds the extension to the ServerHello at the front of these bytes, or takes it out. Returns their new size.
 */
static size_t change_hello(uint8_t *bytes, size_t size, bool adds)
{
    enum { RECORD = 5, MESSAGE = 4, ID_SIZE_AT = RECORD + MESSAGE + 2 + 32, SUITE_AND_COMPRESSION = 3 };
    uint8_t *extensions = bytes + ID_SIZE_AT + 1 + bytes[ID_SIZE_AT] + SUITE_AND_COMPRESSION;
    uint8_t *first = extensions + 2;
    uint8_t *end = bytes + size;
    int change = adds ? (int)sizeof extension : -(int)sizeof extension;
    if (adds) {
        memmove(first + sizeof extension, first, (size_t)(end - first));
        memcpy(first, extension, sizeof extension);
    } else {
        while (first < end && memcmp(first, extension, sizeof extension) != 0) {
            first += 4 + (first[2] << 8 | first[3]);
        }
        assert_true(first < end);
        memmove(first, first + sizeof extension, (size_t)(end - first) - sizeof extension);
    }
    add_to_length(bytes + 3, change);
    add_to_length(bytes + RECORD + 2, change);
    add_to_length(extensions, change);
    return (size_t)((long)size + change);
}

/* A server that resumes with the extension a session without, or the reverse. */
PLATFORM_TEST(a_resumption_must_be_as_its_session)
{
    for (int adds = 0; adds < 2; adds++) {
        tls_server *server =
            server_start(&(server_options){.max_version = WH_TLS12, .session_ids = true, .no_ems = adds});
        wh_client_config config = permissive(server);
        assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
        wh_client client;
        wire_line line;
        uint8_t bytes[2048];
        make_client(&client, &config);
        assert_int_equal(line_open(&line, &client, server), WH_OK);
        int size = conn_drain(&line.conn, bytes, sizeof bytes);
        assert_true(size > 0);
        peer_take(line.peer, bytes, (size_t)size);
        size_t answered = peer_give(line.peer, bytes, sizeof bytes - sizeof extension);
        assert_true(answered > 100);
        answered = change_hello(bytes, answered, adds);
        assert_true(wh_conn_feed(&line.conn, bytes, answered) < 0);
        assert_int_equal(wh_conn_outcome(&line.conn)->wolfssl_error, EXT_MASTER_SECRET_NEEDED_E);
        assert_true(wh_conn_fallback_due(&line.conn));
        line_free(&line);
        assert_full(visit_server(&client, server), WH_REASON_FALLBACK);
        wh_client_free(&client);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}
