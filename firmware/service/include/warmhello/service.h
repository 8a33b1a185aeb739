/** @file
 * The TLS session service of devs/services/tls-session.md: what an app sees of its connects,
 * and how it steers them.
 *
 * The service is told of connects and keeps a note; it never takes part in one. It answers
 * packets as a pure function over their payloads, and has its own to send, which are pulled
 * when there is time. It knows no transport: jacdac/ has the one for the ESP32, and the
 * simulator has its own.
 *
 * Not thread-safe: all calls come from the task that makes the connections.
 */
#ifndef WARMHELLO_SERVICE_H
#define WARMHELLO_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/client.h"
#include "warmhello/outcome.h"
#include "warmhello/service_spec.h"
#include "warmhello/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The upper bits of a Jacdac packet's command, with a register's number below. */
#define WH_SERVICE_GET 0x1000
#define WH_SERVICE_SET 0x2000

/** What an app says of early data (register early_data); none leaves it to the firmware's configuration. */
typedef enum wh_consent { WH_CONSENT_NONE, WH_CONSENT_GIVEN, WH_CONSENT_WITHHELD } wh_consent;

/** What the service needs of the core. Each returns WH_OK or an error. */
typedef struct wh_service_hooks {
    /** Handed to every callback. */
    void *ctx;
    /** Deletes the stored session, as wh_store_forget(). */
    int (*forget)(void *ctx);
    /** Looks at the store, as wh_store_report_make(). */
    int (*look)(void *ctx, wh_store_report *out);
    /** Takes the pin off the stored session, as wh_store_unpin(). */
    void (*unpin)(void *ctx);
} wh_service_hooks;

/** Those that go to the core. */
extern const wh_service_hooks wh_service_core_hooks;

/** What survives deep sleep. The fields are private; the check tells noise from contents. */
typedef struct wh_service_memory {
    uint32_t check;
    wh_service_outcome outcome;
    wh_service_counts counts;
    wh_service_trust trust;
    wh_service_compact compact;
    wh_service_enabled enabled;
    wh_service_min_protocol min_protocol;
    wh_service_max_age max_age;
    wh_service_ticket_wait ticket_wait;
    wh_service_pinned_peer pinned_peer;
    wh_service_early_data early_data;
    /** wh_tiers: where the last connection left a session. */
    uint8_t stored;
} wh_service_memory;

/** The fields are private. */
typedef struct wh_service {
    wh_service_memory *memory;
    const wh_service_hooks *hooks;
    /** The last connect that began, and the last that may leave nothing behind. */
    uint32_t begun;
    uint32_t forgotten;
    bool settings_changed;
    /** Which packets are to be sent. */
    unsigned pending;
    uint8_t full_reason;
    uint8_t failed_error;
    /** wh_protocol: the highest that the firmware speaks; 0 before the first client. */
    uint8_t max_protocol;
    /** wh_profile: that of the last client. */
    uint8_t profile;
} wh_service;

/** A packet of the service's own, or its answer. */
typedef struct wh_service_packet {
    /** An event, with its number in `command`; a report otherwise, with the command as in the packet. */
    bool is_event;
    uint16_t command;
    uint8_t size;
    uint8_t payload[WH_SERVICE_PAYLOAD_MAX];
} wh_service_packet;

/** What became of a packet. */
typedef enum wh_service_answer {
    WH_SERVICE_SILENT,          /**< done; Jacdac has no answer to this one, as to a write */
    WH_SERVICE_ANSWERED,        /**< send the answer */
    WH_SERVICE_NOT_IMPLEMENTED, /**< nothing was done: unknown, or not with this payload */
} wh_service_answer;

/** Begins. `memory` is the caller's, where it survives deep sleep; what fails its check is set
 * to the defaults. Both must outlive the service. */
void wh_service_init(wh_service *service, wh_service_memory *memory, const wh_service_hooks *hooks);

/** Answers one packet from a client. Reads nothing outside `size` bytes of `payload`, which may
 * be anything; `answer` is set only when told so. Erases flash in `forget` alone. */
WH_MUST_CHECK wh_service_answer wh_service_handle(wh_service *service, uint16_t command,
                                                  const uint8_t *payload, size_t size,
                                                  wh_service_packet *answer);

/** Gives the next packet that the service has to send by itself. False when there is none. */
WH_MUST_CHECK bool wh_service_next(wh_service *service, wh_service_packet *out);

/** A connect begins. Returns the name of it that wh_service_closed() wants, which must follow. */
WH_MUST_CHECK uint32_t wh_service_connecting(wh_service *service);

/** The handshake is over, with success or without, and all that a connect tries with it. Only
 * makes a note: about a microsecond on a desk, and nothing that waits. */
void wh_service_connected(wh_service *service, const wh_outcome *outcome);

/** The connect is over and its outcome settled, with TLS or without. One that was
 * closed in the middle of the handshake leaves the last outcome as it was. After a `forget`
 * that came while it was open, what it has stored since is deleted, which may erase flash. */
void wh_service_closed(wh_service *service, uint32_t connect, const wh_outcome *outcome);

/** Puts the settings into the configuration of a client, whose other fields are set. The lowest
 * version does not go above config->max_version: one that the firmware does not speak is not
 * taken as a setting once that is known. What the strict profile forbids has no effect. */
void wh_service_configure(wh_service *service, wh_client_config *config);

/** Whether a client should be made anew because settings have changed since the last
 * wh_service_configure(). */
bool wh_service_settings_changed(const wh_service *service);

#ifdef __cplusplus
}
#endif

#endif
