/* Secrets are wiped: none is left in memory that was given back, nor in static memory. */
#include "visit.h"
#include "warmhello/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

enum { LOG_MAX = 64 * 1024 * 1024, NEEDLES_MAX = 64, PIECE = 16, SECRET_MAX = 64 };

/* ---- What was released ------------------------------------------------------------------ */

/* Contents of every block that was given back, one after another, while `on`. */
static struct {
    uint8_t *bytes;
    size_t size;
    bool on;
} released;

/* In front of each block, its size. */
typedef union prefix {
    size_t size;
    max_align_t align;
} prefix;

static wh_platform host;

static void *allocate(void *ctx, size_t size)
{
    prefix *block = host.allocate(ctx, sizeof *block + size);
    if (block == NULL) {
        return NULL;
    }
    block->size = size;
    return block + 1;
}

static void release(void *ctx, void *memory)
{
    if (memory == NULL) {
        return;
    }
    prefix *block = (prefix *)memory - 1;
    if (released.on) {
        assert_true(released.size + block->size <= LOG_MAX);
        memcpy(released.bytes + released.size, memory, block->size);
        released.size += block->size;
    }
    host.release(ctx, block);
}

static void *reallocate(void *ctx, void *memory, size_t size)
{
    void *grown = allocate(ctx, size);
    if (grown != NULL && memory != NULL) {
        size_t old = ((prefix *)memory - 1)->size;
        memcpy(grown, memory, old < size ? old : size);
        release(ctx, memory);
    }
    return grown;
}

/* ---- What is looked for ------------------------------------------------------------------- */

typedef struct needle {
    char name[48];
    uint8_t bytes[SECRET_MAX];
    size_t size;
} needle;

/* On the heap: static memory is searched as well. */
static struct {
    needle *all;
    size_t count;
} needles;

static void look_for(const char *name, size_t name_size, const uint8_t *bytes, size_t size)
{
    assert_true(needles.count < NEEDLES_MAX && size <= SECRET_MAX);
    needle *added = &needles.all[needles.count++];
    (void)snprintf(added->name, sizeof added->name, "%.*s", (int)name_size, name);
    memcpy(added->bytes, bytes, size);
    added->size = size;
}

static void look_for_named(const char *name, const uint8_t *bytes, size_t size)
{
    look_for(name, strlen(name), bytes, size);
}

/* LABEL client-random secret */
static void look_for_line(const char *line)
{
    const char *random = strchr(line, ' ');
    assert_non_null(random);
    const char *hex = strchr(random + 1, ' ');
    assert_non_null(hex);
    long size = 0;
    unsigned char *secret = OPENSSL_hexstr2buf(hex + 1, &size);
    assert_non_null(secret);
    look_for(line, (size_t)(random - line), secret, (size_t)size);
    OPENSSL_clear_free(secret, (size_t)size);
}

/* Both keys that record.c makes of the device key, by another implementation. */
static void look_for_record_keys(const uint8_t device_key[32])
{
    static const uint8_t counter_and_nonce[16] = "\0\0\0\0warmhello  1";
    uint8_t keys[64] = {0};
    int size = 0;
    EVP_CIPHER_CTX *stream = EVP_CIPHER_CTX_new();
    assert_int_equal(EVP_EncryptInit_ex(stream, EVP_chacha20(), NULL, device_key, counter_and_nonce), 1);
    assert_int_equal(EVP_EncryptUpdate(stream, keys, &size, keys, sizeof keys), 1);
    EVP_CIPHER_CTX_free(stream);
    look_for_named("seal key", keys, 32);
    look_for_named("nonce key", keys + 32, 32);
}

/* What a TLS 1.3 ticket stands for: RFC 8446 4.6.1, with OpenSSL's nonces. */
static void look_for_psk(const uint8_t secret[48], size_t size, const EVP_MD *hash)
{
    static const uint8_t label[20] = "\0\0\x10tls13 resumption\x08";
    for (uint8_t nonce = 0; nonce < 4; nonce++) {
        uint8_t info[20 + 8 + 1] = {0};
        uint8_t psk[SECRET_MAX];
        memcpy(info, label, sizeof label);
        info[1] = (uint8_t)size;
        info[27] = nonce; /* eight bytes, big-endian */
        info[28] = 1;     /* of HKDF-Expand */
        HMAC(hash, secret, (int)size, info, sizeof info, psk, NULL);
        look_for_named("PSK", psk, size);
    }
}

