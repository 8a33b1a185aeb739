/** A board, a server in memory and one kind of session: what the two programs for
 * `npm run bench:store` share. Failures end the process with a word on standard error.
 */
#ifndef SESSION_SOURCE_H
#define SESSION_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "bench.h"
#include "server.h"
#include "warmhello/client.h"
#include "warmhello/outcome.h"

/** How long the server lets a session live, in seconds. */
#define BENCH_LIFETIME_S 7200

/** Reads a kind's word; ends the process on any other. */
bench_kind source_read_kind(const char *word);

wh_protocol source_protocol(bench_kind kind);

/** The server, and a client for it. `client` belongs to the installed platform; `trust` is its
 * policy.trust_after_power_loss. */
tls_server *source_start(bench_kind kind);
void source_make_client(wh_client *client, const tls_server *server, bench_kind kind, uint32_t trust);

void source_give_up(const char *what);

/** Told before and after each piece of the client's own work. */
typedef void (*source_mark)(bool begins);

/** What one wake came to. */
typedef struct source_visit {
    wh_outcome outcome;
    bool server_resumed;
} source_visit;

/** Told the name of a part of a connection that is over: "open", which offers the session,
 * "handshake", the rest of it, or "after". */
typedef void (*source_part)(const char *part);

/** A connection with a request, over memory. Both callbacks may be NULL. */
source_visit source_visit_server(wh_client *client, tls_server *server, source_mark mark, source_part over);

/** A connection that offers its session, if there is one, in a ClientHello that gets nowhere: the network is
 * gone, and nobody is to blame. */
wh_outcome source_lose_handshake(wh_client *client);

#endif
