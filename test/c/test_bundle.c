/* ESP-IDF's certificate bundle as the CA: names and keys, from which the one that a server's chain ends in is
 * taken. test/trust has the chains; here are its two formats, its damage, and what a client keeps. */
#include "visit.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include "make_bundle.h"
#include "certificates.h"

static const bundle_format formats[] = {BUNDLE_OLD, BUNDLE_NEW};
enum { FORMATS = sizeof formats / sizeof formats[0], OTHERS = 3 };

static X509 *ca_of(const tls_server *server)
{
    size_t size = 0;
    const uint8_t *pem = server_ca(server, &size);
    BIO *bio = BIO_new_mem_buf(pem, (int)size);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return certificate;
}

typedef struct given_bundle {
    uint8_t *bytes;
    size_t size;
} given_bundle;

/* Of the server's CA among three others, all of one name, as test CAs are. */
static given_bundle bundle_with(const tls_server *server, bundle_format format)
{
    identity others[OTHERS];
    X509 *certificates[OTHERS + 1];
    for (size_t i = 0; i < OTHERS; i++) {
        others[i] = make_authority();
        certificates[i < 2 ? i : i + 1] = others[i].certificate;
    }
    certificates[2] = ca_of(server);
    given_bundle made = {0};
    made.bytes = make_bundle(format, certificates, OTHERS + 1, &made.size);
    X509_free(certificates[2]);
    for (size_t i = 0; i < OTHERS; i++) {
        free_identity(&others[i]);
    }
    return made;
}

static pairing pair_by(const given_bundle *bundle, tls_server *server)
{
    pairing at = pair_with(server);
    at.config.ca = bundle->bytes;
    at.config.ca_size = bundle->size;
    return at;
}

PLATFORM_TEST(a_server_under_a_ca_of_the_bundle_is_trusted_and_resumes)
{
    const server_options *kinds[] = {&id12, &ticket12, &ticket13};
    for (size_t i = 0; i < 2 * FORMATS + FORMATS; i++) {
        tls_server *server = server_start(kinds[i / FORMATS]);
        given_bundle bundle = bundle_with(server, formats[i % FORMATS]);
        pairing at = pair_by(&bundle, server);
        assert_int_equal(wh_client_check(&at.config), WH_OK);
        wake_visit first = wake_at(&at);
        assert_int_equal(first.outcome.error, WH_OK);
        assert_int_equal(first.outcome.result, WH_RESULT_FULL);
        assert_int_equal(first.outcome.cas, OTHERS + 1);
        assert_int_equal(first.outcome.cas_usable, OTHERS + 1);
        assert_int_equal(first.outcome.cas_ending, 0);
        wake_visit second = wake_at(&at);
        assert_int_equal(second.outcome.result, WH_RESULT_RESUMED);
        assert_int_equal(second.outcome.cas, 0);
        free(bundle.bytes);
        wh_host_lose_power(&the_device);
    }
}

PLATFORM_TEST(a_server_under_none_of_its_cas_is_refused_though_one_has_that_name)
{
    for (size_t i = 0; i < FORMATS; i++) {
        tls_server *trusted = server_start(&(server_options){0});
        tls_server *other = server_start(&(server_options){0});
        given_bundle bundle = bundle_with(trusted, formats[i]);
        pairing at = pair_by(&bundle, other);
        assert_int_equal(wake_at(&at).outcome.error, WH_PEER_UNTRUSTED);
        free(bundle.bytes);
    }
}

PLATFORM_TEST(another_bundle_is_not_offered_the_session)
{
    tls_server *server = server_start(&ticket12);
    given_bundle bundle = bundle_with(server, BUNDLE_NEW);
    pairing at = pair_by(&bundle, server);
    assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_FULL);
    bundle.bytes[bundle.size - 1] ^= 1; /* another CA's key */
    assert_full(wake_at(&at), WH_REASON_BINDING);
    free(bundle.bytes);
}

/* As large as ESP-IDF's whole one, of which no SHA-256 is taken: 200 CAs, of which the last is the server's.
 */