static void look_for_stored_session(const wh_client_config *config)
{
    wh_client client;
    wh_stored stored;
    uint8_t bytes[WH_SESSION_MAX];
    make_client(&client, config);
    assert_int_equal(wh_store_get(&client.binding, &stored), WH_OK);
    int size = wh_session_save(&stored.session, stored.info.protocol, bytes, sizeof bytes);
    assert_true(size > 0);
    const uint8_t *secret = bytes + 10 + bytes[9];
    if (stored.info.protocol == WH_TLS13) {
        look_for_named("resumption secret", secret, 32);
        look_for_psk(secret, 32, EVP_sha256());
        look_for_psk(secret, 48, EVP_sha384());
    } else {
        look_for_named("master secret", secret, 48);
    }
    memset(bytes, 0, sizeof bytes);
    wh_session_release(&stored.session);
    wh_client_free(&client);
}

/* ---- Looking ---------------------------------------------------------------------------------- */

/* By hand, since memcmp is not allowed between AddressSanitizer's variables. */
__attribute__((no_sanitize("address"))) static bool is_in(const uint8_t *memory, size_t size,
                                                          const uint8_t *piece)
{
    for (size_t at = 0; at + PIECE <= size; at++) {
        size_t same = 0;
        while (same < PIECE && memory[at + same] == piece[same]) {
            same++;
        }
        if (same == PIECE) {
            return true;
        }
    }
    return false;
}

static size_t count_found(const char *where, const uint8_t *memory, size_t size)
{
    size_t found = 0;
    for (size_t i = 0; i < needles.count; i++) {
        const needle *one = &needles.all[i];
        for (size_t at = 0; at + PIECE <= one->size; at += PIECE) {
            if (is_in(memory, size, one->bytes + at)) {
                print_error("%s: %s, byte %zu\n", where, one->name, at);
                found++;
            }
        }
    }
    return found;
}

/* The linker's names for the ends of static memory. */
extern uint8_t __data_start; /* NOLINT */
extern uint8_t _end;         /* NOLINT */

static void assert_nothing_found(void)
{
    assert_true(released.size > 10000);
    size_t found = count_found("released", released.bytes, released.size);
    found += count_found("static", &__data_start, (size_t)(&_end - &__data_start));
    assert_int_equal(found, 0);
}

/* ---- The tests ----------------------------------------------------------------------------------- */

static int device_key(void *ctx, uint8_t out[32])
{
    /* Made each time, so that static memory holds no copy. */
    (void)ctx;
    for (uint8_t i = 0; i < 32; i++) {
        out[i] = (uint8_t)(i * i + 3);
    }
    return 0;
}

static int start(void **state)
{
    int result = start_platform_with_flash(state);
    wh_platform *own = &the_device.platform;
    host = *own;
    /* wolfSSL has memory of the host's; give it back to whom it came from. */
    wh_platform_remove();
    own->allocate = allocate;
    own->reallocate = reallocate;
    own->release = release;
    own->device_key = device_key;
    released.bytes = malloc(LOG_MAX);
    needles.all = calloc(NEEDLES_MAX, sizeof *needles.all);
    if (result != 0 || released.bytes == NULL || needles.all == NULL) {
        return -1;
    }
    released.size = 0;
    needles.count = 0;
    return wh_platform_use(own);
}

static int stop(void **state)
{
    released.on = false;
    free(released.bytes);
    free(needles.all);
    return stop_platform_with_flash(state);
}

#define SECRET_TEST(name) TEST_WITH(name, start, stop)

/* Wakes with everything in them: full, resumed from RTC RAM, resumed from flash, refused,
 * forgotten. */
static void no_secret_is_left(const server_options *options)
{
    pairing at = pair_with(server_start(options));
    at.config.max_version = options->max_version; /* or nothing would be kept after the refusal */
    uint8_t key[32];
    (void)device_key(NULL, key);
    look_for_named("device key", key, sizeof key);
    look_for_record_keys(key);
    memset(key, 0, sizeof key);
    server_tell_secrets(at.server, look_for_line);

    released.on = true;
    assert_full(wake_at(&at), WH_REASON_NONE);
    look_for_stored_session(&at.config);
    assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_RESUMED);
    look_for_stored_session(&at.config);
    wh_host_lose_power(&the_device);
    assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_RESUMED);
    look_for_stored_session(&at.config);
    server_forget_sessions(at.server);
    assert_full(wake_at(&at), WH_REASON_REFUSED);
    look_for_stored_session(&at.config);
    assert_int_equal(wh_store_forget(), WH_OK);
    assert_nothing_found();
    server_stop(at.server);
}

