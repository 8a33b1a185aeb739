/* BearSSL: TLS 1.2 with session IDs only. It allocates nothing; its contexts and buffers lie on the heap
 * here, where the others have theirs. */
#include "stack.h"

#include <string.h>

#include <bearssl.h>

#include "../../../bench/bearssl_anchor.h"
#include "device.h"

/* As large as those that mbedTLS is measured with. A server is asked for records of no more by an extension.
 */
enum { INPUT_SIZE = 4096 + 325, OUTPUT_SIZE = 1024 + 85 };

static const uint16_t suites[] = {
#define WH_SUITE12(number, name) (number),
#define WH_SUITE13(number, name)
#include "warmhello/suites.def"
#undef WH_SUITE12
#undef WH_SUITE13
};

typedef struct connection {
    br_ssl_client_context client;
    br_x509_minimal_context x509;
    unsigned char input[INPUT_SIZE];
    unsigned char output[OUTPUT_SIZE];
} connection;

static br_x509_trust_anchor anchor;
static connection *one;
static bool resumed;

bool stack_client_new(const wh_client_config *given)
{
    return given->ca != NULL && bearssl_anchor_read(given->ca, given->ca_size, &anchor);
}

void stack_client_free(void)
{
}

/* As br_ssl_client_init_full, without what warmhello does not speak either. */
static void set_up(br_ssl_client_context *client, br_x509_minimal_context *x509)
{
    br_ssl_client_zero(client);
    br_ssl_engine_context *engine = &client->eng;
    br_ssl_engine_set_versions(engine, BR_TLS12, BR_TLS12);
    br_ssl_engine_set_suites(engine, suites, sizeof suites / sizeof *suites);
    br_ssl_engine_set_default_rsavrfy(engine);
    br_ssl_engine_set_default_ecdsa(engine);
    br_x509_minimal_init(x509, &br_sha256_vtable, &anchor, 1);
    br_x509_minimal_set_rsa(x509, br_ssl_engine_get_rsavrfy(engine));
    br_x509_minimal_set_ecdsa(x509, br_ssl_engine_get_ec(engine), br_ssl_engine_get_ecdsa(engine));
    static const struct {
        int id;
        const br_hash_class *hash;
    } hashes[] = {{br_sha256_ID, &br_sha256_vtable},
                  {br_sha384_ID, &br_sha384_vtable},
                  {br_sha512_ID, &br_sha512_vtable}};
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        br_ssl_engine_set_hash(engine, hashes[i].id, hashes[i].hash);
        br_x509_minimal_set_hash(x509, hashes[i].id, hashes[i].hash);
    }
    br_ssl_engine_set_prf_sha256(engine, &br_tls12_sha256_prf);
    br_ssl_engine_set_prf_sha384(engine, &br_tls12_sha384_prf);
    br_ssl_engine_set_x509(engine, &x509->vtable);
    br_ssl_engine_set_default_chapol(engine);
    /* AES by tables, as both others have it; BearSSL's own default is AES in constant time. */
    br_ssl_engine_set_gcm(engine, &br_sslrec_in_gcm_vtable, &br_sslrec_out_gcm_vtable);
    br_ssl_engine_set_aes_ctr(engine, &br_aes_big_ctr_vtable);
    br_ssl_engine_set_ghash(engine, &br_ghash_ctmul);
}

int stack_begin(const char *host)
{
    enum { DAYS_BEFORE_1970 = 719528, SECONDS_OF_DAY = 86400, SEED_SIZE = 32 };
    resumed = false;
    one = device_allocate(1, sizeof *one);
    if (one == NULL) {
        return BR_ERR_BAD_PARAM;
    }
    set_up(&one->client, &one->x509);
    uint32_t wall_s = (uint32_t)(device_wall_us() / 1000000);
    br_x509_minimal_set_time(&one->x509, DAYS_BEFORE_1970 + wall_s / SECONDS_OF_DAY, wall_s % SECONDS_OF_DAY);
    br_ssl_engine_context *engine = &one->client.eng;
    br_ssl_engine_set_buffers_bidi(engine, one->input, sizeof one->input, one->output, sizeof one->output);
    uint8_t entropy[SEED_SIZE];
    device_random(entropy, sizeof entropy);
    br_ssl_engine_inject_entropy(engine, entropy, sizeof entropy);
    br_ssl_session_parameters kept;
    bool has_session = device_kept_session()->size == sizeof kept;
    if (has_session) {
        memcpy(&kept, device_kept_session()->bytes, sizeof kept);
        br_ssl_engine_set_session_parameters(engine, &kept);
    }
    return br_ssl_client_reset(&one->client, host, has_session) == 1 ? 0 : br_ssl_engine_last_error(engine);
}

