/* Mutual TLS and ALPN, as cloud brokers ask for them. */
#include "visit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

static const server_options mutual[] = {
    {.max_version = WH_TLS12, .session_ids = true, .wants_certificate = true},
    {.max_version = WH_TLS12, .wants_certificate = true},
    {.min_version = WH_TLS13, .wants_certificate = true},
};

static wh_client_config with_identity(wh_client_config config, const client_identity *device)
{
    config.certificate = pem_bytes(device->certificate, &config.certificate_size);
    config.key = pem_bytes(device->key, &config.key_size);
    return config;
}

PLATFORM_TEST(a_device_with_a_certificate_resumes)
{
    for (size_t i = 0; i < 3; i++) {
        tls_server *server = server_start(&mutual[i]);
        client_identity device = server_client_identity(server);
        wh_client_config config = with_identity(config_for(server), &device);
        wake_visit first = wake_and_visit(&config, server);
        assert_int_equal(first.outcome.result, WH_RESULT_FULL);
        assert_true(first.server_saw_certificate);
        wake_visit second = wake_and_visit(&config, server);
        assert_int_equal(second.outcome.result, WH_RESULT_RESUMED);
        assert_true(second.server_resumed);
        assert_true(second.server_saw_certificate); /* the ticket or the cache carries it */
        free_client_identity(&device);
        wh_host_lose_power(&the_device);
    }
}

PLATFORM_TEST(a_session_with_a_certificate_is_not_offered_without_it)
{
    tls_server *server = server_start(&(server_options){.max_version = WH_TLS12});
    client_identity device = server_client_identity(server);
    wh_client_config without = config_for(server);
    wh_client_config with = with_identity(without, &device);
    assert_true(wake_and_visit(&with, server).outcome.stored);
    wake_visit visit = wake_and_visit(&without, server);
    assert_int_equal(visit.outcome.result, WH_RESULT_FULL);
    assert_int_equal(visit.outcome.reason, WH_REASON_BINDING);
    free_client_identity(&device);
}

PLATFORM_TEST(a_missing_certificate_is_named)
{
    pairing at = pair_with(server_start(&mutual[2]));
    assert_int_equal(wake_at(&at).outcome.error, WH_PEER_WANTS_CERTIFICATE);

    at.server = server_start(&mutual[1]); /* in TLS 1.2 the server only says handshake_failure */
    at.config = config_for(at.server);
    wake_visit visit = wake_at(&at);
    assert_int_equal(visit.outcome.error, WH_PEER_ALERT);
    assert_int_equal(visit.outcome.alert, 40);
}

PLATFORM_TEST(a_certificate_of_another_authority_is_refused)
{
    for (size_t i = 1; i < 3; i++) {
        tls_server *server = server_start(&mutual[i]);
        tls_server *other = server_start(&mutual[i]);
        client_identity device = server_client_identity(other);
        wh_client_config config = with_identity(config_for(server), &device);
        assert_int_equal(wake_and_visit(&config, server).outcome.error, WH_PEER_REFUSES_CERTIFICATE);
        free_client_identity(&device);
    }
}

/* The contents of a file's first block, by OpenSSL; to be freed. */
static uint8_t *der_of(const uint8_t *file, size_t *size)
{
    BIO *bio = BIO_new_mem_buf(file, (int)*size);
    char *label = NULL;
    char *header = NULL;
    unsigned char *der = NULL;
    long der_size = 0;
    assert_int_equal(PEM_read_bio(bio, &label, &header, &der, &der_size), 1);
    OPENSSL_free(label);
    OPENSSL_free(header);
    BIO_free(bio);
    *size = (size_t)der_size;
    return der;
}

