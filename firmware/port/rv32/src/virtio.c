#include "virtio.h"

#include <string.h>

#include "machine.h"

enum {
    MAGIC = 0x000,
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SELECT = 0x024,
    QUEUE_SELECT = 0x030,
    QUEUE_SIZE = 0x038,
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESCRIPTORS = 0x080,
    QUEUE_AVAILABLE = 0x090,
    QUEUE_USED = 0x0a0,
};

enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };

enum { SLOTS = 8, SLOT_SIZE = 0x1000, DEVICE_WRITES = 2 };

static void fence(void)
{
    __asm__ volatile("fence" : : : "memory");
}

static void set_address(uintptr_t at, const volatile void *address)
{
    wh_rv32_write(at, (uint32_t)(uintptr_t)address);
    wh_rv32_write(at + 4, 0);
}

static void start_queue(wh_virtio *device, uint32_t index)
{
    wh_virtqueue *queue = &device->queues[index];
    memset(queue, 0, sizeof *queue);
    wh_rv32_write(device->base + QUEUE_SELECT, index);
    wh_rv32_write(device->base + QUEUE_SIZE, 1);
    set_address(device->base + QUEUE_DESCRIPTORS, queue->descriptor);
    set_address(device->base + QUEUE_AVAILABLE, &queue->available);
    set_address(device->base + QUEUE_USED, &queue->used);
    wh_rv32_write(device->base + QUEUE_READY, 1);
}

static void start(wh_virtio *device)
{
    uint32_t status = ACKNOWLEDGE | DRIVER;
    wh_rv32_write(device->base + STATUS, 0);
    wh_rv32_write(device->base + STATUS, status);
    wh_rv32_write(device->base + DRIVER_FEATURES_SELECT, 0);
    wh_rv32_write(device->base + DRIVER_FEATURES, 0);
    wh_rv32_write(device->base + DRIVER_FEATURES_SELECT, 1);
    wh_rv32_write(device->base + DRIVER_FEATURES, 1); /* VIRTIO_F_VERSION_1, and nothing else */
    status |= FEATURES_OK;
    wh_rv32_write(device->base + STATUS, status);
    for (uint32_t i = 0; i < device->queue_count; i++) {
        start_queue(device, i);
    }
    wh_rv32_write(device->base + STATUS, status | DRIVER_OK);
}

bool wh_virtio_start(wh_virtio *device, uint32_t kind, uint32_t queue_count)
{
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        uintptr_t base = WH_RV32_VIRTIO + slot * SLOT_SIZE;
        if (wh_rv32_read(base + MAGIC) == 0x74726976 && wh_rv32_read(base + VERSION) == 2 &&
            wh_rv32_read(base + DEVICE_ID) == kind) {
            device->base = base;
            device->queue_count = queue_count;
            start(device);
            return true;
        }
    }
    return false;
}

void wh_virtio_give(wh_virtio *device, uint32_t queue, void *bytes, uint32_t size, bool device_writes)
{
    wh_virtqueue *q = &device->queues[queue];
    q->descriptor[0].address = (uintptr_t)bytes;
    q->descriptor[0].size = size;
    q->descriptor[0].flags = device_writes ? DEVICE_WRITES : 0;
    q->available.ring[0] = 0;
    fence();
    q->available.index++;
    fence();
    wh_rv32_write(device->base + QUEUE_NOTIFY, queue);
}

bool wh_virtio_is_back(wh_virtio *device, uint32_t queue, uint32_t *size)
{
    wh_virtqueue *q = &device->queues[queue];
    wh_rv32_write(device->base + INTERRUPT_ACK, wh_rv32_read(device->base + INTERRUPT_STATUS));
    fence();
    if (*(volatile uint16_t *)&q->used.index == q->seen) {
        return false;
    }
    q->seen++;
    if (size != NULL) {
        *size = q->used.ring[0].size;
    }
    return true;
}
