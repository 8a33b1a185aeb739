/* The one task that owns every TLS call: commands in, events out.
 *
 * One connection at a time; a new one closes the one before. Every event carries the number of its
 * connection, so that nobody takes an old one's for the new one's. Commands never wait for the network. */
#ifndef WH_TLS_TASK_H
#define WH_TLS_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/client.h"
#include "warmhello/outcome.h"

typedef enum wh_event_kind {
    /* Data may be written: the outcome so far. Before the handshake is done it is pending, and SECURED
       follows. */
    WH_EVENT_OPENED,
    /* The handshake of a connection that was open before is done: the outcome so far. */
    WH_EVENT_SECURED,
    WH_EVENT_DATA,
    WH_EVENT_OVER, /* why, and the outcome, which is final; comes last, and always */
} wh_event_kind;

typedef struct wh_event {
    wh_event_kind kind;
    uint32_t id;
    /* A TLS connection, of which the service hears. */
    bool is_tls;
    /* OVER: WH_OK when the app or the server has closed it properly. */
    int error;
    union {
        wh_outcome outcome;
        struct {
            uint8_t *bytes; /* the receiver's: free() */
            size_t size;
        } data;
    } as;
} wh_event;

typedef struct wh_tls_request {
    /* Host and port; what `host` points to is copied, the rest must outlive the task. */
    wh_client_config config;
    bool is_tls;
    uint32_t timeout_ms;
    /* How long the server may say nothing to what was written, in milliseconds; 0 for ever. */
    uint32_t silence_ms;
} wh_tls_request;

/* Starts the task, once. False: no memory. */
bool wh_tls_start(void);

/* Begins a connection; in a full turn, without a session. Its number, or 0: no memory, or too many commands
 * wait. */
uint32_t wh_tls_connect(const wh_tls_request *request);

/* Sends plaintext; bytes are copied. They leave with wh_tls_push(), wh_tls_close(), or when the task is at
 * work anyway: what is written until then leaves together. False: no memory, or more waits than may: the
 * connection should be ended. */
bool wh_tls_write(uint32_t id, const void *bytes, size_t size);

/* What was written leaves now. */
void wh_tls_push(void);

/* Closes it, once what was written is sent. OVER follows. */
void wh_tls_close(uint32_t id);

/* The next event; waits for it at most so long, in milliseconds. */
bool wh_tls_next_event(wh_event *out, uint32_t wait_ms);

/* Closes everything and waits until the session is kept and the task idle, at most so long. True if it is.
 * `is_urgent`: without a wait for a ticket, or for what the app still wants to send. Nobody else takes events
 * meanwhile, so they go to the sink. */
bool wh_tls_settle(bool is_urgent, uint32_t wait_ms);

/* The app is not served any more: it begins and sends nothing, and hears of nothing. For good. */
void wh_tls_end_all(void);

/* Who gets the events that come while all is settled; the bytes of data are freed afterwards. NULL for
 * nobody. */
void wh_tls_set_sink(void (*take)(const wh_event *event));

/* The least stack that was ever left to the task, in bytes; 0 before it is started. */
uint32_t wh_tls_stack_left(void);

#endif
