/* Somebody on the way changes, adds, drops or cuts what a real server sends, at any place of each kind of
 * handshake. The server is OpenSSL in memory. The clock stands still and random bytes repeat on both sides,
 * so that a handshake without changes is the same each time.
 *
 * Input: the kind of handshake, the size of the pieces in which bytes arrive, and a script (tamper.h). */
#include <string.h>

#include "authenticated.h"
#include "fuzz_platform.h"
#include "peer_error.h"
#include "repeatable_openssl.h"
#include "server.h"
#include "tamper.h"
#include "warmhello/port_host.h"

/* ---- Kinds of handshake ---------------------------------------------------------------------------- */

enum { ID12, TICKET12, TICKET13, RETRY13, KINDS };

static const server_options kinds[KINDS] = {
    [ID12] = {.max_version = WH_TLS12, .session_ids = true},
    [TICKET12] = {.max_version = WH_TLS12},
    [TICKET13] = {.min_version = WH_TLS13},
    /* The client has sent a share for X25519, so a HelloRetryRequest comes first. */
    [RETRY13] = {.min_version = WH_TLS13, .groups = "P-256"},
};

/* What a wake finds: no session; one; one that the server does not know any more. */
typedef enum stored_session { NOTHING, KNOWN, UNKNOWN, STORED_SESSIONS } stored_session;

enum { KEY = 1, OTHER_KEY = 2 };

/* Made once: its server, and both tiers as a first wake leaves them. */
typedef struct world {
    tls_server *server;
    wh_client_config config;
    uint8_t rtc[WH_RTC_SIZE];
    nor flash;
} world;

static world worlds[KINDS];

typedef struct handshake {
    wh_conn conn;
    tls_peer *peer;
    /** In pieces of so many bytes. */
    size_t piece;
    tamper on_the_way;
    /** How many of its bytes the client has got. */
    size_t came;
    uint8_t sent[STREAM_MAX];
    size_t sent_size;
    bool opened;
    uint8_t in[512];
    uint8_t out[600];
} handshake;

/* ---- One handshake ------------------------------------------------------------------------------------- */

/* The moment at which it opens. Nothing that TLS authenticates may have been changed by then. */
static void watch(handshake *h)
{
    wh_protocol protocol = wh_conn_outcome(&h->conn)->protocol;
    if (h->opened || wh_conn_get_state(&h->conn) != WH_CONN_OPEN) {
        return;
    }
    h->opened = true;
    static authenticated came;
    static authenticated sent;
    authenticated_read(h->on_the_way.out, h->came, protocol, &came);
    authenticated_read(h->sent, h->sent_size, protocol, &sent);
    fuzz_require(authenticated_came(&came, &sent), "it opens only when all came as it was sent");
    bool resumed = wh_conn_outcome(&h->conn)->result == WH_RESULT_RESUMED;
    fuzz_require(resumed == peer_resumed(h->peer), "both sides agree whether it is resumed");
}

static bool client_speaks(handshake *h)
{
    uint8_t bytes[600];
    int size = conn_drain(&h->conn, bytes, sizeof bytes);
    watch(h);
    if (size > 0) {
        peer_take(h->peer, bytes, (size_t)size);
    }
    return size > 0;
}

static bool server_speaks(handshake *h)
{
    size_t size = peer_give(h->peer, h->sent + h->sent_size, sizeof h->sent - h->sent_size);
    for (size_t i = 0; i < size; i++) {
        tamper_pass(&h->on_the_way, h->sent[h->sent_size + i]);
    }
    h->sent_size += size;
    return size > 0;
}

static bool client_hears(handshake *h)
{
    size_t waiting = h->on_the_way.size - h->came;
    size_t size = waiting < h->piece ? waiting : h->piece;
    if (size == 0) {
        return false;
    }
    int taken = wh_conn_feed(&h->conn, h->on_the_way.out + h->came, size);
    fuzz_require(taken <= (int)size, "it takes what it was given");
    h->came += taken > 0 ? (size_t)taken : 0;
    watch(h);
    uint8_t plain[100];
    int got = wh_conn_read(&h->conn, plain, sizeof plain);
    return taken > 0 || got > 0;
}

static bool is_alive(const handshake *h)
{
    wh_conn_state state = wh_conn_get_state(&h->conn);
    return state == WH_CONN_HANDSHAKE || state == WH_CONN_OPEN;
}

static void run(handshake *h)
{
    while (is_alive(h) && (client_speaks(h) || client_hears(h) || server_speaks(h))) {
    }
    if (wh_conn_get_state(&h->conn) == WH_CONN_HANDSHAKE) {
        fuzz_require(wh_conn_eof(&h->conn) < 0, "a handshake that gets no more bytes fails at their end");
    }
}

/* A server that takes none of the first suites, which have SHA-256, is asked again with all of them. */
static bool refuses_suites(const handshake *h)
{
    enum { RECORD_ALERT = 21, HANDSHAKE_FAILURE = 40, INSUFFICIENT_SECURITY = 71 };
    int alert = wh_conn_outcome(&h->conn)->alert;
    return h->on_the_way.size > 0 && h->on_the_way.out[0] == RECORD_ALERT &&
           (alert == HANDSHAKE_FAILURE || alert == INSUFFICIENT_SECURITY);
}

