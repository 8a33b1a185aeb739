/** What the four client programs share: each fills in a bench_client and hands it
 * to bench_main(), which makes the connections and counts what they cost. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/** How the session is named to the server; each kind fixes the protocol version too. */
typedef enum bench_kind { BENCH_ID, BENCH_TICKET, BENCH_PSK } bench_kind;

typedef struct bench_options {
    bench_kind kind;
    uint16_t port;
    /** Name in the server's certificate, sent as SNI and checked. */
    const char *host;
    /** CA certificate as PEM, with a closing zero that `ca_size` does not count. */
    const unsigned char *ca;
    size_t ca_size;
} bench_options;

/** What a connection came to, in the client's view. Cipher suite and group have
 * their numbers in IANA's TLS registries. */
typedef struct bench_facts {
    bool resumed;
    uint16_t cipher;
    uint16_t group;
} bench_facts;

/** One TLS stack. Every function says on standard error what went wrong. */
typedef struct bench_client {
    const char *stack;
    /** As its headers tell, or NULL. */
    const char *version;
    /** Memory that a connection takes besides heap and stack: what the library has
     * its caller provide. */
    size_t caller_bytes;
    /** Reads the CA and makes what all connections share. Counted. */
    bool (*set_up)(const bench_options *options);
    /** Makes a connection object, attaches the kept session if `resume`, runs the
     * handshake, and in TLS 1.2 keeps the session. Counted. */
    bool (*handshake)(tcp_wire *wire, bool resume);
    /** Sends a request, reads the first of the answer (TLS 1.3 tickets come with
     * it), keeps the session, says goodbye and frees the connection. Not counted. */
    bool (*finish)(tcp_wire *wire, bench_facts *facts);
    void (*tear_down)(void);
} bench_client;

/** The TLS 1.2 cipher suites that warmhello offers. The other stacks offer no more:
 * each suite costs bytes and, in some, a search. */
#define BENCH_SUITES12 6
extern const uint16_t bench_suites12[BENCH_SUITES12];

/** The request that finish() sends. */
#define BENCH_REQUEST "GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"

int bench_main(int argc, char **argv, const bench_client *client);

#endif
