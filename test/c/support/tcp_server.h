/** The TLS server over TCP on this machine, with a thread for each connection: OpenSSL on real sockets. */
#ifndef TEST_TCP_SERVER_H
#define TEST_TCP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server.h"

/** What becomes of one connection. */
typedef enum tcp_manner {
    /** Does what each line asks for:
     *  - "bytes N": answers with N bytes, each its place modulo 251, in records as large as they can be;
     *  - "records N": the same in two records;
     *  - "duplex N": the same without reading meanwhile, then reads as many, and answers "done";
     *  - "bye N": the same as "bytes N", then close_notify;
     *  - "cut N": the same, then the end of TCP without close_notify;
     *  - "nothing 0": nothing. */
    TCP_SERVES,
    /** Ends TCP at the first bytes, with a reset. */
    TCP_BREAKS_OFF,
    /** Reads, and never answers. */
    TCP_IS_SILENT,
} tcp_manner;

typedef struct tcp_server tcp_server;

/** What all its connections have come to by now. */
typedef struct tcp_served {
    unsigned accepted;
    unsigned opened;
    unsigned resumed;
    unsigned closed_properly;
} tcp_served;

/** Listens on 127.0.0.1; `tls` must outlive it. The first `count` connections go as `manners` say, and all
 * others as TCP_SERVES. */
tcp_server *tcp_server_start(tls_server *tls, const tcp_manner *manners, size_t count);

/** With such manners from the next connection on. */
void tcp_server_set_manners(tcp_server *server, const tcp_manner *manners, size_t count);

uint16_t tcp_server_port(const tcp_server *server);

/** Ends all, once the clients have, and tells what it came to. */
tcp_served tcp_server_stop(tcp_server *server);

#endif
