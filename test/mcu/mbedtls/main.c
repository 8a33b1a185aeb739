/* mbedTLS on the same machine, asked the same way as warmhello (firmware/port/rv32/src/main.c),
 * so that the same commands record and count it. Its session lies in RTC RAM, as it serialises
 * it: not sealed, not bound to anything, not in flash. */
#include <stdbool.h>
#include <string.h>

#include <mbedtls/entropy.h>
#include <mbedtls/platform_time.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/ssl.h>

#include "heap.h"
#include "machine.h"
#include "repeatable.h"
#include "request.h"
#include "warmhello/connect.h"
#include "wire.h"

enum { PROTOCOL_12 = 1, PROTOCOL_13 = 2, WIRE_SIZE = 8192, SESSION_MAX = 6144 };

#define FAILED (-1)
/* Not the device's: what TCP would hold. */
#define DESK __attribute__((section(".desk")))

/* ---- RTC RAM, clocks, randomness, heap -------------------------------------------------------- */

static struct {
    uint32_t magic;
    /* Since 1970; moved by sleeps. */
    int64_t wall_us;
    uint32_t session_size;
    uint8_t session[SESSION_MAX];
} rtc __attribute__((section(".rtc_ram"), used));

static const uint32_t rtc_magic = 0x4d535243;
static uint32_t seed;

time_t peer_time(time_t *out)
{
    time_t now = (time_t)(rtc.wall_us / 1000000);
    if (out != NULL) {
        *out = now;
    }
    return now;
}

mbedtls_ms_time_t mbedtls_ms_time(void)
{
    return rtc.wall_us / 1000;
}

int mbedtls_hardware_poll(void *data, unsigned char *out, size_t size, size_t *written)
{
    (void)data;
    wh_rv32_repeatable_random(&seed, out, size);
    *written = size;
    return 0;
}

void *peer_allocate(size_t count, size_t size)
{
    void *memory = wh_rv32_allocate(NULL, count * size);
    return memory != NULL ? memset(memory, 0, count * size) : NULL;
}

void peer_release(void *memory)
{
    wh_rv32_release(NULL, memory);
}

/* ---- The client ------------------------------------------------------------------------------- */

static mbedtls_x509_crt ca;
static mbedtls_x509_crt own;
static mbedtls_pk_context own_key;
static mbedtls_ssl_config config;
static char host[64];

static const uint16_t groups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
                                  MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, MBEDTLS_SSL_IANA_TLS_GROUP_NONE};

static const int suites[] = {
#define WH_SUITE12(number, name) (number),
#define WH_SUITE13 WH_SUITE12
#include "warmhello/suites.def"
#undef WH_SUITE12
#undef WH_SUITE13
    0};

/* mbedTLS does not tell whether it resumed; without a certificate, it did. */
static bool certificate_seen;

/* NOLINTNEXTLINE(readability-non-const-parameter): the type is mbedTLS's. */
static int on_certificate(void *ctx, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    (void)ctx;
    (void)certificate;
    (void)depth;
    (void)flags;
    certificate_seen = true;
    return 0;
}

static mbedtls_ssl_protocol_version version_of(wh_protocol protocol)
{
    return protocol == WH_TLS13 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2;
}

/* PEM with a closing zero, as mbedTLS wants it; NULL for none. */
static uint8_t *copy_pem(const uint8_t *text, size_t size)
{
    uint8_t *pem = text != NULL ? peer_allocate(1, size + 1) : NULL;
    return pem != NULL ? memcpy(pem, text, size) : NULL;
}

static bool use_certificate(const uint8_t *text, size_t size, mbedtls_x509_crt *certificate)
{
    uint8_t *pem = copy_pem(text, size);
    bool ok = pem == NULL || mbedtls_x509_crt_parse(certificate, pem, size + 1) == 0;
    peer_release(pem);
    return ok;
}

static bool use_key(const uint8_t *text, size_t size)
{
    uint8_t *pem = copy_pem(text, size);
    bool ok = pem == NULL ||
              (mbedtls_pk_parse_key(&own_key, pem, size + 1, NULL, 0, mbedtls_psa_get_random, NULL) == 0 &&
               mbedtls_ssl_conf_own_cert(&config, &own, &own_key) == 0);
    peer_release(pem);
    return ok;
}

