/* A virtio device behind memory-mapped registers (Virtual I/O Device 1.1, 4.2), one buffer
 * in flight for each queue. */
#ifndef WH_RV32_VIRTIO_H
#define WH_RV32_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

enum { WH_VIRTIO_CONSOLE = 3, WH_VIRTIO_ENTROPY = 4 };

typedef struct wh_virtqueue {
    struct {
        uint64_t address;
        uint32_t size;
        uint16_t flags;
        uint16_t next;
    } descriptor[1];
    struct {
        uint16_t flags;
        uint16_t index;
        uint16_t ring[1];
        uint16_t event;
    } available;
    struct {
        uint16_t flags;
        uint16_t index;
        struct {
            uint32_t id;
            uint32_t size;
        } ring[1];
        uint16_t event;
    } used;
    uint16_t seen;
} __attribute__((aligned(16))) wh_virtqueue;

typedef struct wh_virtio {
    uintptr_t base;
    wh_virtqueue queues[2];
    uint32_t queue_count;
} wh_virtio;

/* Finds the first device of that kind and starts it. False if there is none. */
bool wh_virtio_start(wh_virtio *device, uint32_t kind, uint32_t queue_count);

/* Hands a buffer to a queue. One may be under way at a time. */
void wh_virtio_give(wh_virtio *device, uint32_t queue, void *bytes, uint32_t size, bool device_writes);

/* True once that buffer is back; `size` becomes the bytes that the device wrote. */
bool wh_virtio_is_back(wh_virtio *device, uint32_t queue, uint32_t *size);

#endif
