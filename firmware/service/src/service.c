#include "warmhello/service.h"

#include <string.h>
#include <strings.h>

#include "crc32.h"

/* Bits of wh_service.pending, in the order in which the packets go out. */
enum {
    PENDING_OUTCOME = 1,
    PENDING_RESUMED = 2,
    PENDING_FULL = 4,
    PENDING_FAILED = 8,
    PENDING_SESSION = 16,
    PENDING_STORED = 32,
    PENDING_LOST = 64,
};

/* ---- What survives deep sleep ---------------------------------------------------------------- */

static uint32_t check_of(const wh_service_memory *memory)
{
    const uint8_t *bytes = (const uint8_t *)memory;
    size_t start = sizeof memory->check;
    /* A build with another layout finds another check. */
    return wh_crc32(bytes + start, sizeof *memory - start) ^ (uint32_t)sizeof *memory;
}

static void keep(wh_service *service)
{
    service->memory->check = check_of(service->memory);
}

/* The CAs are those of the last handshake in full: a resumed one does not read them. */
static void note_compact(wh_service_memory *memory, const wh_outcome *outcome)
{
    wh_outcome told = *outcome;
    told.cas = memory->trust.cas;
    told.cas_usable = memory->trust.usable;
    told.cas_ending = memory->trust.ending;
    memory->compact.value_size = (uint8_t)wh_outcome_compact(&told, NULL, memory->compact.value);
}

static void set_defaults(wh_service_memory *memory)
{
    memset(memory, 0, sizeof *memory);
    memory->outcome.alert = -1;
    note_compact(memory, &(wh_outcome){0});
    memory->enabled.value = WH_SERVICE_ENABLED_INITIAL;
    memory->min_protocol.value = WH_SERVICE_MIN_PROTOCOL_INITIAL;
    memory->max_age.value_s = WH_SERVICE_MAX_AGE_INITIAL;
    memory->ticket_wait.value_ms = WH_SERVICE_TICKET_WAIT_INITIAL;
    memory->pinned_peer.port = WH_SERVICE_PINNED_PEER_PORT_INITIAL;
    memory->early_data.value = WH_SERVICE_EARLY_DATA_INITIAL;
}

void wh_service_init(wh_service *service, wh_service_memory *memory, const wh_service_hooks *hooks)
{
    *service = (wh_service){.memory = memory, .hooks = hooks};
    if (memory->check != check_of(memory)) {
        set_defaults(memory);
        keep(service);
    }
}

/* ---- The core ---------------------------------------------------------------------------------- */

static int core_forget(void *ctx)
{
    (void)ctx;
    return wh_store_forget();
}

static int core_look(void *ctx, wh_store_report *out)
{
    (void)ctx;
    return wh_store_report_make(out);
}

static void core_unpin(void *ctx)
{
    (void)ctx;
    wh_store_unpin();
}

const wh_service_hooks wh_service_core_hooks = {
    .forget = core_forget,
    .look = core_look,
    .unpin = core_unpin,
};

/* ---- Connects ------------------------------------------------------------------------------------ */

static uint8_t error_number(int error)
{
    return error < 0 && error >= -UINT8_MAX ? (uint8_t)-error : 0;
}

static uint16_t at_most_u16(uint32_t value)
{
    return value > UINT16_MAX ? UINT16_MAX : (uint16_t)value;
}

static void note_trust(wh_service_trust *out, const wh_outcome *outcome)
{
    if (outcome->flights > 0) { /* it came to TLS */
        out->clock = (uint8_t)outcome->clock;
    }
    if (outcome->cas > 0) { /* in full: only then are they read */
        out->cas = outcome->cas;
        out->usable = outcome->cas_usable;
        out->ending = outcome->cas_ending;
    }
}

static void note_outcome(wh_service_outcome *out, const wh_outcome *outcome)
{
    uint32_t number = out->number;
    *out = (wh_service_outcome){
        .number = number,
        .handshake_us = outcome->handshake_us,
        .handshake_tx = outcome->handshake_tx,
        .handshake_rx = outcome->handshake_rx,
        .total_tx = outcome->total_tx,
        .total_rx = outcome->total_rx,
        .session_age_s = outcome->session_age_s,
        .session_lifetime_s = outcome->session_lifetime_s,
        .backoff_s = outcome->backoff_s,
        .flights = at_most_u16(outcome->flights),
        .cipher = outcome->cipher,
        .alert = (int16_t)outcome->alert,
        .result = (uint8_t)outcome->result,
        .reason = (uint8_t)outcome->reason,
        .protocol = (uint8_t)outcome->protocol,
        .kind = (uint8_t)outcome->kind,
        .error = error_number(outcome->error),
        .store_error = error_number(outcome->store_error),
        .stored = (uint8_t)outcome->stored,
        .early = outcome->early_bytes,
        .early_data = (uint8_t)outcome->early_data,
    };
    if (outcome->group != NULL) {
        strncpy(out->group, outcome->group, sizeof out->group - 1);
    }
}

