/* Events in every order and at every time: networks that come and go, TCP that fails, servers that are slow,
 * silent or break off at any byte, apps that close when they like. network.c holds the connect to its rules;
 * here it is held to the promise that no wake fails because of a session. The server is OpenSSL in memory.
 *
 * Input: the kind of session, then a script, byte by byte. */
#include <string.h>

#include "fuzz_platform.h"
#include "network.h"
#include "repeatable_openssl.h"
#include "warmhello/port_host.h"

enum { PLAIN, IN_FULL, TLS12, TLS13, EARLY, KINDS };

static tls_server *servers[KINDS];

static uint64_t take_ms(fuzz_input *in)
{
    static const uint64_t times[] = {0,    0,    0,     0,     1,     10,    100,   249,   250,   251,  499,
                                     500,  1000, 1999,  2000,  2001,  3000,  4999,  5000,  5001,  6000, 7999,
                                     8000, 9999, 10000, 10001, 15000, 19999, 20000, 20001, 30000, NEVER};
    return times[fuzz_take_byte(in) % (sizeof times / sizeof *times)];
}

static uint64_t at_last_ms(uint64_t ms)
{
    return ms == NEVER ? 0 : ms;
}

static void take_tcp(fuzz_input *in, tcp_script *out)
{
    static const int errors[] = {WH_OK,
                                 WH_OK,
                                 WH_OK,
                                 WH_OK,
                                 WH_NETWORK_REFUSED,
                                 WH_NETWORK_UNREACHABLE,
                                 WH_PLATFORM_MEMORY,
                                 WH_NETWORK_TIMEOUT};
    uint8_t flags = fuzz_take_byte(in);
    out->error = errors[flags % 8];
    out->up_ms = take_ms(in);
    out->answer_ms = take_ms(in);
    uint16_t at = (uint16_t)(fuzz_take_byte(in) * 16u);
    out->reset_after = (flags & 8) != 0 ? at : 0;
    out->end_after = (flags & 8) == 0 && (flags & 16) != 0 ? at : 0;
    out->resets = (flags & 96) == 32;
    out->ends = (flags & 96) == 64;
    out->garbage = (flags & 96) == 96 ? "garbage" : NULL;
    out->narrow = (flags & 128) != 0 ? 1u + at : 0;
    out->ends_ms = (flags & 16) != 0 ? at_last_ms(take_ms(in)) : 0;
}

static void take_script(fuzz_input *in, network_script *out)
{
    uint8_t flags = fuzz_take_byte(in);
    memset(out, 0, sizeof *out);
    out->network = (wh_network)(flags % 4);
    for (int i = 0; i < 3 && (flags & 4) != 0; i++) {
        out->changes[i].at_ms = at_last_ms(take_ms(in));
        out->changes[i].network = (wh_network)(fuzz_take_byte(in) % 4);
    }
    out->is_unknown_name = (flags & 8) != 0;
    out->is_mute = (flags & 16) != 0;
    out->never_closes = (flags & 32) != 0;
    out->hurries = (flags & 64) != 0;
    out->name_ms = take_ms(in);
    out->closes_ms = at_last_ms(take_ms(in));
    out->held_until_ms = (flags & 128) != 0 ? at_last_ms(take_ms(in)) : 0;
    out->request_size = (size_t)fuzz_take_byte(in) * 100;
    uint8_t manner = fuzz_take_byte(in);
    out->writes_ms = (manner & 1) != 0 ? at_last_ms(take_ms(in)) : 0;
    out->piece = (manner & 2) != 0 ? 200u + (size_t)(manner >> 4) * 50 : 0;
    out->writes_nothing = (manner & 12) == 12;
    for (int i = 0; i < 3; i++) {
        take_tcp(in, &out->tcps[i]);
    }
}

/* What would end without an end is the app's to close. */
static void bring_to_an_end(network_script *script)
{
    if (script->closes_ms == 0) {
        script->closes_ms = 100000;
    }
}

