/* What a ClientHello that offers a session says beside it. */
#include "visit.h"

#include <string.h>

/* Extensions in IANA's TLS registry, and the one PSK mode with a key exchange (RFC 8446 4.2.9). */
enum {
    SERVER_NAME_EXTENSION = 0,
    PRE_SHARED_KEY = 41,
    EARLY_DATA = 42,
    PSK_KEY_EXCHANGE_MODES = 45,
    PSK_DHE_KE = 1
};

typedef struct hello {
    uint8_t bytes[2048];
    size_t size;
} hello;

static unsigned two_bytes(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

/* The body of an extension, with its length in front; NULL if there is none of this type. */
static const uint8_t *find_extension(const hello *in, unsigned type)
{
    size_t at = 5 + 4 + 2 + 32; /* headers of record and message, version, random */
    at += 1u + in->bytes[at];   /* session ID */
    at += 2u + two_bytes(in->bytes + at);
    at += 1u + in->bytes[at]; /* compression */
    for (at += 2; at + 4 <= in->size; at += 4u + two_bytes(in->bytes + at + 2)) {
        if (two_bytes(in->bytes + at) == type) {
            return in->bytes + at + 2;
        }
    }
    return NULL;
}

static hello hello_at(pairing *at)
{
    wh_client client;
    make_client(&client, &at->config);
    wire_line line;
    assert_int_equal(line_open(&line, &client, at->server), WH_OK);
    hello sent;
    memset(&sent, 0, sizeof sent);
    int size = conn_drain(&line.conn, sent.bytes, sizeof sent.bytes);
    assert_true(size > 0 && (size_t)size < sizeof sent.bytes);
    sent.size = (size_t)size;
    line_free(&line);
    wh_client_free(&client);
    return sent;
}

/* The hello of a second wake, with the ticket of the first. */
static hello hello_with_ticket(const server_options *options)
{
    pairing at = pair_with(server_start(options));
    assert_true(wake_at(&at).outcome.stored);
    hello sent = hello_at(&at);
    assert_non_null(find_extension(&sent, PRE_SHARED_KEY));
    return sent;
}

PLATFORM_TEST(the_servers_name_is_sent_unless_any_is_taken)
{
    pairing at = pair_with(server_start(&(server_options){0}));
    hello named = hello_at(&at);
    assert_non_null(find_extension(&named, SERVER_NAME_EXTENSION));
    at.config.any_name = true;
    hello nameless = hello_at(&at);
    assert_null(find_extension(&nameless, SERVER_NAME_EXTENSION));
}

PLATFORM_TEST(a_ticket_is_offered_with_a_key_exchange_only)
{
    hello sent = hello_with_ticket(&(server_options){.min_version = WH_TLS13});
    const uint8_t *modes = find_extension(&sent, PSK_KEY_EXCHANGE_MODES);
    assert_non_null(modes);
    static const uint8_t expected[] = {0, 2, 1, PSK_DHE_KE};
    assert_memory_equal(modes, expected, sizeof expected);
}

PLATFORM_TEST(no_early_data_goes_out_without_consent)
{
    hello sent = hello_with_ticket(&(server_options){.min_version = WH_TLS13, .early_data = true});
    assert_null(find_extension(&sent, EARLY_DATA));
}