SECRET_TEST(no_secret_of_a_session_id_is_left)
{
    no_secret_is_left(&(server_options){.max_version = WH_TLS12, .session_ids = true});
}

SECRET_TEST(no_secret_of_a_tls12_ticket_is_left)
{
    no_secret_is_left(&(server_options){.max_version = WH_TLS12});
}

SECRET_TEST(no_secret_of_a_tls13_ticket_is_left)
{
    no_secret_is_left(&(server_options){.min_version = WH_TLS13});
}

/* As it stands in DER, and as numbers stand in memory. */
static void look_for_key(BIO *pem)
{
    size_t size = 0;
    const uint8_t *text = pem_bytes(pem, &size);
    BIO *in = BIO_new_mem_buf(text, (int)size);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
    assert_non_null(key);
    BIGNUM *number = NULL;
    uint8_t bytes[32];
    assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number), 1);
    assert_int_equal(BN_bn2binpad(number, bytes, sizeof bytes), sizeof bytes);
    look_for_named("client key", bytes, sizeof bytes);
    assert_int_equal(BN_bn2lebinpad(number, bytes, sizeof bytes), sizeof bytes);
    look_for_named("client key, turned round", bytes, sizeof bytes);
    OPENSSL_cleanse(bytes, sizeof bytes);
    BN_clear_free(number);
    EVP_PKEY_free(key);
    BIO_free(in);
}

SECRET_TEST(no_secret_of_a_client_key_is_left)
{
    tls_server *server = server_start(&(server_options){.min_version = WH_TLS13, .wants_certificate = true});
    client_identity device = server_client_identity(server);
    wh_client_config config = config_for(server);
    config.certificate = pem_bytes(device.certificate, &config.certificate_size);
    config.key = pem_bytes(device.key, &config.key_size);
    look_for_key(device.key);
    released.on = true;
    wake_visit visit = wake_and_visit(&config, server);
    assert_int_equal(visit.outcome.result, WH_RESULT_FULL);
    assert_true(visit.server_saw_certificate);
    assert_nothing_found();
    free_client_identity(&device);
    server_stop(server);
}

SECRET_TEST(no_secret_of_a_pre_shared_key_is_left)
{
    static const server_options versions[] = {{.max_version = WH_TLS12}, {.min_version = WH_TLS13}};
    uint8_t key[32]; /* not in static memory */
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)(i * 7 + 130);
    }
    const server_psk psk = {"sensor-17", key, sizeof key};
    look_for_named("pre-shared key", key, sizeof key);
    for (size_t i = 0; i < 2; i++) {
        tls_server *server = server_start(&versions[i]);
        server_know_psk(server, &psk);
        server_tell_secrets(server, look_for_line);
        wh_client_config config = config_for(server);
        config.psk_identity = psk.identity;
        config.psk_key = psk.key;
        config.psk_key_size = psk.size;
        released.on = true;
        assert_int_equal(wake_and_visit(&config, server).outcome.kind, WH_KIND_EXTERNAL_PSK);
        config.policy.disabled = true;
        assert_int_equal(wake_and_visit(&config, server).outcome.kind, WH_KIND_EXTERNAL_PSK);
        server_know_psk(server, &(server_psk){"sensor-18", key, sizeof key});
        (void)wake_and_visit(&config, server);
        assert_nothing_found();
        server_stop(server);
    }
}

SECRET_TEST(a_secret_that_is_left_would_be_found)
{
    uint8_t secret[48];
    for (size_t i = 0; i < sizeof secret; i++) {
        secret[i] = (uint8_t)(200 - i);
    }
    look_for_named("sample", secret, sizeof secret);
    released.on = true;
    uint8_t *block = allocate(host.ctx, 100);
    memcpy(block + 31, secret, sizeof secret);
    release(host.ctx, block);
    assert_true(is_in(released.bytes, released.size, secret + 32));
}
