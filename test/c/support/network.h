/** A network that follows a script, with a clock that only it moves: what a connect asks for happens when the
 * script says, in no time of ours. Whatever the script, the connect must keep to the rules of connect.h: this
 * network ends the program when it does not. */
#ifndef TEST_NETWORK_H
#define TEST_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server.h"
#include "warmhello/connect.h"
#include "warmhello/platform.h"

#define NEVER UINT64_MAX

/** What becomes of one TCP connection. All zeros: it is up at once, and the server answers at once. */
typedef struct tcp_script {
    /** When TCP is up, or is not with this error, after it was asked for, in milliseconds. */
    uint64_t up_ms;
    int error;
    /** How long each answer of the server takes, in milliseconds; NEVER: it is silent. */
    uint64_t answer_ms;
    /** TCP is reset, or ended by the server, once so many bytes have come from it; 0: not. */
    size_t reset_after;
    size_t end_after;
    /** The first record of the server arrives, its ServerHello, and nothing more. */
    bool stalls_after_hello;
    /** When the server ends TCP after it came up, in milliseconds; 0: not. */
    uint64_t ends_ms;
    /** When TCP is reset after it came up, in milliseconds; 0: not. */
    uint64_t resets_ms;
    /** The same as soon as the client has sent anything. */
    bool resets;
    bool ends;
    /** The server speaks this instead of TLS. */
    const char *garbage;
    /** TCP takes so many bytes at a time; 0: all. */
    size_t narrow;
    /** TCP takes no bytes beyond so many; 0: all. */
    size_t stalls_after;
} tcp_script;

typedef struct network_change {
    uint64_t at_ms;
    wh_network network;
} network_change;

typedef struct network_script {
    /** What the connect begins with, and what it hears later, in order of time; the first at 0 ends it. */
    wh_network network;
    network_change changes[4];
    /** When the name is looked up, after it was asked for, in milliseconds; and whether it is known. */
    uint64_t name_ms;
    bool is_unknown_name;
    /** By the order in which TCP is asked for. */
    tcp_script tcps[4];
    /** NULL: plain TCP, and a server that answers. */
    tls_server *server;
    /** The server never closes its side by itself, and answers no request. */
    bool never_closes;
    bool is_mute;
    /** The app closes when it has the answer; or at this moment, or never. In milliseconds from the
     * beginning; 0: with the answer. */
    uint64_t closes_ms;
    /** In a hurry; or closes, and is in a hurry from that moment on, if it is not 0. */
    bool hurries;
    uint64_t hurries_ms;
    /** Bytes in its request: 7 when 0. */
    size_t request_size;
    /** It writes nothing at all; or nothing before that moment; or pieces of so many bytes, 0: as much as it
     * can. */
    bool writes_nothing;
    uint64_t writes_ms;
    size_t piece;
    /** The app takes no plaintext before that moment. */
    uint64_t held_until_ms;
} network_script;

/** What came of it. Times are milliseconds from the beginning, NEVER for what did not happen. */
typedef struct network_run {
    wh_outcome outcome;
    int error;
    uint64_t opened_ms;
    uint64_t over_ms;
    /** The app could write before the handshake was done, which was done then. */
    bool opened_early;
    uint64_t secured_ms;
    /** Early data that servers have read, and whether it came with the first bytes of a TCP connection. */
    size_t early_got;
    bool early_in_first;
    /** TCP connections asked for, and networks set up anew. */
    unsigned opens;
    unsigned renewals;
    /** Times that it gave bytes to TCP: packets, if they are small and TCP takes all. */
    unsigned sends;
    /** Bytes of the answer, and of the request as servers had it, early data included. */
    size_t got;
    size_t server_got;
    bool server_resumed;
    bool server_saw_close;
} network_run;

/** Makes the platform's elapsed clock the network's. Anew after a sleep or a loss of power. */
void network_use_clock(wh_platform *platform);

/** Moves it. */
void network_pass_ms(uint64_t ms);

/** One connect, from its beginning until it is over. */
network_run network_run_connect(wh_client *client, const wh_connect_options *options,
                                const network_script *script);

#endif
