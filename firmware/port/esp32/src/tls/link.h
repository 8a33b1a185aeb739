/* One connection of the app: a name, a deadline, and what is tried within it.
 *
 * An attempt with a session that fails is followed by one in full. One that meets silence is not ended for
 * it, since the server may be slow: at half of the time that TLS has the attempt in full joins it, and the
 * first to open is used. ts/core/tls-socket.ts is the same for the desk, but has no parts: here each part of
 * a connect (access point, address, name, TCP, TLS) has a limit of its own within the deadline, as a wake is
 * paid for by the second.
 *
 * Never waits, prints nothing and knows no task: the caller selects, and calls wh_link_turn(). */
#ifndef WH_LINK_H
#define WH_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/attempt.h"
#include "warmhello/client.h"
#include "warmhello/outcome.h"
#include "warmhello/wake.h"

/* Why a connection came to nothing, beside the core's errors. */
typedef enum wh_net_error {
    WH_NET_OK,
    WH_NET_NO_NETWORK,   /* the access point does not let the device in, or was lost */
    WH_NET_NO_ADDRESS,   /* it did, but no address came from its network */
    WH_NET_UNKNOWN_HOST, /* the name does not resolve */
    WH_NET_UNREACHABLE,  /* no way leads to its address */
    WH_NET_REFUSED,      /* nobody listens there */
    WH_NET_TIMEOUT,
    WH_NET_SILENT,   /* nothing comes any more to what the app has asked */
    WH_NET_LOST,     /* TCP broke off */
    WH_NET_MEMORY,   /* no memory for the connection */
    WH_NET_OVERFLOW, /* the app writes more than can be kept */
} wh_net_error;

/* "connection-refused" and "the server refuses connections on this port". Static storage. */
const char *wh_net_error_word(wh_net_error error);
const char *wh_net_error_meaning(wh_net_error error);

typedef struct wh_link_end {
    wh_net_error net; /* or else */
    int core;         /* an error of the core; WH_OK when the server has closed properly */
} wh_link_end;

/* What the owner hears. None may call back into the link. */
typedef struct wh_link_hooks {
    void *ctx;
    /* A phase has ended. */
    void (*mark)(void *ctx, wh_phase phase);
    /* All that the connect tried is over: its outcome; or, without TLS, the advice how long to leave the
     * server alone. */
    void (*connected)(void *ctx, const wh_outcome *outcome);
    void (*unreachable)(void *ctx, uint32_t backoff_s);
    /* Data may be written. */
    void (*opened)(void *ctx);
    /* Plaintext; the bytes are the link's. Called only as long as has_room() is true. */
    void (*data)(void *ctx, const uint8_t *bytes, size_t size);
    bool (*has_room)(void *ctx);
    /* Gives plaintext to send: its address and size, 0 for none; then says how much was taken. */
    size_t (*peek)(void *ctx, const uint8_t **bytes);
    void (*taken)(void *ctx, size_t size);
    /* Nothing follows but closed(). Not called when the app has closed it. */
    void (*ended)(void *ctx, wh_link_end end);
    /* The connection is gone; its outcome is final, NULL when there was no TLS. Comes last, and always. */
    void (*closed)(void *ctx, const wh_outcome *outcome);
    /* Whether an access point has let the device in, and whether it has an address. */
    bool (*has_access_point)(void *ctx);
    bool (*has_network)(void *ctx);
    /* There was no network in time. Returns the advice how long to leave it alone, in seconds. */
    uint32_t (*offline)(void *ctx);
    /* The server cannot be reached at all. True if the network will be set up anew, since it was taken over
     * from the last wake on trust: then all is tried once more. */
    bool (*doubts_network)(void *ctx);
    /* Whether it is that sort of network. */
    bool (*trusts_network)(void *ctx);
    /* Starts to look up `host`; wh_link_resolved() follows unless it was given up. False: no memory. */
    bool (*resolve)(void *ctx, const char *host, uint16_t port);
} wh_link_hooks;

typedef struct wh_link_options {
    /* NULL for plain TCP. */
    wh_client *client;
    const char *host;
    uint16_t port;
    /* For everything that is tried, the wait for the network included. */
    uint32_t timeout_ms;
    /* How long nothing may move once the app has asked for something; 0 for as long as it likes. */
    uint32_t silence_ms;
} wh_link_options;

typedef enum wh_link_state {
    WH_LINK_IDLE,
    WH_LINK_NETWORK,   /* waits for the access point */
    WH_LINK_ADDRESS,   /* waits for an address of our own */
    WH_LINK_RESOLVING, /* waits for the server's */
    WH_LINK_TRYING,
    WH_LINK_OPEN,
    WH_LINK_WAITING,   /* the app has closed: waits for a ticket */
    WH_LINK_LINGERING, /* close_notify is on its way */
} wh_link_state;

enum { WH_LINK_ATTEMPTS = 2 };

typedef struct wh_link {
    const wh_link_hooks *hooks;
    wh_link_options options;
    wh_link_state state;
    char host[WH_HOST_MAX + 1];
    wh_address address;
    wh_attempt *attempts[WH_LINK_ATTEMPTS];
    int attempt_count;
    /* The one that opened, or else the last one whose TCP came up. */
    wh_attempt *chosen;
    bool hedged;
    /* The network was set up anew for this link. */
    bool doubted;
    /* The app has closed it and hears nothing more. */
    bool closed_by_app;
    bool was_open;
    /* The app has written something. */
    bool has_asked;
    uint64_t deadline_us;
    /* When the present part of the connect is given up, and when something last moved after it. */
    uint64_t part_us;
    uint64_t moved_us;
    uint64_t hedge_us;
    uint64_t doubt_us;
    uint64_t close_us;
} wh_link;

/* Begins. The link must be idle; `hooks` must outlive it, `options` is copied, the host with it. */
void wh_link_begin(wh_link *link, const wh_link_options *options, const wh_link_hooks *hooks,
                   uint64_t now_us);

/* The name's address, or NULL if it has none. Only while wh_link_is_resolving(). */
void wh_link_resolved(wh_link *link, const wh_address *address, uint64_t now_us);
bool wh_link_is_resolving(const wh_link *link);

/* Sets what select() is to wait for. Returns for how long at most, in microseconds, or UINT64_MAX. */
uint64_t wh_link_watch(const wh_link *link, fd_set *readable, fd_set *writable, int *highest,
                       uint64_t now_us);

/* Does all that can be done without waiting. */
void wh_link_turn(wh_link *link, const fd_set *writable, uint64_t now_us);

/* The app closes it: waits for a ticket that is worth it, if it may, sends close_notify, settles the session.
 */
void wh_link_close(wh_link *link, bool may_wait, uint64_t now_us);

/* Ends it without a further wait. */
void wh_link_end_now(wh_link *link, wh_net_error error);

/* The access point is gone, and with it what goes over TCP. No session is blamed for that. */
void wh_link_network_lost(wh_link *link);

bool wh_link_is_idle(const wh_link *link);

#endif