static void count(wh_service *service, const wh_outcome *outcome)
{
    wh_service_counts *counts = &service->memory->counts;
    switch (outcome->result) {
    case WH_RESULT_RESUMED:
        counts->resumed++;
        service->pending |= PENDING_RESUMED;
        break;
    case WH_RESULT_FULL:
        counts->full++;
        counts->refused += outcome->reason == WH_REASON_REFUSED;
        counts->fallback += outcome->reason == WH_REASON_FALLBACK;
        service->full_reason = (uint8_t)outcome->reason;
        service->pending |= PENDING_FULL;
        break;
    default:
        counts->failed++;
        service->failed_error = error_number(outcome->error);
        service->pending |= PENDING_FAILED;
        break;
    }
}

uint32_t wh_service_connecting(wh_service *service)
{
    return ++service->begun;
}

void wh_service_connected(wh_service *service, const wh_outcome *outcome)
{
    service->memory->outcome.number++;
    note_outcome(&service->memory->outcome, outcome);
    note_trust(&service->memory->trust, outcome);
    note_compact(service->memory, outcome);
    count(service, outcome);
    service->pending |= PENDING_OUTCOME;
    keep(service);
}

/* Where a session is now. The outcome tells only of a connection that was open. */
static wh_tiers stored_after(const wh_service *service, const wh_outcome *outcome)
{
    wh_store_report report = {0};
    if (outcome->result == WH_RESULT_FULL || outcome->result == WH_RESULT_RESUMED) {
        return outcome->stored;
    }
    return service->hooks->look(service->hooks->ctx, &report) == WH_OK ? report.tiers : WH_TIERS_NONE;
}

/* What the connection that has closed left in the store. */
static void note_stored(wh_service *service, const wh_outcome *outcome)
{
    wh_tiers stored = stored_after(service, outcome);
    if (stored != WH_TIERS_NONE && outcome->kept) {
        service->pending |= PENDING_STORED | PENDING_SESSION;
    }
    if (stored == WH_TIERS_NONE && service->memory->stored != WH_TIERS_NONE) {
        service->pending |= PENDING_LOST | PENDING_SESSION;
    }
    service->memory->outcome.stored = (uint8_t)stored;
    service->memory->stored = (uint8_t)stored;
}

static int forget_now(wh_service *service)
{
    int result = service->hooks->forget(service->hooks->ctx);
    if (result == WH_OK) {
        if (service->memory->stored != WH_TIERS_NONE) {
            service->pending |= PENDING_LOST | PENDING_SESSION;
        }
        service->pending &= ~(unsigned)PENDING_STORED;
        service->memory->stored = WH_TIERS_NONE;
    }
    return result;
}

void wh_service_closed(wh_service *service, uint32_t connect, const wh_outcome *outcome)
{
    if (outcome->result != WH_RESULT_PENDING) {
        note_outcome(&service->memory->outcome, outcome);
        note_compact(service->memory, outcome);
        service->pending |= PENDING_OUTCOME;
    }
    note_stored(service, outcome);
    if (connect <= service->forgotten) {
        /* It may have stored a ticket since. If this fails, the store's next use goes on with it. */
        (void)forget_now(service);
        service->memory->outcome.stored = service->memory->stored;
    }
    keep(service);
}

static bool is_pinned(const wh_service_pinned_peer *pinned, const wh_client_config *config)
{
    return config->host != NULL && strcasecmp(pinned->host, config->host) == 0 &&
           (pinned->port == 0 || pinned->port == config->port);
}

