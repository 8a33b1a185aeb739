/** What a device does in one wake, against an in-memory server, and short ways to
 * set it up. */
#ifndef TEST_VISIT_H
#define TEST_VISIT_H

#include "kept.h"
#include "conn_calls.h"
#include "nor.h"
#include "server.h"
#include "test_case.h"
#include "warmhello/port_host.h"
#include "warmhello/warmhello.h"

#define TEN_MINUTES_US (600ull * 1000000ull)

/** Servers that give sessions of one kind. */
extern const server_options id12;
extern const server_options ticket12;
extern const server_options ticket13;

/** A connection with its buffers. */
typedef struct wire_line {
    wh_conn conn;
    tls_peer *peer;
    uint8_t in[2048];
    uint8_t out[2048];
} wire_line;

/** What a wake came to. */
typedef struct wake_visit {
    wh_outcome outcome;
    bool server_resumed;
    bool server_saw_certificate;
    char alpn[32];
    bool server_saw_close;
    bool fallback_due;
    /** As peer_session_number(). */
    uint32_t session_number;
} wake_visit;

/** A configuration for `server`, with tickets and both versions, which are the defaults. */
wh_client_config config_for(const tls_server *server);

/** A server, and what a device is set to that knows it. */
typedef struct pairing {
    tls_server *server;
    wh_client_config config;
} pairing;

pairing pair_with(tls_server *server);

/** A client that must come about. */
void make_client(wh_client *client, const wh_client_config *config);

/** Whether it is opened in two parts, as on a board. */
extern bool line_is_prepared;

/** A back-off is drawn from the second half of `most_s`. */
void assert_advised(uint32_t s, uint32_t most_s);

/** Opens a connection. Returns what conn_open() did. */
int line_open(wire_line *line, wh_client *client, tls_server *server);
void line_free(wire_line *line);

/** Moves wire bytes both ways until none are left. */
void line_run(wire_line *line);

/** Opens, shakes hands, sends a request, reads the answer, closes. */
wake_visit visit_server(wh_client *client, tls_server *server);

/** The same with a client of its own, as after each wake. */
wake_visit wake_and_visit(const wh_client_config *config, tls_server *server);
wake_visit wake_at(const pairing *at);

/** What came of a wake: the server's word and ours must agree. */
void assert_full(wake_visit visit, wh_reason reason);
void assert_resumed(wake_visit visit, wh_kind kind);

/** The device of those tests that need one only. A test may change its platform's callbacks. */
extern wh_host_device the_device;

/** For cmocka: it starts with an empty slot, for each test. */
int start_platform(void **state);
int stop_platform(void **state);

#define PLATFORM_TEST(name) TEST_WITH(name, start_platform, stop_platform)

/** The same with flash of FLASH_SECTORS erased sectors; `*state` is its nor. After the
 * test, no rule of NOR flash may have been broken. */
enum { FLASH_SECTORS = 4 };
int start_platform_with_flash(void **state);
int stop_platform_with_flash(void **state);

#define FLASH_TEST(name) TEST_WITH(name, start_platform_with_flash, stop_platform_with_flash)

/** Whether `part` is somewhere in `bytes`. */
bool contains(const void *bytes, size_t size, const void *part, size_t part_size);

#endif
