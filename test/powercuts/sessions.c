#include "kept.h"
#include "sessions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "vectors.h"
#include "visit.h"
#include "session.h"

typedef struct template
{
    uint8_t bytes[WH_SESSION_MAX];
    size_t size;
}
template;

static template templates[2];

static template *template_for(wh_protocol protocol)
{
    return &templates[protocol == WH_TLS13];
}

/* The first bytes of the master secret, as in session.c: behind side, two stamps and the ID. */
static uint8_t *number_in(uint8_t *bytes)
{
    return bytes + 10 + bytes[9];
}

static void give_up(const char *what)
{
    (void)fprintf(stderr, "no sessions to test with: %s\n", what);
    exit(2);
}

static int handshake(wh_protocol protocol, uint8_t *out)
{
    server_options options = {.min_version = protocol, .max_version = protocol};
    tls_server *server = server_start(&options);
    wh_client_config config = config_for(server);
    wh_client client;
    wh_stored stored;
    if (wh_host_start(&the_device, NULL) != WH_OK || wh_client_init(&client, &config) != WH_OK ||
        visit_server(&client, server).outcome.result != WH_RESULT_FULL ||
        wh_store_get(&client.binding, &stored) != WH_OK) {
        give_up("the handshake failed");
    }
    int size = wh_session_save(&stored.session, protocol, out, WH_SESSION_MAX);
    wh_session_release(&stored.session);
    wh_client_free(&client);
    wh_platform_remove();
    server_stop(server);
    return size;
}

/* What differs between handshakes is random; in its place comes something that is the same
 * in each run of the test, which else could not be repeated. */
static void make_template(wh_protocol protocol)
{
    template *made = template_for(protocol);
    int size = handshake(protocol, made->bytes);
    bool varies[WH_SESSION_MAX] = {false};
    for (int again = 0; again < 4; again++) {
        uint8_t other[WH_SESSION_MAX];
        if (size <= 0 || handshake(protocol, other) != size) {
            give_up("they differ in size");
        }
        for (int i = 0; i < size; i++) {
            varies[i] = varies[i] || other[i] != made->bytes[i];
        }
    }
    made->size = (size_t)size;
    for (int i = 0; i < size; i++) {
        made->bytes[i] = varies[i] ? (uint8_t)(i * 37 + 11) : made->bytes[i];
    }
}

void sessions_make_templates(void)
{
    make_template(WH_TLS12);
    make_template(WH_TLS13);
}

void sessions_read_templates(void)
{
    char *text = vector_read("sessions.txt");
    templates[0].size = vector_bytes(text, "tls12", templates[0].bytes, WH_SESSION_MAX);
    templates[1].size = vector_bytes(text, "tls13", templates[1].bytes, WH_SESSION_MAX);
    free(text);
}

wh_binding binding_number(unsigned n)
{
    wh_binding binding;
    memset(&binding, (int)(0x10 + n), sizeof binding);
    return binding;
}

static int make_session(uint32_t serial, wh_protocol protocol, unsigned binding, wh_record_info *info,
                        wh_session *session)
{
    uint8_t bytes[WH_SESSION_MAX];
    const template *from = template_for(protocol);
    memcpy(bytes, from->bytes, from->size);
    memcpy(number_in(bytes), &serial, sizeof serial);
    *info = (wh_record_info){
        .protocol = protocol,
        .single_use = protocol == WH_TLS13,
        .binding = binding_number(binding),
    };
    *session = WH_SESSION_EMPTY;
    int result = wh_store_now(&info->captured);
    info->lineage = (wh_lineage){.authenticated = info->captured, .not_after_s = serial};
    return result == WH_OK ? wh_session_load(bytes, from->size, 0, session) : result;
}

int put_session(uint32_t serial, const putting *how)
{
    wh_record_info info;
    wh_session session;
    int result = make_session(serial, how->protocol, how->binding, &info, &session);
    if (result == WH_OK) {
        info.pinned = how->pinned;
        info.lineage = how->lineage != NULL ? *how->lineage : info.lineage;
        info.lineage.not_after_s = serial;
        result = wh_store_put(&info, &session, how->beside);
    }
    wh_session_release(&session);
    return result;
}

bool goes_on_trust(const got_session *got, wh_lineage *counted)
{
    return wh_policy_count_loss(&got->info, &got->now, counted);
}

int persist_session(uint32_t serial, wh_protocol protocol, unsigned binding)
{
    uint8_t record[WH_RECORD_MAX];
    wh_record_info info;
    wh_session session;
    int result = make_session(serial, protocol, binding, &info, &session);
    if (result == WH_OK) {
        result = wh_store_seal(&info, &session, record);
    }
    wh_session_release(&session);
    return result > 0 ? wh_store_persist(record, (uint16_t)result) : result;
}

/* The number in the secret, if it is the one in the header and nothing else differs. */
static uint32_t identify(const wh_stored *stored)
{
    uint8_t bytes[WH_SESSION_MAX];
    uint32_t serial = 0;
    const template *from = template_for(stored->info.protocol);
    int size = wh_session_save(&stored->session, stored->info.protocol, bytes, sizeof bytes);
    if (size != (int)from->size) {
        return UNKNOWN_SESSION;
    }
    memcpy(&serial, number_in(bytes), sizeof serial);
    bool same = stored->info.lineage.not_after_s == serial &&
                stored->info.single_use == (stored->info.protocol == WH_TLS13);
    return same ? serial : UNKNOWN_SESSION;
}

int persist_rtc(unsigned binding)
{
    wh_binding of = binding_number(binding);
    return wh_store_persist_rtc(&of);
}

got_session get_session(unsigned binding)
{
    wh_binding wanted = binding_number(binding);
    wh_stored stored;
    got_session got = {.result = wh_store_get(&wanted, &stored)};
    if (got.result == WH_OK) {
        got.serial = identify(&stored);
        got.generation = stored.info.generation;
        got.age = stored.age;
        got.info = stored.info;
        got.now = stored.now;
    }
    wh_session_release(&stored.session);
    return got;
}