PLATFORM_TEST(each_way_a_file_can_be_wrong_is_named)
{
    tls_server *server = server_start(&mutual[0]);
    client_identity device = server_client_identity(server);
    client_identity other = server_client_identity(server);
    const wh_client_config good = with_identity(config_for(server), &device);
    assert_int_equal(wh_client_check(&good), WH_OK);

    wh_client_config config = good;
    config.key = pem_bytes(other.key, &config.key_size);
    assert_int_equal(wh_client_check(&config), WH_USAGE_KEY_MISMATCH);
    config.key = pem_bytes(device.locked_key, &config.key_size);
    assert_int_equal(wh_client_check(&config), WH_USAGE_KEY_ENCRYPTED);
    uint8_t *locked = der_of(config.key, &config.key_size);
    config.key = locked;
    assert_int_equal(wh_client_check(&config), WH_USAGE_KEY_ENCRYPTED);
    OPENSSL_free(locked);
    config.key = good.certificate; /* the files mixed up */
    config.key_size = good.certificate_size;
    assert_int_equal(wh_client_check(&config), WH_USAGE_KEY);
    config.key = good.key;
    config.key_size = good.key_size / 2;
    assert_int_equal(wh_client_check(&config), WH_USAGE_KEY);
    config = good;
    config.certificate_size /= 2;
    assert_int_equal(wh_client_check(&config), WH_USAGE_CERTIFICATE);
    config.certificate = good.key;
    config.certificate_size = good.key_size;
    assert_int_equal(wh_client_check(&config), WH_USAGE_CERTIFICATE);
    config = good;
    config.key = NULL;
    assert_int_equal(wh_client_check(&config), WH_USAGE_ARGUMENT);
    config = good;
    config.certificate = NULL;
    assert_int_equal(wh_client_check(&config), WH_USAGE_ARGUMENT);

    free_client_identity(&other);
    free_client_identity(&device);
}

/* What a device is given, in memory that can be overwritten. */
typedef struct given_files {
    uint8_t ca[4096];
    uint8_t certificate[4096];
    uint8_t key[4096];
} given_files;

static const uint8_t *overwritable(uint8_t *room, const uint8_t *file, size_t size)
{
    assert_true(size <= sizeof((given_files *)0)->ca);
    memcpy(room, file, size);
    return room;
}

static wh_client_config with_files(wh_client_config config, given_files *files)
{
    config.ca = overwritable(files->ca, config.ca, config.ca_size);
    config.certificate = overwritable(files->certificate, config.certificate, config.certificate_size);
    config.key = overwritable(files->key, config.key, config.key_size);
    return config;
}

PLATFORM_TEST(a_resumed_wake_reads_neither_the_ca_nor_the_certificate_nor_the_key)
{
    for (size_t i = 0; i < 3; i++) {
        tls_server *server = server_start(&mutual[i]);
        client_identity device = server_client_identity(server);
        static given_files files;
        wh_client_config config = with_files(with_identity(config_for(server), &device), &files);
        assert_int_equal(wake_and_visit(&config, server).outcome.result, WH_RESULT_FULL);
        wh_client client;
        make_client(&client, &config);
        memset(&files, 'x', sizeof files);
        wake_visit visit = visit_server(&client, server);
        assert_int_equal(visit.outcome.result, WH_RESULT_RESUMED);
        assert_true(visit.server_saw_certificate);
        assert_int_equal(visit.outcome.cas, 0);
        wh_client_free(&client);
        free_client_identity(&device);
        wh_host_lose_power(&the_device);
    }
}

PLATFORM_TEST(files_that_changed_under_a_client_are_not_used)
{
    for (size_t i = 1; i < 3; i++) {
        tls_server *server = server_start(&mutual[i]);
        client_identity device = server_client_identity(server);
        static given_files files;
        wh_client_config config = with_files(with_identity(config_for(server), &device), &files);
        wh_client client;
        make_client(&client, &config);
        assert_true(wh_client_is_intact(&client));
        files.ca[config.ca_size - 1] ^= 1; /* a line's end, which means nothing */
        assert_false(wh_client_is_intact(&client));
        wake_visit visit = visit_server(&client, server);
        assert_int_equal(visit.outcome.error, WH_USAGE_CA);
        files.ca[config.ca_size - 1] ^= 1;
        assert_int_equal(visit_server(&client, server).outcome.result, WH_RESULT_FULL);
        assert_int_equal(wh_store_forget(), WH_OK);
        assert_true(wh_client_is_intact(&client));
        files.certificate[config.certificate_size - 1] ^= 1;
        assert_false(wh_client_is_intact(&client));
        assert_int_equal(visit_server(&client, server).outcome.error, WH_USAGE_CERTIFICATE);
        wh_client_free(&client);
        free_client_identity(&device);
        wh_host_lose_power(&the_device);
    }
}