static void send_records(br_ssl_engine_context *engine)
{
    size_t size;
    const unsigned char *from = br_ssl_engine_sendrec_buf(engine, &size);
    br_ssl_engine_sendrec_ack(engine, device_send(from, size));
}

static bool receive_records(br_ssl_engine_context *engine)
{
    size_t size;
    unsigned char *to = br_ssl_engine_recvrec_buf(engine, &size);
    size_t got = device_receive(to, size);
    if (got > 0) {
        br_ssl_engine_recvrec_ack(engine, got);
    }
    return got > 0;
}

static void receive_plain(br_ssl_engine_context *engine)
{
    size_t size;
    size_t room;
    const unsigned char *from = br_ssl_engine_recvapp_buf(engine, &size);
    uint8_t *to = device_plain(&room);
    size = size < room ? size : room;
    memcpy(to, from, size);
    device_plain_added(size);
    br_ssl_engine_recvapp_ack(engine, size);
}

/* Moves bytes until `wanted` is possible; 0 for what is here. */
static int run(unsigned wanted)
{
    br_ssl_engine_context *engine = &one->client.eng;
    for (;;) {
        unsigned state = br_ssl_engine_current_state(engine);
        if (state == BR_SSL_CLOSED) {
            return br_ssl_engine_last_error(engine);
        }
        if ((state & BR_SSL_SENDREC) != 0) {
            send_records(engine);
        } else if ((state & BR_SSL_RECVAPP) != 0) {
            receive_plain(engine);
        } else if ((state & wanted) != 0) {
            return 0;
        } else if ((state & BR_SSL_RECVREC) == 0 || !receive_records(engine)) {
            return STACK_WAITS;
        }
    }
}

int stack_shake_hands(void)
{
    int result = run(BR_SSL_SENDAPP);
    if (result != 0) {
        return result;
    }
    device_session *kept = device_kept_session();
    br_ssl_session_parameters before;
    br_ssl_session_parameters now;
    memcpy(&before, kept->bytes, sizeof before);
    br_ssl_engine_get_session_parameters(&one->client.eng, &now);
    /* It does not tell whether it resumed; a server that did sends back the ID. */
    resumed = kept->size == sizeof now && now.session_id_len == before.session_id_len &&
              memcmp(now.session_id, before.session_id, now.session_id_len) == 0;
    memcpy(kept->bytes, &now, sizeof now);
    kept->size = sizeof now;
    return 0;
}

int stack_read(void)
{
    int result = run(0);
    return result == STACK_WAITS ? 0 : result;
}

int stack_write(const uint8_t *bytes, size_t size)
{
    br_ssl_engine_context *engine = &one->client.eng;
    size_t room = 0;
    unsigned char *to = br_ssl_engine_sendapp_buf(engine, &room);
    size = size < room ? size : room;
    if (size == 0) {
        return 0;
    }
    memcpy(to, bytes, size);
    br_ssl_engine_sendapp_ack(engine, size);
    br_ssl_engine_flush(engine, 0);
    send_records(engine);
    return (int)size;
}

void stack_close(void)
{
    br_ssl_engine_context *engine = &one->client.eng;
    br_ssl_engine_close(engine);
    if ((br_ssl_engine_current_state(engine) & BR_SSL_SENDREC) != 0) {
        send_records(engine);
    }
}

bool stack_is_resumed(void)
{
    return resumed;
}

void stack_end(void)
{
    device_release(one);
    one = NULL;
}