static bool is_well(const tcp_script *tcp)
{
    return tcp->error == WH_OK && tcp->up_ms <= 1000 && tcp->answer_ms <= 500 && tcp->reset_after == 0 &&
           tcp->end_after == 0 && !tcp->resets && !tcp->ends && tcp->garbage == NULL && tcp->ends_ms == 0;
}

/* Whatever the first server did to the session, the second attempt could reach it. */
static bool must_open(const network_script *script, bool has_session)
{
    const tcp_script *first = &script->tcps[0];
    bool has_network = script->network == WH_NETWORK_IS_UP && script->changes[0].at_ms == 0;
    bool has_name = !script->is_unknown_name && script->name_ms <= 1000;
    bool has_tcp = first->error == WH_OK && first->up_ms <= 1000;
    bool second = has_session && first->narrow == 0 && is_well(&script->tcps[1]);
    return has_network && has_name && has_tcp && script->closes_ms >= 20000 && (is_well(first) || second);
}

static wh_client_config config_of(unsigned kind)
{
    wh_client_config config = fuzz_config();
    if (servers[kind] != NULL) {
        config.host = SERVER_NAME;
        config.ca = server_ca(servers[kind], &config.ca_size);
        config.policy.early_data = kind == EARLY;
    }
    return config;
}

static bool is_open(const network_run *came, unsigned kind)
{
    return kind == PLAIN ? came->opened_ms != NEVER : came->secured_ms != NEVER;
}

static void run(unsigned kind, const network_script *script, uint32_t silence_ms)
{
    wh_client client;
    wh_client_config config = config_of(kind);
    fuzz_require(wh_client_init(&client, &config) == WH_OK, "the client is made");
    wh_client *used = kind == PLAIN ? NULL : &client;
    network_script well = {.server = servers[kind]};
    bool has_session = kind >= TLS12;
    if (has_session) {
        fuzz_require(network_run_connect(used, NULL, &well).error == WH_OK, "the first wake connects");
    }
    const wh_connect_options options = {.silence_ms = silence_ms};
    network_run came = network_run_connect(used, &options, script);
    if (must_open(script, has_session)) {
        fuzz_require(is_open(&came, kind), "no wake fails because of a session");
    }
    fuzz_require(!is_open(&came, kind) || came.secured_ms <= 20000, "the deadline is kept");
    fuzz_require(is_open(&came, kind) || came.over_ms <= 20000, "the deadline is kept by what fails");
    size_t whole = script->request_size > 0 ? script->request_size : 7;
    fuzz_require(came.early_got <= whole && came.server_got <= 2 * whole, "nothing is there three times");
    fuzz_require(kind == EARLY || !came.opened_early, "early data has the consent of the app");
    fuzz_require(came.opens <= 4, "there are no more attempts than two for each network");
    fuzz_require(network_run_connect(used, NULL, &well).error == WH_OK, "the next wake connects");
    wh_client_free(&client);
}

static void create_servers(void)
{
    fuzz_platform_reset();
    network_use_clock(&fuzz_machine);
    repeatable_openssl(1);
    servers[IN_FULL] = server_start(&(server_options){.min_version = WH_TLS13});
    servers[TLS12] = server_start(&(server_options){.max_version = WH_TLS12});
    servers[TLS13] = servers[IN_FULL];
    servers[EARLY] = server_start(
        &(server_options){.min_version = WH_TLS13, .early_data = true, .reads_early_data = true});
    server_allow_replay(
        servers[EARLY]); /* it would keep each run's sessions, and their numbers are all the same */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (servers[IN_FULL] == NULL) {
        create_servers();
    }
    fuzz_platform_reset();
    repeatable_openssl(2);
    fuzz_input input = {data, size};
    uint8_t kind = fuzz_take_byte(&input);
    network_script script;
    take_script(&input, &script);
    script.server = servers[kind % KINDS];
    bring_to_an_end(&script);
    size_t before = wh_host_memory_take().live_bytes;
    run(kind % KINDS, &script, kind / KINDS % 2 != 0 ? 10000 : 0);
    fuzz_require(wh_host_memory_take().live_bytes == before, "all memory is given back");
    return 0;
}