PLATFORM_TEST(a_server_that_refuses_the_session_sees_the_certificate_on_the_same_connection)
{
    for (size_t i = 0; i < 3; i++) {
        tls_server *server = server_start(&mutual[i]);
        client_identity device = server_client_identity(server);
        wh_client_config config = with_identity(config_for(server), &device);
        assert_int_equal(wake_and_visit(&config, server).outcome.result, WH_RESULT_FULL);
        server_forget_sessions(server);
        wake_visit visit = wake_and_visit(&config, server);
        assert_full(visit, WH_REASON_REFUSED);
        assert_true(visit.server_saw_certificate);
        assert_int_equal(visit.outcome.cas, 1);
        assert_int_equal(visit.outcome.cas_usable, 1);
        free_client_identity(&device);
        wh_host_lose_power(&the_device);
    }
}

/* With a session that the server refuses, so that nothing is to be gained by another connection. */
static wake_visit visit_in_full(const wh_client_config *good, const wh_client_config *bad, tls_server *server)
{
    assert_int_equal(wake_and_visit(good, server).outcome.error, WH_OK);
    server_forget_sessions(server);
    wake_visit visit = wake_and_visit(bad, server);
    assert_false(visit.fallback_due);
    assert_int_equal(wh_store_forget(), WH_OK);
    return visit;
}

PLATFORM_TEST(a_file_that_cannot_be_used_is_the_error_of_a_connect_in_full)
{
    for (size_t i = 0; i < 3; i++) {
        tls_server *server = server_start(&mutual[i]);
        client_identity device = server_client_identity(server);
        client_identity other = server_client_identity(server);
        const wh_client_config good = with_identity(config_for(server), &device);
        wh_client_config bad = good;
        bad.key = pem_bytes(device.locked_key, &bad.key_size);
        assert_int_equal(visit_in_full(&good, &bad, server).outcome.error, WH_USAGE_KEY_ENCRYPTED);
        bad.key = good.certificate;
        bad.key_size = good.certificate_size;
        assert_int_equal(visit_in_full(&good, &bad, server).outcome.error, WH_USAGE_KEY);
        bad.key = pem_bytes(other.key, &bad.key_size);
        assert_int_equal(visit_in_full(&good, &bad, server).outcome.error, WH_USAGE_KEY_MISMATCH);
        bad = good;
        bad.certificate = good.key;
        bad.certificate_size = good.key_size;
        assert_int_equal(visit_in_full(&good, &bad, server).outcome.error, WH_USAGE_CERTIFICATE);
        bad = good;
        bad.ca = (const uint8_t *)"not a certificate";
        bad.ca_size = 17;
        wake_visit visit = visit_in_full(&good, &bad, server);
        assert_int_equal(visit.outcome.error, WH_USAGE_CA);
        assert_int_equal(visit.outcome.cas, 0);
        free_client_identity(&other);
        free_client_identity(&device);
        wh_host_lose_power(&the_device);
    }
}

/* OpenSSL's other form of a key: SEC1 for one on a curve. */
static uint8_t *sec1_of(const uint8_t *pkcs8, size_t *size)
{
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &pkcs8, (long)*size);
    unsigned char *der = NULL;
    *size = (size_t)i2d_PrivateKey(key, &der);
    EVP_PKEY_free(key);
    return der;
}

typedef struct der_files {
    uint8_t *ca;
    uint8_t *certificate;
    uint8_t *key;
    uint8_t *sec1;
} der_files;

static wh_client_config in_der(wh_client_config config, der_files *files)
{
    config.ca = files->ca = der_of(config.ca, &config.ca_size);
    config.certificate = files->certificate = der_of(config.certificate, &config.certificate_size);
    config.key = files->key = der_of(config.key, &config.key_size);
    return config;
}

static void free_der_files(der_files *files)
{
    OPENSSL_free(files->ca);
    OPENSSL_free(files->certificate);
    OPENSSL_free(files->key);
    OPENSSL_free(files->sec1);
}