static int client_new(wh_reader *r)
{
    wh_client_config given = wh_take_config(r);
    if (given.host == NULL || strlen(given.host) >= sizeof host) {
        return FAILED;
    }
    memcpy(host, given.host, strlen(given.host) + 1);
    mbedtls_x509_crt_init(&ca);
    mbedtls_x509_crt_init(&own);
    mbedtls_pk_init(&own_key);
    mbedtls_ssl_config_init(&config);
    bool ok = psa_crypto_init() == PSA_SUCCESS &&
              mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                          MBEDTLS_SSL_PRESET_DEFAULT) == 0 &&
              use_certificate(given.ca, given.ca_size, &ca) &&
              use_certificate(given.certificate, given.certificate_size, &own) &&
              use_key(given.key, given.key_size);
    mbedtls_ssl_conf_rng(&config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    mbedtls_ssl_conf_ca_chain(&config, &ca, NULL);
    mbedtls_ssl_conf_verify(&config, on_certificate, NULL);
    mbedtls_ssl_conf_ciphersuites(&config, suites);
    mbedtls_ssl_conf_groups(&config, groups);
    mbedtls_ssl_conf_min_tls_version(&config, version_of(given.min_version));
    mbedtls_ssl_conf_max_tls_version(&config, version_of(given.max_version));
    mbedtls_ssl_conf_session_tickets(&config, given.no_tickets ? MBEDTLS_SSL_SESSION_TICKETS_DISABLED
                                                               : MBEDTLS_SSL_SESSION_TICKETS_ENABLED);
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
        &config, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
    return ok ? 0 : FAILED;
}

static int client_free(void)
{
    mbedtls_ssl_config_free(&config);
    mbedtls_x509_crt_free(&ca);
    mbedtls_x509_crt_free(&own);
    mbedtls_pk_free(&own_key);
    mbedtls_psa_crypto_free();
    return 0;
}

/* ---- The connection --------------------------------------------------------------------------- */

typedef struct traffic {
    uint32_t tx;
    uint32_t rx;
    uint32_t flights;
    enum { NEITHER, SENT, RECEIVED } last;
} traffic;

static mbedtls_ssl_context *ssl; /* on the heap, as warmhello's connection is */
static int failure;
static bool is_open;
/* Steps that are due. */
static bool wants_tcp;
static bool tells_opened;
static traffic passed;
static traffic handshake_passed;
static const uint8_t *arrived;
static size_t arrived_size;
DESK static uint8_t sending[WIRE_SIZE];
static size_t sending_size;
DESK static uint8_t plain[WIRE_SIZE];
static size_t plain_size;

static int send_wire(void *ctx, const unsigned char *bytes, size_t size)
{
    (void)ctx;
    size_t room = sizeof sending - sending_size;
    size = size < room ? size : room;
    memcpy(sending + sending_size, bytes, size);
    sending_size += size;
    passed.tx += size;
    passed.flights += passed.last != SENT;
    passed.last = SENT;
    return size > 0 ? (int)size : MBEDTLS_ERR_SSL_WANT_WRITE;
}