static void check_failure(const handshake *h)
{
    const wh_outcome *o = wh_conn_outcome(&h->conn);
    bool failed = wh_conn_get_state(&h->conn) == WH_CONN_FAILED;
    bool is_to_blame = o->kind != WH_KIND_NONE && !wh_peer_error_is_verdict(o->error);
    bool due = failed && !h->opened && (is_to_blame || refuses_suites(h));
    fuzz_require(wh_conn_fallback_due(&h->conn) == due,
                 "a second attempt follows a session and no verdict, or suites that were refused");
    fuzz_require(h->opened || o->result == WH_RESULT_FAILED, "what has not opened has failed");
    fuzz_require(h->opened || o->error < 0, "a failure has an error");
}

static const fuzz_input nothing_changed = {(const uint8_t *)"", 0};

static void shake_hands(handshake *h, wh_client *client, const world *in, fuzz_input script)
{
    h->peer = peer_accept(in->server);
    tamper_begin(&h->on_the_way, script);
    h->came = 0;
    h->sent_size = 0;
    h->opened = false;
    wh_conn_buffers buffers = {h->in, sizeof h->in, h->out, sizeof h->out};
    fuzz_require(conn_open(&h->conn, client, &buffers) == WH_OK, "a connection begins");
    run(h);
    check_failure(h);
}

static void part(handshake *h)
{
    wh_conn_close(&h->conn);
    wh_conn_free(&h->conn);
    peer_free(h->peer);
}

/* ---- Worlds ----------------------------------------------------------------------------------------------
 */

static handshake one;

static void begin_again(world *in, uint64_t seed)
{
    fuzz_platform_reset();
    repeatable_openssl(seed);
    server_forget_sessions(in->server);
    server_set_ticket_key(in->server, KEY);
}

static void create_world(world *in, const server_options *options)
{
    in->server = server_start(options);
    in->config = fuzz_config();
    in->config.host = SERVER_NAME;
    in->config.ca = server_ca(in->server, &in->config.ca_size);
    begin_again(in, 1);
    wh_client client;
    fuzz_require(wh_client_init(&client, &in->config) == WH_OK, "the client is made");
    one.piece = sizeof one.in;
    shake_hands(&one, &client, in, nothing_changed);
    fuzz_require(one.opened, "the first wake connects");
    server_save_session(in->server, one.peer);
    part(&one);
    wh_client_free(&client);
    fuzz_require(wh_store_tiers() == WH_TIERS_BOTH, "the first wake stores a session");
    memcpy(in->rtc, wh_platform_get()->rtc, sizeof in->rtc);
    in->flash = fuzz_flash;
}

static void create_worlds(void)
{
    fuzz_platform_reset();
    for (size_t i = 0; i < KINDS; i++) {
        create_world(&worlds[i], &kinds[i]);
    }
}

static void enter_world(world *in, stored_session stored)
{
    begin_again(in, 2);
    if (stored != NOTHING) {
        memcpy(wh_platform_get()->rtc, in->rtc, sizeof in->rtc);
        fuzz_flash = in->flash;
    }
    if (stored == KNOWN) {
        server_restore_session(in->server);
    } else {
        server_set_ticket_key(in->server, OTHER_KEY);
    }
}

/* ---- The target ------------------------------------------------------------------------------------------
 */

static bool is_unchanged(const handshake *h)
{
    const tamper *t = &h->on_the_way;
    return !t->ended && t->size == h->sent_size && memcmp(t->out, h->sent, t->size) == 0;
}

/* In the first byte: a wake follows even if nothing failed. It takes time, so not always. */
enum { NEXT_WAKE = 0x80 };

/* In the same wake if a second attempt is due, else in the next. */
static void connects_without_interference(wh_client *client, const world *in, bool second, bool offered)
{
    shake_hands(&one, client, in, nothing_changed);
    const wh_outcome *o = wh_conn_outcome(&one.conn);
    fuzz_require(one.opened, "the connect without interference opens");
    fuzz_require(!second || o->result == WH_RESULT_FULL, "the second attempt goes in full");
    fuzz_require(!second || (o->reason == WH_REASON_FALLBACK) == offered,
                 "and says that a session was to blame");
    part(&one);
}

static void fuzz_one(world *in, stored_session stored, bool next_wake, fuzz_input script)
{
    wh_client client;
    fuzz_require(wh_client_init(&client, &in->config) == WH_OK, "the client is made");
    shake_hands(&one, &client, in, script);
    fuzz_require(one.opened || !is_unchanged(&one), "a handshake that nobody changes opens");
    fuzz_require(one.opened || stored != NOTHING || wh_store_tiers() == WH_TIERS_NONE,
                 "a handshake that fails stores nothing");
    bool second = wh_conn_fallback_due(&one.conn);
    bool offered = wh_conn_outcome(&one.conn)->kind != WH_KIND_NONE;
    part(&one);
    if (second || next_wake) {
        connects_without_interference(&client, in, second, offered);
    }
    wh_client_free(&client);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (worlds[0].server == NULL) {
        create_worlds();
    }
    fuzz_input input = {data, size};
    uint8_t choice = fuzz_take_byte(&input);
    uint8_t piece = fuzz_take_byte(&input);
    world *in = &worlds[choice % KINDS];
    stored_session stored = choice % NEXT_WAKE / KINDS % STORED_SESSIONS;
    one.piece = piece != 0 ? piece : sizeof one.in;
    enter_world(in, stored);
    size_t before = wh_host_memory_take().live_bytes;
    fuzz_one(in, stored, (choice & NEXT_WAKE) != 0, input);
    fuzz_require(wh_host_memory_take().live_bytes == before, "all memory is given back");
    return 0;
}