PLATFORM_TEST(files_in_der_do_what_they_do_in_pem)
{
    for (size_t i = 0; i < 3; i++) {
        tls_server *server = server_start(&mutual[i]);
        client_identity device = server_client_identity(server);
        der_files files = {0};
        wh_client_config config = in_der(with_identity(config_for(server), &device), &files);
        assert_int_equal(wh_client_check(&config), WH_OK);
        wake_visit first = wake_and_visit(&config, server);
        assert_int_equal(first.outcome.result, WH_RESULT_FULL);
        assert_int_equal(first.outcome.cas, 1);
        assert_true(first.server_saw_certificate);
        assert_int_equal(wake_and_visit(&config, server).outcome.result, WH_RESULT_RESUMED);
        assert_int_equal(wh_store_forget(), WH_OK);
        config.key = files.sec1 = sec1_of(config.key, &config.key_size);
        assert_true(wake_and_visit(&config, server).server_saw_certificate);
        free_der_files(&files);
        free_client_identity(&device);
        wh_host_lose_power(&the_device);
    }
}

/* Each file in memory of just its size, so that the sanitizer sees who reads on. */
PLATFORM_TEST(der_that_is_cut_anywhere_is_refused_and_not_read_past_its_end)
{
    tls_server *server = server_start(&mutual[0]);
    client_identity device = server_client_identity(server);
    der_files files = {0};
    const wh_client_config good = in_der(with_identity(config_for(server), &device), &files);
    for (size_t size = 0; size < good.ca_size; size += 7) {
        uint8_t *cut = malloc(size + 1);
        assert_non_null(cut);
        memcpy(cut, good.ca, size);
        wh_client_config config = good;
        config.ca = realloc(cut, size > 0 ? size : 1);
        config.ca_size = size;
        assert_int_equal(wh_client_check(&config), WH_USAGE_CA);
        free((void *)config.ca);
    }
    wh_client_config config = good;
    config.certificate_size--;
    assert_int_equal(wh_client_check(&config), WH_USAGE_CERTIFICATE);
    config = good;
    config.key_size--;
    assert_int_equal(wh_client_check(&config), WH_USAGE_KEY);
    free_der_files(&files);
    free_client_identity(&device);
}

/* As ESP-IDF embeds text files, and as mbedTLS wants PEM. */
PLATFORM_TEST(a_zero_byte_that_is_counted_does_pem_no_harm)
{
    tls_server *server = server_start(&mutual[2]);
    client_identity device = server_client_identity(server);
    static given_files files; /* zeros behind each */
    wh_client_config config = with_files(with_identity(config_for(server), &device), &files);
    config.ca_size++;
    config.certificate_size++;
    config.key_size++;
    wake_visit visit = wake_and_visit(&config, server);
    assert_int_equal(visit.outcome.result, WH_RESULT_FULL);
    assert_true(visit.server_saw_certificate);
    free_client_identity(&device);
}

/* A text in which parts stand behind each other. */
static size_t join(char *out, size_t room, const char *const *parts, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(parts[i]);
        assert_true(size + length < room);
        memcpy(out + size, parts[i], length + 1);
        size += length;
    }
    return size;
}

/* A certificate on P-521, which nothing here can verify with. */
static const char on_p521[] = "-----BEGIN CERTIFICATE-----\n"
                              "MIIB/TCCAV6gAwIBAgIUX1K9VLWhDT93fNdMzNZU1wyIjJIwCgYIKoZIzj0EAwIw\n"
                              "DzENMAsGA1UEAwwEcDUyMTAgFw0yNjExMjkxMzI5MThaGA8yMTI2MTEwNTEzMjkx\n"
                              "OFowDzENMAsGA1UEAwwEcDUyMTCBmzAQBgcqhkjOPQIBBgUrgQQAIwOBhgAEAOf9\n"
                              "PqEipl1YBaYz1w9P0YmhKnojCVb7NcJQYYLOHjtVghYz7RmfBYhBupoEG4Z3IwFU\n"
                              "xP98eIcDSh71usKHOl0AAZW+qLKCloYe2DGqT0DvHjnVSB3Btv1l8NeF1w3hotrM\n"
                              "0ClLtf/ErIEfxtSmH9GssnkCIZjA8LEtINHTVQ33XIx2o1MwUTAdBgNVHQ4EFgQU\n"
                              "aVKWxh2PczEHrxvI3/lTae/r3lIwHwYDVR0jBBgwFoAUaVKWxh2PczEHrxvI3/lT\n"
                              "ae/r3lIwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgOBjAAwgYgCQgCHPX7M\n"
                              "ZT/jieIo1Qh+9PoyRDmQbZjv0d35hoUBTFXU1T9OwLgy9bt3mf3sjULfpytogbqu\n"
                              "yYtzR1dc7zIxKYaymAJCAYQNrj5c4ZcQEpxONPNLtCct5SjQukR3RD74l8EL4jdg\n"
                              "gN/YbEjHdDg1JbAeuIuitvw8XpoRYFzvChcREiexh0JB\n"
                              "-----END CERTIFICATE-----\n";

