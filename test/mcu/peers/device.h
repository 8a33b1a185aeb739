/* What the emulated device gives a TLS stack: memory, time, randomness, the wire, and a place for a session.
 */
#ifndef PEER_DEVICE_H
#define PEER_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#define DEVICE_SESSION_MAX 6144

/* Survives deep sleep; lost with the power. The stack writes it as it serialises a session. */
typedef struct device_session {
    uint32_t size; /* 0: none */
    uint8_t bytes[DEVICE_SESSION_MAX];
} device_session;

device_session *device_kept_session(void);

/* Since 1970. */
int64_t device_wall_us(void);

/* The same in each run. */
void device_random(void *out, size_t size);

/* Memory of zeros, counted; NULL if there is none. */
void *device_allocate(size_t count, size_t size);
void device_release(void *memory);

/* Puts bytes on the wire. Returns how many it has taken. */
size_t device_send(const void *bytes, size_t size);

/* What has arrived and not been consumed, and the call that consumes it. */
const uint8_t *device_arrived(size_t *size);
void device_consume(size_t size);

/* Both in one: returns how many bytes there were, at most `size`. */
size_t device_receive(void *out, size_t size);

/* Where plaintext for the app goes, and how much room is left there. */
uint8_t *device_plain(size_t *room);
void device_plain_added(size_t size);

#endif