static int receive_wire(void *ctx, unsigned char *out, size_t size)
{
    (void)ctx;
    size = size < arrived_size ? size : arrived_size;
    if (size == 0) {
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    memcpy(out, arrived, size);
    arrived += size;
    arrived_size -= size;
    passed.rx += size;
    passed.flights += passed.last != RECEIVED;
    passed.last = RECEIVED;
    return (int)size;
}

static int restore(void)
{
    mbedtls_ssl_session session;
    mbedtls_ssl_session_init(&session);
    int result = mbedtls_ssl_session_load(&session, rtc.session, rtc.session_size);
    if (result == 0) {
        result = mbedtls_ssl_set_session(ssl, &session);
    }
    mbedtls_ssl_session_free(&session);
    return result;
}

static int save(void)
{
    mbedtls_ssl_session session;
    mbedtls_ssl_session_init(&session);
    size_t size = 0;
    int result = mbedtls_ssl_get_session(ssl, &session);
    if (result == 0) {
        result = mbedtls_ssl_session_save(&session, rtc.session, sizeof rtc.session, &size);
        rtc.session_size = result == 0 ? size : 0;
    }
    mbedtls_ssl_session_free(&session);
    return result;
}

static bool is_waiting(int result)
{
    return result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE;
}

static int shake_hands(void)
{
    int result = mbedtls_ssl_handshake(ssl);
    if (result == 0) {
        is_open = true;
        tells_opened = true;
        handshake_passed = passed;
        bool saves_now = mbedtls_ssl_get_version_number(ssl) == MBEDTLS_SSL_VERSION_TLS1_2;
        result = saves_now ? save() : 0;
    }
    return is_waiting(result) ? 0 : result;
}

/* Tickets of TLS 1.3 come on the way, after which it wants to be called again. */
static int read_plain(void)
{
    int result = 0;
    while (result >= 0 && (arrived_size > 0 || mbedtls_ssl_get_bytes_avail(ssl) > 0)) {
        result = mbedtls_ssl_read(ssl, plain + plain_size, sizeof plain - plain_size);
        plain_size += result > 0 ? (size_t)result : 0;
        if (result == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
            result = save();
        } else if (is_waiting(result) || result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
            result = 0;
        }
    }
    return result < 0 ? result : 0;
}

static int connect_begin(void)
{
    certificate_seen = false;
    is_open = false;
    wants_tcp = true;
    tells_opened = false;
    passed = (traffic){0};
    sending_size = 0;
    plain_size = 0;
    arrived_size = 0;
    ssl = peer_allocate(1, sizeof *ssl);
    if (ssl == NULL) {
        return FAILED;
    }
    mbedtls_ssl_init(ssl);
    failure = mbedtls_ssl_setup(ssl, &config);
    failure = failure == 0 ? mbedtls_ssl_set_hostname(ssl, host) : failure;
    failure = failure == 0 && rtc.session_size > 0 ? restore() : failure;
    mbedtls_ssl_set_bio(ssl, NULL, send_wire, receive_wire, NULL);
    return 0;
}

static int tcp_is_up(void)
{
    failure = failure == 0 ? shake_hands() : failure;
    return 0;
}

static int connect_free(void)
{
    mbedtls_ssl_free(ssl);
    peer_release(ssl);
    ssl = NULL;
    return 0;
}

static int feed(const uint8_t *bytes, size_t size)
{
    arrived = bytes;
    arrived_size = size;
    if (failure == 0 && !is_open) {
        failure = shake_hands();
    }
    if (failure == 0 && is_open) {
        failure = read_plain();
    }
    return (int)size;
}

static bool take(bool *flag)
{
    bool was = *flag;
    *flag = false;
    return was;
}

static wh_step_kind next_step(void)
{
    if (take(&wants_tcp)) {
        return WH_STEP_OPEN;
    }
    if (sending_size > 0) {
        return WH_STEP_SEND;
    }
    if (failure != 0) {
        return WH_STEP_OVER;
    }
    if (take(&tells_opened)) {
        return WH_STEP_OPENED;
    }
    return plain_size > 0 ? WH_STEP_READ : WH_STEP_WAIT;
}

static int take_out(uint8_t *out, const uint8_t *from, size_t *size)
{
    size_t taken = *size;
    memcpy(out, from, taken);
    *size = 0;
    return (int)taken;
}

/* ---- The outcome: warmhello's JSON, as far as there is something to say ----------------------- */

static char *put_text(char *at, const char *text)
{
    while (*text != '\0') {
        *at++ = *text++;
    }
    return at;
}

static char *put_number(char *at, const char *name, uint32_t number)
{
    char digits[10];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    at = put_text(at, name);
    while (count > 0) {
        *at++ = digits[--count];
    }
    return at;
}

static const char *result_word(void)
{
    if (failure != 0) {
        return "failed";
    }
    if (!is_open) {
        return "pending";
    }
    return certificate_seen ? "full" : "resumed";
}

/* wolfsslError is mbedTLS's, without its sign. */
static int tell_outcome(char *out)
{
    char *at = put_text(out, "{\"result\":\"");
    at = put_text(at, result_word());
    at = put_text(at, "\",\"reason\":\"none\",\"error\":null,\"alert\":-1,\"protocol\":null,\"kind\":null,"
                      "\"cipher\":null,\"group\":null,\"handshakeUs\":0,\"sessionAgeS\":null,"
                      "\"sessionLifetimeS\":0,\"stored\":null,\"storeError\":null,\"backoffS\":0");
    at = put_number(at, ",\"wolfsslError\":", (uint32_t)-failure);
    at = put_number(at, ",\"bytesTx\":", handshake_passed.tx);
    at = put_number(at, ",\"bytesRx\":", handshake_passed.rx);
    at = put_number(at, ",\"flights\":", handshake_passed.flights);
    at = put_number(at, ",\"totalTx\":", passed.tx);
    at = put_number(at, ",\"totalRx\":", passed.rx);
    at = put_text(at, "}");
    return (int)(at - out);
}

/* ---- The device ------------------------------------------------------------------------------- */

static int start(wh_reader *r)
{
    seed = (uint32_t)wh_take(r, 4);
    if (rtc.magic != rtc_magic) {
        memset(&rtc, 0, sizeof rtc);
        rtc.magic = rtc_magic;
    }
    return seed != 0 ? 0 : FAILED; /* no randomness but the repeatable one */
}

static int tell_memory(uint32_t *out)
{
    wh_rv32_heap heap = wh_rv32_heap_take();
    out[0] = heap.live;
    out[1] = heap.peak;
    out[2] = wh_rv32_stack_peak();
    wh_rv32_paint_stack();
    return 3 * (int)sizeof *out;
}

/* What a request is answered with: a result, and bytes. */
static size_t answer_size;

static int with_bytes(int size)
{
    answer_size = size > 0 ? (size_t)size : 0;
    return size;
}

/* As warmhello's main.c tells it. */
static int connect_next(uint8_t *out)
{
    enum { HEADER = 9 };
    wh_step_kind kind = next_step();
    memset(out, 0, HEADER);
    if (kind == WH_STEP_SEND) {
        memcpy(out + HEADER, sending, sending_size);
    }
    answer_size = HEADER + (kind == WH_STEP_SEND ? sending_size : 0);
    return (int)kind;
}

static int use_connect(enum operation operation, wh_reader *r, uint8_t *out)
{
    (void)wh_take(r, 1); /* the slot: there is one */
    switch (operation) {
    case OP_CONNECT_FREE:
        return connect_free();
    case OP_CONNECT_NEXT:
        return connect_next(out);
    case OP_CONNECT_READY:
        return tcp_is_up();
    case OP_CONNECT_RECEIVED:
        (void)wh_take(r, 1); /* which TCP: there is one as well */
        return feed(r->at, (size_t)(r->end - r->at));
    case OP_CONNECT_SENT:
        sending_size = 0; /* the desk has taken all */
        return 0;
    case OP_CONNECT_WRITE:
        return mbedtls_ssl_write(ssl, r->at, (size_t)(r->end - r->at));
    case OP_CONNECT_READ:
        return with_bytes(take_out(out, plain, &plain_size));
    case OP_CONNECT_CLOSE:
        return mbedtls_ssl_close_notify(ssl);
    case OP_CONNECT_OUTCOME:
        return with_bytes(tell_outcome((char *)out));
    default:
        return FAILED;
    }
}

/* A function of its own, by whose name a profile finds the device's own work. */
__attribute__((noinline)) static int perform(enum operation operation, wh_reader *r)
{
    uint8_t *out = wh_wire_reply_bytes();
    switch (operation) {
    case OP_START:
        return start(r);
    case OP_SET_WALL:
        rtc.wall_us = (int64_t)wh_take(r, 8) * 1000000;
        return 0;
    case OP_CLIENT_NEW:
        return client_new(r);
    case OP_CLIENT_FREE:
        return client_free();
    case OP_CONNECT_BEGIN:
        return connect_begin();
    case OP_MEMORY:
        return with_bytes(tell_memory((uint32_t *)(void *)out));
    default:
        return use_connect(operation, r, out);
    }
}

int main(void)
{
    wh_rv32_enable_interrupts();
    if (!wh_wire_start()) {
        return 1;
    }
    wh_wire_reply(0, 0, 0); /* awake */
    for (;;) {
        uint8_t *bytes;
        size_t size = wh_wire_receive(&bytes);
        wh_reader r = {.at = bytes, .end = bytes + size};
        enum operation operation = (enum operation)wh_take(&r, 1);
        if (operation == OP_SLEEP) {
            rtc.wall_us += (int64_t)wh_take(&r, 8);
            wh_rv32_reset();
        }
        answer_size = 0;
        uint64_t before = wh_rv32_instructions();
        int result = perform(operation, &r);
        uint64_t instructions = wh_rv32_instructions() - before;
        wh_wire_reply(result, instructions, answer_size);
    }
}