PLATFORM_TEST(of_a_ca_file_what_is_of_no_use_is_left_aside_and_damage_is_an_error)
{
    pairing at = pair_with(server_start(&(server_options){0}));
    static char good[4096];
    assert_true(at.config.ca_size < sizeof good);
    memcpy(good, at.config.ca, at.config.ca_size);
    good[at.config.ca_size] = '\0';
    static const char list[] = "-----BEGIN X509 CRL-----\nYWJj\n-----END X509 CRL-----\n";
    static const char damaged[] = "-----BEGIN CERTIFICATE-----\nYWJj*\n-----END CERTIFICATE-----\n";
    static const char not_one[] = "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n";
    const struct {
        const char *parts[3];
        size_t count;
        int error;
    } cases[] = {
        {{good, good, list}, 3, WH_OK},    {{list, on_p521, good}, 3, WH_OK},
        {{on_p521}, 1, WH_USAGE_CA},       {{list}, 1, WH_USAGE_CA},
        {{good, damaged}, 2, WH_USAGE_CA}, {{good, not_one, good}, 3, WH_USAGE_CA},
    };
    static char file[3 * sizeof good];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        at.config.ca = (const uint8_t *)file;
        at.config.ca_size = join(file, sizeof file, cases[i].parts, cases[i].count);
        assert_int_equal(wh_client_check(&at.config), cases[i].error);
    }
    at.config.ca_size = join(file, sizeof file, cases[1].parts, cases[1].count);
    assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_FULL);
}

PLATFORM_TEST(the_application_protocol_is_agreed_on_in_full_and_resumed)
{
    const server_options options[] = {
        {.max_version = WH_TLS12, .alpn = "mqtt"},
        {.min_version = WH_TLS13, .alpn = "mqtt"},
    };
    for (size_t i = 0; i < 2; i++) {
        pairing at = pair_with(server_start(&options[i]));
        at.config.alpn = "http/1.1,mqtt";
        for (int wake = 0; wake < 2; wake++) {
            wake_visit visit = wake_at(&at);
            assert_int_equal(visit.outcome.result, wake == 0 ? WH_RESULT_FULL : WH_RESULT_RESUMED);
            assert_string_equal(visit.alpn, "mqtt");
        }
        wh_host_lose_power(&the_device);
    }
}

PLATFORM_TEST(a_server_without_the_application_protocol_is_named)
{
    pairing at = pair_with(server_start(&(server_options){.alpn = "h2"}));
    at.config.alpn = "mqtt";
    assert_int_equal(wake_at(&at).outcome.error, WH_PEER_ALPN);
}

PLATFORM_TEST(a_server_that_knows_no_alpn_is_accepted)
{
    pairing at = pair_with(server_start(&(server_options){0}));
    at.config.alpn = "mqtt";
    assert_int_equal(wake_at(&at).outcome.error, WH_OK);
}

PLATFORM_TEST(unusable_lists_of_application_protocols_are_refused)
{
    pairing at = pair_with(server_start(&(server_options){0}));
    char long_list[WH_ALPN_MAX + 2];
    memset(long_list, 'a', sizeof long_list - 1);
    long_list[sizeof long_list - 1] = '\0';
    const char *const bad[] = {"", ",", "mqtt,", ",mqtt", "a,,b", long_list};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        at.config.alpn = bad[i];
        assert_int_equal(wh_client_check(&at.config), WH_USAGE_ALPN);
    }
}
