/* The part of the Jacdac C runtime that service_jacdac.c uses, declared anew, so that each build
 * of the host compiles the adapter. On the ESP32 the runtime's own header takes its place.
 *
 * Each line was checked by hand against microsoft/jacdac-c at 80340d05, the one in
 * DeviceScript's last runtime: inc/jd_service_framework.h, inc/jd_physical.h,
 * inc/interfaces/jd_tx.h. And the adapter was compiled against those.
 */
#ifndef JD_PROTOCOL_H
#define JD_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct jd_packet {
    uint16_t crc;
    uint8_t _size;
    uint8_t flags;
    uint64_t device_identifier;
    uint8_t service_size;
    uint8_t service_index;
    uint16_t service_command;
    uint8_t data[];
} __attribute__((packed, aligned(4))) jd_packet_t;

typedef struct srv_state srv_t;

typedef struct srv_vt {
    uint32_t service_class;
    uint16_t state_size;
    void (*process)(srv_t *state);
    void (*handle_pkt)(srv_t *state, jd_packet_t *pkt);
} srv_vt_t;

#define SRV_COMMON                                                                                           \
    const srv_vt_t *vt;                                                                                      \
    uint8_t service_index;                                                                                   \
    uint8_t srv_flags

#define SRV_DEF(id, class_)                                                                                  \
    static const srv_vt_t id##_vt = {                                                                        \
        .service_class = (class_),                                                                           \
        .state_size = sizeof(srv_t),                                                                         \
        .process = id##_process,                                                                             \
        .handle_pkt = id##_handle_packet,                                                                    \
    }

#define SRV_ALLOC(id) srv_t *state = jd_allocate_service(&id##_vt)

srv_t *jd_allocate_service(const srv_vt_t *vt);

/** 0, or not when the queue is full. */
int jd_send(unsigned service_num, unsigned service_cmd, const void *data, unsigned service_size);
int jd_send_not_implemented(jd_packet_t *pkt);
void jd_send_event_ext(srv_t *srv, uint32_t eventid, const void *data, uint32_t data_bytes);

#endif
