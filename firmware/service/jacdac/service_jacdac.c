#include "warmhello/service_jacdac.h"

#include "jd_protocol.h"

/* The names of this struct and of the two functions below are what the runtime's macros expect. */
struct srv_state {
    SRV_COMMON;
    wh_service service;
    /* A packet that did not fit into the send queue. */
    wh_service_packet unsent;
    bool has_unsent;
};

static bool send_packet(srv_t *state, const wh_service_packet *packet)
{
    if (packet->is_event) {
        /* Queued, and repeated, by the runtime. */
        jd_send_event_ext(state, packet->command, packet->payload, packet->size);
        return true;
    }
    return jd_send(state->service_index, packet->command, packet->payload, packet->size) == 0;
}

/* Called at each turn of the runtime's loop: what is due and fits goes out. */
static void tls_session_process(srv_t *state)
{
    while (state->has_unsent || wh_service_next(&state->service, &state->unsent)) {
        state->has_unsent = !send_packet(state, &state->unsent);
        if (state->has_unsent) {
            return;
        }
    }
}

static void tls_session_handle_packet(srv_t *state, jd_packet_t *pkt)
{
    wh_service_packet answer;
    switch (wh_service_handle(&state->service, pkt->service_command, pkt->data, pkt->service_size, &answer)) {
    case WH_SERVICE_ANSWERED:
        /* One that does not fit is lost; the client asks again. */
        (void)send_packet(state, &answer);
        break;
    case WH_SERVICE_NOT_IMPLEMENTED:
        (void)jd_send_not_implemented(pkt);
        break;
    case WH_SERVICE_SILENT:
        break;
    }
}

SRV_DEF(tls_session, WH_SERVICE_CLASS);

wh_service *wh_service_jacdac_init(wh_service_memory *memory, const wh_service_hooks *hooks)
{
    SRV_ALLOC(tls_session);
    wh_service_init(&state->service, memory, hooks);
    return &state->service;
}