void wh_service_configure(wh_service *service, wh_client_config *config)
{
    const wh_service_memory *memory = service->memory;
    service->settings_changed = false;
    wh_protocol highest = config->max_version != WH_PROTOCOL_NONE ? config->max_version : WH_TLS13;
    service->max_protocol = (uint8_t)highest;
    if (!memory->enabled.value) {
        config->policy.disabled = true;
    }
    wh_protocol lowest = (wh_protocol)memory->min_protocol.value;
    if (lowest > highest) { /* of a time when this firmware spoke more */
        lowest = highest;
    }
    bool is_strict = config->policy.profile == WH_PROFILE_STRICT;
    service->profile = (uint8_t)config->policy.profile;
    if (lowest > config->min_version && !is_strict) { /* which speaks the highest alone */
        config->min_version = lowest;
    }
    if (memory->max_age.value_s != 0 && !(is_strict && memory->max_age.value_s > WH_STRICT_AGE_MAX_S)) {
        config->policy.max_authenticated_s = memory->max_age.value_s;
    }
    if (memory->ticket_wait.value_ms != 0) {
        config->policy.ticket_wait_ms = memory->ticket_wait.value_ms;
    }
    if (memory->early_data.value != WH_CONSENT_NONE) {
        config->policy.early_data = memory->early_data.value == WH_CONSENT_GIVEN && !is_strict;
    }
    if (memory->pinned_peer.host[0] != 0) {
        config->policy.pinned = is_pinned(&memory->pinned_peer, config);
    }
}

bool wh_service_settings_changed(const wh_service *service)
{
    return service->settings_changed;
}

/* ---- Packets --------------------------------------------------------------------------------------- */

static size_t write_session(const wh_service *service, uint8_t *out)
{
    wh_store_report report;
    wh_service_stored_session session = {.expires_in_s = WH_SERVICE_EXPIRES_IN_UNKNOWN};
    if (service->hooks->look(service->hooks->ctx, &report) == WH_OK) {
        session.expires_in_s = report.expires_in_s;
        session.stored = (uint8_t)report.tiers;
    }
    return wh_service_stored_session_write(&session, out);
}

static size_t write_wear(const wh_service *service, uint8_t *out)
{
    wh_store_report report = {0};
    wh_service_flash_wear wear = {0};
    if (service->hooks->look(service->hooks->ctx, &report) == WH_OK) {
        wear.value = report.erases;
    }
    return wh_service_flash_wear_write(&wear, out);
}

/* Writes the register's value; 0 for a register that there is not. */
static size_t write_register(const wh_service *service, unsigned number, uint8_t *out)
{
    const wh_service_memory *memory = service->memory;
    switch (number) {
    case WH_SERVICE_REG_OUTCOME:
        return wh_service_outcome_write(&memory->outcome, out);
    case WH_SERVICE_REG_COUNTS:
        return wh_service_counts_write(&memory->counts, out);
    case WH_SERVICE_REG_STORED_SESSION:
        return write_session(service, out);
    case WH_SERVICE_REG_FLASH_WEAR:
        return write_wear(service, out);
    case WH_SERVICE_REG_TRUST:
        return wh_service_trust_write(&memory->trust, out);
    case WH_SERVICE_REG_PROFILE:
        return wh_service_profile_write(&(wh_service_profile){service->profile}, out);
    case WH_SERVICE_REG_COMPACT:
        return wh_service_compact_write(&memory->compact, out);
    case WH_SERVICE_REG_ENABLED:
        return wh_service_enabled_write(&memory->enabled, out);
    case WH_SERVICE_REG_MIN_PROTOCOL:
        return wh_service_min_protocol_write(&memory->min_protocol, out);
    case WH_SERVICE_REG_MAX_AGE:
        return wh_service_max_age_write(&memory->max_age, out);
    case WH_SERVICE_REG_TICKET_WAIT:
        return wh_service_ticket_wait_write(&memory->ticket_wait, out);
    case WH_SERVICE_REG_PINNED_PEER:
        return wh_service_pinned_peer_write(&memory->pinned_peer, out);
    case WH_SERVICE_REG_EARLY_DATA:
        return wh_service_early_data_write(&memory->early_data, out);
    default:
        return 0;
    }
}

/* Reads into a copy, so that a payload that turns out to be wrong half-way leaves no trace. */
static bool read_setting(wh_service_memory *copy, unsigned number, const uint8_t *payload, size_t size)
{
    switch (number) {
    case WH_SERVICE_REG_ENABLED:
        return wh_service_enabled_read(&copy->enabled, payload, size);
    case WH_SERVICE_REG_MIN_PROTOCOL:
        return wh_service_min_protocol_read(&copy->min_protocol, payload, size);
    case WH_SERVICE_REG_MAX_AGE:
        return wh_service_max_age_read(&copy->max_age, payload, size);
    case WH_SERVICE_REG_TICKET_WAIT:
        return wh_service_ticket_wait_read(&copy->ticket_wait, payload, size);
    case WH_SERVICE_REG_PINNED_PEER:
        return wh_service_pinned_peer_read(&copy->pinned_peer, payload, size);
    case WH_SERVICE_REG_EARLY_DATA:
        return wh_service_early_data_read(&copy->early_data, payload, size);
    default:
        return false;
    }
}