PLATFORM_TEST(any_changed_byte_of_a_large_bundle_makes_another_one_of_it)
{
    enum { CAS = 200, PLACES = 97 };
    tls_server *server = server_start(&ticket13);
    identity other = make_authority();
    X509 *certificates[CAS];
    for (size_t i = 0; i < CAS; i++) {
        certificates[i] = other.certificate;
    }
    certificates[CAS - 1] = ca_of(server);
    given_bundle bundle = {0};
    bundle.bytes = make_bundle(BUNDLE_NEW, certificates, CAS, &bundle.size);
    assert_true(bundle.size > 20000);
    pairing at = pair_by(&bundle, server);
    assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_FULL);
    assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_RESUMED);
    wh_client client;
    make_client(&client, &at.config);
    for (size_t i = 0; i < PLACES; i++) {
        size_t place = i * (bundle.size - 1) / (PLACES - 1);
        bundle.bytes[place] ^= (uint8_t)(1 << i % 8);
        wh_client changed;
        make_client(&changed, &at.config);
        assert_memory_not_equal(&changed.binding, &client.binding, sizeof client.binding);
        assert_false(wh_client_is_intact(&client));
        wh_client_free(&changed);
        bundle.bytes[place] ^= (uint8_t)(1 << i % 8);
    }
    assert_true(wh_client_is_intact(&client));
    wh_client_free(&client);
    free(bundle.bytes);
    X509_free(certificates[CAS - 1]);
    free_identity(&other);
}

/* A client takes in a CA for a chain, and gives it up with it. */
PLATFORM_TEST(connections_of_one_client_leave_no_ca_behind)
{
    tls_server *trusted = server_start(&(server_options){0});
    tls_server *other = server_start(&(server_options){0});
    given_bundle bundle = bundle_with(trusted, BUNDLE_NEW);
    pairing at = pair_by(&bundle, trusted);
    at.config.policy.disabled = true;
    wh_client client;
    make_client(&client, &at.config);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(visit_server(&client, other).outcome.error, WH_PEER_UNTRUSTED);
        assert_int_equal(visit_server(&client, trusted).outcome.result, WH_RESULT_FULL);
    }
    memset(bundle.bytes, 0, bundle.size); /* whoever is trusted now has been remembered */
    assert_int_equal(visit_server(&client, trusted).outcome.error, WH_PEER_UNTRUSTED);
    wh_client_free(&client);
    free(bundle.bytes);
}

/* In memory of just its size, so that the sanitizer sees who reads on. */
static int check_copy(const wh_client_config *config, const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    wh_client_config changed = *config;
    changed.ca = copy;
    changed.ca_size = size;
    int result = wh_client_check(&changed);
    free(copy);
    return result;
}

PLATFORM_TEST(a_bundle_that_is_cut_or_damaged_is_refused)
{
    for (size_t i = 0; i < FORMATS; i++) {
        tls_server *server = server_start(&(server_options){0});
        given_bundle bundle = bundle_with(server, formats[i]);
        const pairing at = pair_by(&bundle, server);
        for (size_t size = 0; size < bundle.size; size++) {
            assert_int_equal(check_copy(&at.config, bundle.bytes, size), WH_USAGE_CA);
        }
        assert_int_equal(check_copy(&at.config, bundle.bytes, bundle.size), WH_OK);
        size_t first = formats[i] == BUNDLE_OLD ? 2 : 4 * (OTHERS + 1);
        for (size_t k = 0; k < 4 + 2; k++) { /* its sizes, and its name's own */
            bundle.bytes[first + k] ^= 0x15;
            assert_int_equal(check_copy(&at.config, bundle.bytes, bundle.size), WH_USAGE_CA);
            bundle.bytes[first + k] ^= 0x15;
        }
        bundle.bytes[0]++;
        assert_int_equal(check_copy(&at.config, bundle.bytes, bundle.size), WH_USAGE_CA);
        free(bundle.bytes);
    }
}

/* As where it is a partition of its own. */
PLATFORM_TEST(what_stands_behind_a_bundle_does_no_harm)
{
    tls_server *server = server_start(&(server_options){0});
    given_bundle bundle = bundle_with(server, BUNDLE_NEW);
    pairing at = pair_by(&bundle, server);
    at.config.ca_size = bundle.size + 100;
    uint8_t *flash = malloc(at.config.ca_size);
    assert_non_null(flash);
    memset(flash, 0xff, at.config.ca_size);
    memcpy(flash, bundle.bytes, bundle.size);
    at.config.ca = flash;
    assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_FULL);
    free(flash);
    free(bundle.bytes);
}