/* Without a client yet it is not known. */
static bool can_speak(const wh_service *service, uint8_t protocol)
{
    return service->max_protocol == 0 || protocol <= service->max_protocol;
}

static wh_service_answer set_register(wh_service *service, unsigned number, const uint8_t *payload,
                                      size_t size)
{
    wh_service_memory copy = *service->memory;
    if (!read_setting(&copy, number, payload, size) || !can_speak(service, copy.min_protocol.value)) {
        return WH_SERVICE_NOT_IMPLEMENTED;
    }
    if (number == WH_SERVICE_REG_PINNED_PEER) {
        service->hooks->unpin(service->hooks->ctx); /* the new one is pinned as soon as it connects */
    }
    *service->memory = copy;
    service->settings_changed = true;
    keep(service);
    return WH_SERVICE_SILENT;
}

static wh_service_answer forget(wh_service *service, wh_service_packet *answer)
{
    /* Those that are open may bring a session later, or have one under way to flash. */
    service->forgotten = service->begun;
    wh_service_forget_report report = {.error = error_number(forget_now(service))};
    keep(service);
    answer->size = (uint8_t)wh_service_forget_report_write(&report, answer->payload);
    return WH_SERVICE_ANSWERED;
}

static wh_service_answer run_command(wh_service *service, unsigned number, wh_service_packet *answer)
{
    switch (number) {
    case WH_SERVICE_CMD_FORGET:
        return forget(service, answer);
    case WH_SERVICE_CMD_RESET_COUNTS:
        service->memory->counts = (wh_service_counts){0};
        keep(service);
        answer->size = 0;
        return WH_SERVICE_ANSWERED;
    default:
        return WH_SERVICE_NOT_IMPLEMENTED;
    }
}

wh_service_answer wh_service_handle(wh_service *service, uint16_t command, const uint8_t *payload,
                                    size_t size, wh_service_packet *answer)
{
    unsigned number = command & 0xfffU;
    unsigned kind = command & 0xf000U;
    if (kind == WH_SERVICE_SET) {
        return set_register(service, number, payload, size);
    }
    if (size != 0) {
        return WH_SERVICE_NOT_IMPLEMENTED;
    }
    answer->is_event = false;
    answer->command = command;
    if (kind == 0) {
        return run_command(service, number, answer);
    }
    if (kind != WH_SERVICE_GET) {
        return WH_SERVICE_NOT_IMPLEMENTED;
    }
    answer->size = (uint8_t)write_register(service, number, answer->payload);
    return answer->size > 0 ? WH_SERVICE_ANSWERED : WH_SERVICE_NOT_IMPLEMENTED;
}

static void give_register(const wh_service *service, unsigned number, wh_service_packet *out)
{
    out->is_event = false;
    out->command = (uint16_t)(WH_SERVICE_GET | number);
    out->size = (uint8_t)write_register(service, number, out->payload);
}

static size_t write_event(const wh_service *service, unsigned bit, wh_service_packet *out)
{
    switch (bit) {
    case PENDING_FULL: {
        out->command = WH_SERVICE_EV_FULL;
        wh_service_full_event event = {.reason = service->full_reason};
        return wh_service_full_event_write(&event, out->payload);
    }
    case PENDING_FAILED: {
        out->command = WH_SERVICE_EV_FAILED;
        wh_service_failed_event event = {.error = service->failed_error};
        return wh_service_failed_event_write(&event, out->payload);
    }
    case PENDING_STORED: {
        out->command = WH_SERVICE_EV_SESSION_STORED;
        wh_service_session_stored_event event = {.stored = service->memory->stored};
        return wh_service_session_stored_event_write(&event, out->payload);
    }
    case PENDING_RESUMED:
        out->command = WH_SERVICE_EV_RESUMED;
        return 0;
    default:
        out->command = WH_SERVICE_EV_SESSION_LOST;
        return 0;
    }
}

bool wh_service_next(wh_service *service, wh_service_packet *out)
{
    if (service->pending == 0) {
        return false;
    }
    unsigned bit = service->pending & (~service->pending + 1);
    service->pending &= ~bit;
    if (bit == PENDING_OUTCOME) {
        give_register(service, WH_SERVICE_REG_OUTCOME, out);
    } else if (bit == PENDING_SESSION) {
        give_register(service, WH_SERVICE_REG_STORED_SESSION, out);
    } else {
        out->is_event = true;
        out->size = (uint8_t)write_event(service, bit, out);
    }
    return true;
}
